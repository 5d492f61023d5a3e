"""Customers are found where Java producers put them."""

import pytest
from builders import interaction, order, record
from hypothesis import given
from hypothesis import strategies as st

from scoring.units import Day
from streams.bootstrap import policy_tag, rules_of
from streams.intake.partitioner import partition_of
from streams.partition.cache import CustomerCache
from streams.partition.processor import PartitionProcessor
from streams.policies.load import load_policy
from streams.storage.memory_store import MemoryStore

# The vectors of Apache Kafka's own UtilsTest.testMurmur2.
JAVA = [
    (b"21", -973932308),
    (b"foobar", -790332482),
    (b"a-little-bit-long-string", -985981536),
    (b"a-little-bit-longer-string", -1486304829),
    (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
    (b"abc", 479470107),
]


@pytest.mark.parametrize(("key", "murmur2"), JAVA)
@pytest.mark.parametrize("partitions", [1, 4, 12, 1000])
def test_a_key_goes_where_java_clients_send_it(key, murmur2, partitions):
    """The partition is the positive murmur2 of the key, modulo their number."""
    assert partition_of(key, partitions) == (murmur2 & 0x7FFFFFFF) % partitions


@given(st.binary(max_size=50), st.integers(1, 100))
def test_a_partition_is_one_of_those_there_are(key, partitions):
    """Any key has a partition from 0 on."""
    assert 0 <= partition_of(key, partitions) < partitions


async def test_a_customer_in_the_wrong_partition_is_refused():
    """Records of a producer with another partitioner go to the dead letters, with a hint."""
    policy = load_policy()
    rules = rules_of(policy, 4, mode="replay")
    store = MemoryStore(policy_tag(policy))
    home = partition_of(b"ann", 4)
    away = (home + 1) % 4
    done = {}
    for partition in (home, away):
        meta = await store.claim(partition, "w", 4)
        cache = CustomerCache(10)
        processor = PartitionProcessor(partition, rules, store, meta, cache)
        events = [order(3, 5, event_id="e0", order_id="o0"), interaction(4, event_id="e1")]
        records = [record(event, at, partition=partition) for at, event in enumerate(events)]
        (done[partition],) = await processor.process(records)
    assert done[home].outcomes.total() == 2
    assert not done[home].rejected
    assert {reason for _, reason in done[away].rejected} == {"wrong_partition"}
    detail = dict(done[away].rows[0].headers)["regrade_detail"].decode()
    assert detail == (f"the key belongs in partition {home} of 4: is the producer on murmur2?")
    assert (await store.read_meta(away)).day is None
    assert (await store.read_meta(home)).day > Day(0)
