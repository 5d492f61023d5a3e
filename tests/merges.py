"""Histories in which customers are merged and taken apart, amid whatever happens to them."""

import json
from typing import Any

from builders import record
from histories import CUSTOMERS
from hypothesis import strategies as st
from programmes import programmes
from runs import FIRST

from scoring.units import MS_PER_DAY
from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.record import LogRecord

NAMES = sorted(set(CUSTOMERS))
Merging = tuple[str, str, str]
"""What is ordered, for whom, and into whom."""
BEGIN = record({"type": "day.reached", "event_id": "b", "occurred_at": FIRST * MS_PER_DAY})


def with_merges(
    records: list[LogRecord], at: dict[int, Merging], *, undone: bool = False
) -> list[LogRecord]:
    """The same log with merges ordered before some places, and all of them undone at its end.

    The log begins with a day, and commands are dated long before it: they move no day.
    """
    found = [BEGIN]
    for place, given in enumerate([*records, None]):
        if place in at:
            kind, customer, into = at[place]
            found.append(_ordered(kind, customer, into, f"m{place}"))
        if given is not None:
            found.append(given)
    if undone:
        found += [_ordered("unmerge", name, name, f"u{name}") for name in NAMES]
    return [one._replace(offset=offset) for offset, one in enumerate(found)]


def _ordered(kind: str, customer: str, into: str, event_id: str) -> LogRecord:
    said = {"type": f"customer.{kind}", "event_id": event_id, "occurred_at": 0}
    said |= {"customer_id": customer, "reason": "same", "author": "kim"}
    if kind == "merge":
        said["into"] = into
    return record(said)


def uncommanded(records: list[LogRecord], aliases: set[str]) -> list[LogRecord]:
    """The records without commands to aliases, who take none, and without answers to cases.

    A host and who it would be alone are not asked the same questions.
    """
    found = []
    for one in records:
        said = json.loads(one.value or b"") if one.topic == COMMANDS_TOPIC else {}
        if said.get("customer_id") not in aliases and said.get("type") != "review.resolve":
            found.append(one)
    return found


def plain(records: list[LogRecord], within: int | None = None) -> list[LogRecord]:
    """Those of the records that are facts, none twice, nothing said that only one can say.

    With `within` all of them lie in the days of the log's beginning.
    """
    found = []
    for place, given in enumerate(records):
        try:
            said = json.loads(given.value or b"")
        except ValueError:
            continue
        if not isinstance(said, dict) or said.get("customer_id") not in NAMES:
            continue
        if said.get("type") not in ("order.paid", "interaction", "invoice.overdue"):
            continue
        said["event_id"] = f"p{place}"
        if said["type"] == "order.paid":
            said["order_id"] = f"q{place}"
        if within is not None:
            day = FIRST + place % within
            said["occurred_at"] = day * MS_PER_DAY
            if "due_at" in said:
                said["due_at"] = day * MS_PER_DAY
        found.append(record(said, len(found)))
    return found


def renamed(records: list[LogRecord], old: str, new: str) -> list[LogRecord]:
    """The same records behind a day, with one customer's facts as another's."""
    found = [BEGIN]
    for offset, given in enumerate(records, 1):
        said = json.loads(given.value or b"")
        if said["customer_id"] == old:
            said["customer_id"] = new
        found.append(record(said, offset))
    return found


@st.composite
def merging(draw: st.DrawFn) -> tuple[dict[str, Any], list[LogRecord], dict[int, Merging]]:
    """Any policy, a log, and one to six orders to merge or to take apart."""
    document, records = draw(programmes(most=30))
    places = st.integers(0, len(records))
    names = st.sampled_from(NAMES)
    order = st.tuples(st.sampled_from(["merge", "merge", "unmerge"]), names, names)
    return document, records, draw(st.dictionaries(places, order, min_size=1, max_size=6))
