"""Histories in which customers are erased, in the middle of whatever happens to them."""

import json
from typing import Any

from builders import record
from histories import CUSTOMERS
from hypothesis import strategies as st
from programmes import programmes
from runs import FIRST

from scoring.units import MS_PER_DAY
from streams.intake.record import LogRecord


def with_erasures(records: list[LogRecord], at: dict[int, str]) -> list[LogRecord]:
    """The same log with customers erased before some places; a place doubled is a repeat.

    An erasure is dated as the record before it, so that it moves no day.
    """
    found: list[LogRecord] = []
    instant: Any = FIRST * MS_PER_DAY
    for place, given in enumerate(records):
        if place in at:
            said = {"type": "customer.erase", "event_id": f"x{place % 7}", "occurred_at": instant}
            said |= {"customer_id": at[place], "reason": "asked", "author": "kim"}
            found.append(record(said, len(found)))
        found.append(given._replace(offset=len(found)))
        instant = occurred_at(given) or instant
    return found


def occurred_at(given: LogRecord) -> Any:
    """When a record says it happened, if it says so."""
    try:
        said = json.loads(given.value or b"")
    except ValueError:
        return None
    return said.get("occurred_at") if isinstance(said, dict) else None


@st.composite
def erasing(draw: st.DrawFn) -> tuple[dict[str, Any], list[LogRecord]]:
    """Any policy, of either kind, and a log with one to five erasures in it."""
    document, records = draw(programmes())
    kind = draw(st.sampled_from(["refuse", "forget"]))
    places = st.integers(0, max(0, len(records) - 1))
    at = draw(st.dictionaries(places, st.sampled_from(CUSTOMERS), min_size=1, max_size=5))
    return document | {"erased": kind}, with_erasures(records, at)
