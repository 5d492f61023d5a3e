"""Where the keys of a partition lie in a cluster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from scoring.units import Day
from streams.storage.keys import SLOTS, Keys, slot, tag

PARTITIONS = st.integers(0, 500)


@given(st.text(min_size=1).filter(lambda name: "{" not in name))
def test_a_slot_is_the_one_clients_compute(name):
    """Our slot of a tag, which has no braces, is that of the Redis client."""
    assert slot(name) == key_slot(name.encode())


@given(PARTITIONS, st.text(min_size=1, max_size=20))
def test_all_keys_of_a_partition_share_a_slot(partition, customer):
    """Whatever the customer id holds, its key lies with the rest of the partition."""
    keys = Keys("regrade", partition)
    names = [keys.meta, keys.due, keys.outbox, keys.counts, keys.erased, keys.reviews]
    names.append(keys.moves(Day(5)))
    slots = {key_slot(name.encode()) for name in [*names, keys.customer(customer)]}
    assert slots == {slot(tag("regrade", partition))}
    assert len({*names, keys.customer(customer)}) == 8


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 8, 12, 16, 48, 64, 100])
def test_the_first_partitions_are_spread_over_the_slots(count):
    """For any number of partitions no stretch of slots is left with much more than its share."""
    slots = sorted(slot(tag("regrade", partition)) for partition in range(count))
    gaps = [b - a for a, b in zip(slots, [*slots[1:], slots[0] + SLOTS], strict=True)]
    assert max(gaps) <= 2 * SLOTS / count + SLOTS / 32
