"""Time that comes from a clock does what time written into the log does."""

import pytest
from builders import day_reached, log
from histories import CENTS, histories
from hypothesis import given
from hypothesis import strategies as st
from runs import FIRST, run

from scoring.units import Day
from streams.bootstrap import policy_tag, rules_of
from streams.partition import processor
from streams.partition.cache import CustomerCache
from streams.partition.processor import PartitionProcessor
from streams.policies.load import load_policy
from streams.storage.memory_store import MemoryStore

GROCERY = load_policy("grocery-usd")


@given(
    records=histories(CENTS, most=25),
    later=st.integers(0, 200),
    at_once=st.sampled_from([1, 2, 4000]),
)
def test_a_day_reached_by_the_clock_is_a_day_reached_in_the_log(records, later, at_once):
    """Moving the day from outside ticks the same customers, however many at a time."""
    day = Day((run(GROCERY, records).meta.day or FIRST) + later)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processor, "DUE_AT_ONCE", at_once)
        by_clock = run(GROCERY, records, until=day)
    (written,) = log(day_reached(day - FIRST))
    in_log = run(GROCERY, [*records, written._replace(offset=len(records))])
    assert by_clock.meta.day == in_log.meta.day == day
    assert by_clock.blobs == in_log.blobs
    assert by_clock.stories == in_log.stories


async def test_no_records_are_one_empty_commit():
    """An empty chunk ends, on a partition just claimed with a past as well."""
    rules = rules_of(GROCERY, 1, mode="replay")
    store = MemoryStore(policy_tag(GROCERY))
    for records in ([], log(day_reached(1)), []):
        meta = await store.claim(0, "worker", 1)
        partition = PartitionProcessor(0, rules, store, meta, CustomerCache(10))
        assert len(await partition.process(records)) == 1
