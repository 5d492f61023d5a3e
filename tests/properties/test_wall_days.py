"""Time that comes from a clock does what time written into the log does."""

import pytest
from builders import day_reached, log, order, policy
from histories import CENTS, histories
from hypothesis import given
from hypothesis import strategies as st
from runs import open_partition, run

from scoring.units import Day
from streams.partition import processor
from streams.policies.load import load_policy

GROCERY = load_policy("grocery-usd")


@given(
    records=histories(CENTS, most=25),
    later=st.integers(0, 200),
    at_once=st.sampled_from([1, 2, 4000]),
)
async def test_a_day_reached_by_the_clock_is_a_day_reached_in_the_log(records, later, at_once):
    """Moving the day from outside ticks the same customers, however many at a time."""
    partition = await open_partition(GROCERY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processor, "DUE_AT_ONCE", at_once)
        await partition.processor.process(records)
        day = Day((partition.processor.meta.day or 0) + later)
        await partition.processor.reach(day)
    by_clock = await partition.read()
    last = {"type": "day.reached", "event_id": "end", "occurred_at": (day + 1) * 86_400_000 - 1}
    in_log = run(GROCERY, [*records, *log(last)], latest=day if records else None)
