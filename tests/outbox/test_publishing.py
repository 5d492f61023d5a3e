"""Each row stands on its topic once, and in order, whatever fails on the way."""

import asyncio
from copy import deepcopy

import pytest
from outlets import CHANGES, MOST, Outlet, repeats, row, stamps, told

from streams.outbox.memory_wire import MemoryWire
from streams.partition.ports import Place
from streams.storage.memory_store import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    """An empty store."""
    return MemoryStore("test v1")


@pytest.fixture
def wire() -> MemoryWire:
    """Empty topics."""
    return MemoryWire()


async def owned(store: MemoryStore, wire: MemoryWire, owner: str) -> Outlet:
    """A worker that took the partition over and resumed it."""
    outlet = await Outlet.claim(store, wire, owner)
    await outlet.resume()
    return outlet


async def until(condition) -> None:
    """Let others run until it holds; their sleep moves the clock."""
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("it never came to that")


async def test_rows_are_published_in_order_and_trimmed(store, wire):
    """In a quiet run nothing is left in the outbox, and nothing comes twice."""
    outlet = await owned(store, wire, "a")
    await outlet.say(row("1"), row("2"))
    await outlet.say(row("3"))
    assert told(wire) == ["1", "2", "3"]
    assert await store.outbox(0) == []
    assert (await store.read_meta(0)).head == 3


@pytest.mark.parametrize("arrived", range(4))
async def test_a_successor_sends_only_what_is_missing(store, wire, arrived):
    """A worker died after it had sent some rows, and before it could trim them."""
    first = await owned(store, wire, "a")
    await first.say(row("0"))
    rows = [row("1"), row("2"), row("3")]
    begin = await first.commit(*rows)
    sent = list(enumerate(rows, begin))[:arrived]
    await wire.send(0, 0, CHANGES, sent)
    second = await owned(store, wire, "b")
    assert told(wire) == ["0", "1", "2", "3"]
    assert second.counts.stood == arrived
    assert await store.outbox(0) == []


async def test_topics_are_filled_up_each_for_itself(store, wire):
    """One topic got further than another: each gets what it lacks, in order."""
    first = await owned(store, wire, "a")
    rows = [row("t1"), row("l1", "label-changes"), row("t2"), row("l2", "label-changes")]
    await first.commit(*rows)
    labels = Place("label-changes", 0)
    await wire.send(0, 0, labels, [(2, rows[1]), (4, rows[3])])
    await wire.send(0, 0, CHANGES, [(1, rows[0])])
    await owned(store, wire, "b")
    assert (told(wire), told(wire, labels)) == (["t1", "t2"], ["l1", "l2"])


async def test_rows_of_other_partitions_on_the_same_topic_are_not_taken_for_ours(store, wire):
    """Sequences count per input partition; the stamp says whose they are."""
    first = await owned(store, wire, "a")
    await first.commit(row("ours"))
    await wire.send(1, 0, CHANGES, [(1, row("theirs")), (2, row("theirs too"))])
    await owned(store, wire, "b")
    assert told(wire) == ["theirs", "theirs too", "ours"]


@pytest.mark.parametrize("arrived", range(5))
async def test_a_send_that_failed_half_way_is_completed(store, wire, arrived):
    """The broker took some rows and went away: when it is back the rest follows, no more."""
    outlet = await owned(store, wire, "a")
    rows = [row(str(n)) for n in range(5)]
    wire.down = arrived
    await outlet.publisher.offer(0, await outlet.commit(*rows), rows)
    await until(lambda: outlet.clock.monotonic() > 1)
    assert told(wire) == [str(n) for n in range(arrived)]
    assert outlet.publisher.waiting(0) == 5
    wire.down = None
    await outlet.publisher.flush(0)
    assert told(wire) == [str(n) for n in range(5)]
    assert not repeats(wire)


async def test_while_the_broker_is_down_no_more_than_so_many_rows_wait(store, wire):
    """Processing waits then, with what it holds; when the broker is back it goes on by itself."""
    outlet = await owned(store, wire, "a")
    wire.down = 0
    chunk = [row(str(n)) for n in range(MOST - 10)]
    await outlet.publisher.offer(0, await outlet.commit(*chunk), chunk)
    more = [row(str(MOST - 10 + n)) for n in range(20)]
    held = asyncio.create_task(outlet.publisher.offer(0, await outlet.commit(*more), more))
    await until(lambda: outlet.clock.monotonic() > 600)
    assert not held.done()
    assert outlet.publisher.waiting(0) == len(chunk) + len(more)
    wire.down = None
    await until(held.done)
    await outlet.publisher.flush(0)
    assert told(wire) == [str(n) for n in range(MOST + 10)]


