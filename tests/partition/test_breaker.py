"""A flood of refused records stops the partition; single broken ones never do."""

import asyncio

import pytest
from builders import log, order, policy

from streams.bootstrap import policy_tag, rules_of
from streams.intake.outcomes import Excluded, Rejected
from streams.partition.breaker import Breaker, Flood, FloodRefused
from streams.partition.cache import CustomerCache
from streams.partition.processor import PartitionProcessor
from streams.storage.memory_store import MemoryStore

GOOD, BAD = Excluded("test-1"), Rejected("bad_field", "amount: missing")
ERASED = Rejected("erased", "the customer was erased")
RECORDS = log(*[order() for _ in range(100)])


def look(breaker: Breaker, *intakes: object) -> None:
    """A chunk comes."""
    breaker.look(intakes, RECORDS)  # type: ignore[arg-type]


def test_the_share_is_of_the_latest_records_only():
    """Thousands of good ones long ago do not hide a flood of today."""
    breaker = Breaker(0, Flood(0.5, 10))
    for _ in range(50):
        look(breaker, *[GOOD] * 100)
    look(breaker, *[BAD] * 5, *[GOOD] * 5)
    with pytest.raises(FloodRefused):
        look(breaker, *[BAD] * 10)


def test_few_records_are_no_flood():
    """A quiet partition may begin with broken ones."""
    breaker = Breaker(0, Flood(0.5, 10))
    for _ in range(9):
        look(breaker, BAD)
    with pytest.raises(FloodRefused) as caught:
        look(breaker, BAD)
    assert (caught.value.refused, caught.value.taken) == (10, 10)
    assert "10 of the last 10 records" in str(caught.value)
    assert "orders/0/0 as bad_field" in str(caught.value)


def test_exactly_the_share_passes():
    """More than it does not."""
    look(Breaker(0, Flood(0.5, 4)), BAD, BAD, GOOD, GOOD)
    with pytest.raises(FloodRefused):
        look(Breaker(0, Flood(0.5, 4)), BAD, BAD, BAD, GOOD)


def test_a_share_of_one_lets_everything_pass():
    """Who wants all of it in the dead letters can have it."""
    look(Breaker(0, Flood(1.0, 4)), *[BAD] * 100)


def test_records_of_erased_customers_are_not_broken():
    """Nothing is wrong with them."""
    look(Breaker(0, Flood(0.5, 4)), *[ERASED] * 100)


async def flooded() -> tuple[MemoryStore, FloodRefused]:
    """A partition after six good records and a chunk of broken ones."""
    given = policy()
    rules = rules_of(given, 1, mode="replay", flood=Flood(0.5, 10))
    store = MemoryStore(policy_tag(given))
    meta = await store.claim(0, "test", 1)
    processor = PartitionProcessor(0, rules, store, meta, CustomerCache(10))
    records = log(*[order() for _ in range(6)], *[b"{" for _ in range(10)])
    await processor.process(records[:6])
    with pytest.raises(FloodRefused) as caught:
        await processor.process(records[6:])
    return store, caught.value


def test_nothing_of_a_flood_is_committed():
    """Its records wait in the topic for a worker that can read them."""
    store, error = asyncio.run(flooded())
    meta = asyncio.run(store.read_meta(0))
    assert meta is not None
    assert meta.next == {"orders": 6}
    assert error.reason == "bad_json"
