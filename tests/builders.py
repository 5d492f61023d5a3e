"""The worlds of the tests: events, records, policies, and a run of one partition.

Day 0 is 2024-01-01, a review day. What a test does not name is filled in by `log`: the
event and order ids are the positions in the log, the customer is `ann`, the clock noon.
"""

import hashlib
import json
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from runs import DAY_0

from scoring.policy import Policy
from streams.intake.record import LogRecord
from streams.policies.build import build_policy
from streams.policies.document import PolicyDocument
from streams.policies.load import parse_policy
from streams.replay.json_lines import topic_of

BASE = """
policy: test
version: 1
time_zone: UTC
currency: CNY
by: spend(30)
tiers:
  - {name: bronze, enter: 0}
  - {name: silver, enter: 100}
  - {name: gold, enter: 200}
move:
  hold_days: 30
  triggers:
    - {name: crossing, fires_on: any, promote: true}
    - {name: review, fires_on: tick, calendar: monthly, demote: true}
"""


Event = dict[str, Any]


def iso(day: int) -> str:
    """The ISO date of a day of the test."""
    return (DAY_0 + timedelta(days=day)).isoformat()


def stamp(day: int, clock: str = "12:00:00") -> str:
    """An instant on a day of the test, UTC."""
    return f"{iso(day)}T{clock}Z"


def event(type_: str, day: int, **fields: Any) -> Event:
    """An event of customer ann; a field given as None is left out."""
    known = {"type": type_, "customer_id": "ann", "occurred_at": stamp(day)} | fields
    return {name: value for name, value in known.items() if value is not None}


def order(day: int = 3, amount: Any = 40, **fields: Any) -> Event:
    """A paid order."""
    return event("order.paid", day, amount=amount, **fields)


def refund(day: int = 4, amount: Any = 40, order_id: str = "o0", **fields: Any) -> Event:
    """A refund, of the first order of the log unless another is named."""
    return event("order.refunded", day, amount=amount, order_id=order_id, **fields)


def cancellation(day: int = 4, order_id: str = "o0", **fields: Any) -> Event:
    """A cancellation, of the first order of the log unless another is named."""
    return event("order.cancelled", day, order_id=order_id, **fields)


def interaction(day: int = 3, kind: str = "login", **fields: Any) -> Event:
    """An interaction."""
    return event("interaction", day, kind=kind, **fields)


def registration(day: int = 3, since: int = 0, **fields: Any) -> Event:
    """A registration that took place on day `since`."""
    fields = {"registered_at": stamp(since)} | fields
    return event("customer.registered", day, **fields)


def settlement(day: int = 3, due: int = 3, **fields: Any) -> Event:
    """An invoice paid on `day` that was due on day `due`."""
    fields = {"invoice_id": "i", "due_at": stamp(due), "paid_at": stamp(day)} | fields
    return event("invoice.settled", day, **fields)


def overdue(day: int = 3, due: int = 2, **fields: Any) -> Event:
    """An invoice found overdue."""
    fields = {"invoice_id": "i", "due_at": stamp(due)} | fields
    return event("invoice.overdue", day, **fields)


def override(day: int, kind: str, tier: str, until: int | None = None, **fields: Any) -> Event:
    """An override of customer ann; `until` is its last day, as a day of the test."""
    last = None if until is None else iso(until)
    known = {"kind": kind, "tier": tier, "reason": "key account", "author": "kim", "until": last}
    return event("override.set", day, **known | fields)


def clear(day: int, **fields: Any) -> Event:
    """The override of customer ann taken back."""
    return event("override.clear", day, **{"reason": "over", "author": "kim"} | fields)


def recalculate(day: int, **fields: Any) -> Event:
    """A recalculation of customer ann."""
    return event("grade.recalculate", day, **fields)


def erasure(day: int, **fields: Any) -> Event:
    """The end of customer ann."""
    return event("customer.erase", day, **{"reason": "asked", "author": "kim"} | fields)


def merge(day: int, into: str = "bob", **fields: Any) -> Event:
    """Customer ann to become the alias of another one."""
    return event(
        "customer.merge", day, **{"into": into, "reason": "same", "author": "kim"} | fields
    )


def unmerge(day: int, **fields: Any) -> Event:
    """The merge of customer ann undone."""
    return event("customer.unmerge", day, **{"reason": "another", "author": "kim"} | fields)


def day_reached(day: int) -> Event:
    """Time written into the log."""
    return event("day.reached", day, customer_id=None)


def record(value: Event | bytes | None, offset: int = 0, **fields: Any) -> LogRecord:
    """One record as it stands; of an event its topic and key follow from it."""
    topic, key = "orders", b"ann"
    if isinstance(value, dict):
        topic = topic_of(value.get("type")) or topic
        customer = value.get("customer_id")
        key = customer.encode() if isinstance(customer, str) else None
        value = json.dumps(value, ensure_ascii=False).encode()
    known = {"topic": topic, "partition": 0, "timestamp": 0, "key": key}
    return LogRecord(**known | {"offset": offset, "value": value} | fields)


def log(*events: Event | bytes | None) -> list[LogRecord]:
    """The log of one partition: events are e0, e1, ..., orders o0, o1, ... by place."""
    records = []
    for at, given in enumerate(events):
        value = given
        if isinstance(given, dict):
            value = {"event_id": f"e{at}"} | given
            if given.get("type") == "order.paid":
                value = {"order_id": f"o{at}"} | value
        records.append(record(value, offset=at))
    return records


def document(snippet: str = "") -> dict[str, Any]:
    """The base policy with the top-level keys of a YAML snippet in place of its own."""
    load = YAML(typ="safe").load
    merged = load(BASE) | (load(snippet) or {})
    if "score" in merged and "by:" not in snippet:
        del merged["by"]  # a scorecard ranks, unless both are named
    return merged


def policy_from(given: dict[str, Any]) -> Policy:
    """A policy from a document in memory; JSON is YAML.

    Thousands are made in a run, so a good one is not read as text: that takes thirty times as long.
    """
    text = json.dumps(given)
    problems: list[Any] = []
    try:
        document = PolicyDocument.model_validate(json.loads(text))
    except ValidationError:
        return parse_policy(text, "test")
    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]
    made = build_policy(document, fingerprint, lambda *told: problems.append(told))
    return parse_policy(text, "test") if problems else made


def policy(snippet: str = "") -> Policy:
    """The base policy, changed by a YAML snippet."""
    return policy_from(document(snippet))