async def test_a_worker_that_wakes_up_replaced_publishes_nothing(store, wire):
    """It asks whether the partition is still its own when it has not heard for a while."""
    old = await owned(store, wire, "a")
    first = await old.commit(row("1"))
    await owned(store, wire, "b")
    courier = old.publisher._couriers[0]
    courier.offer([(first, row("1"))])
    old.clock.advance(30)  # it sleeps after the commit, and before it publishes
    await courier.flush()
    assert told(wire) == ["1"]
    assert old.counts.overlaps == 0


async def test_a_partition_that_was_let_go_is_not_published_though_its_task_goes_on(store, wire):
    """A cancellation may get lost in a client library; the rows are the next owner's."""
    outlet = await owned(store, wire, "a")
    wire.down = 0
    await outlet.publisher.offer(0, await outlet.commit(row("1")), [row("1")])
    courier = outlet.publisher._couriers[0]
    await until(lambda: outlet.clock.monotonic() > 1)
    task, courier._task = courier._task, None  # nobody cancels it
    outlet.publisher.forget(0)
    wire.down = None
    assert task is not None
    await task
    assert told(wire) == []


async def test_rows_that_arrive_after_a_takeover_are_counted(store, wire):
    """It slept between asking and sending: the rows stand twice, and it says how many."""
    old = await owned(store, wire, "a")
    first = await old.commit(row("1"), row("2"))

    awake = wire.send

    async def asleep(*args):
        """Send, but only after another worker has taken over."""
        wire.send = awake
        await owned(store, wire, "b")
        old.clock.advance(30)
        return await awake(*args)

    wire.send = asleep
    courier = old.publisher._couriers[0]
    courier.offer([(first, row("1")), (first + 1, row("2"))])
    await courier.flush()
    assert told(wire) == ["1", "2", "1", "2"]
    assert old.counts.overlaps == 2


async def test_a_store_that_was_set_back_is_found_out(store, wire):
    """What is published is ahead of it: an incarnation begins, which comes after the first."""
    outlet = await owned(store, wire, "a")
    await outlet.say(row("1"))
    before = deepcopy(store._partitions)
    await outlet.say(row("2"), row("3"))
    store._partitions = before
    after = await owned(store, wire, "b")
    assert after.counts.incarnations == [1]
    await after.say(row("2, told anew"))
    assert told(wire) == ["1", "2", "3", "2, told anew"]
    assert stamps(wire) == [(0, 1), (0, 2), (0, 3), (1, 2)]
    assert (await owned(store, wire, "c")).counts.incarnations == []


async def test_rows_left_in_a_store_that_was_set_back_are_not_told_again(store, wire):
    """What was in the outbox then is published by now."""
    outlet = await owned(store, wire, "a")
    first = await outlet.commit(row("1"), row("2"))
    before = deepcopy(store._partitions)
    await outlet.publisher.offer(0, first, [row("1"), row("2")])
    await outlet.publisher.flush(0)
    await outlet.say(row("3"))
    store._partitions = before
    after = await owned(store, wire, "b")
    assert told(wire) == ["1", "2", "3"]
    assert after.counts.incarnations == [1]


async def test_an_empty_store_beside_full_topics_is_one_that_was_set_back(store, wire):
    """Whoever deletes the keys and keeps the topics is told so, and readers can tell, too."""
    outlet = await owned(store, wire, "a")
    await outlet.say(row("1"))
    new = await owned(MemoryStore("test v1"), wire, "b")
    assert new.counts.incarnations == [1]


async def test_a_store_set_back_under_a_running_worker_is_found_out_when_it_reloads(store, wire):
    """The same owner resumes from what the store says now."""
    outlet = await owned(store, wire, "a")
    await outlet.say(row("1"))
    before = deepcopy(store._partitions)
    await outlet.say(row("2"))
    store._partitions = before
    outlet.meta = await store.read_meta(0)
    await outlet.resume()
    assert outlet.counts.incarnations == [1]
    await outlet.say(row("2, told anew"))
    assert stamps(wire) == [(0, 1), (0, 2), (1, 2)]
