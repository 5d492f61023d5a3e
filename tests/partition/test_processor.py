"""One chunk of one partition: offsets, prefixes, and who may commit."""

import json
from typing import Any

import pytest
from builders import Event, interaction, order, policy, recalculate, record

from streams.bootstrap import policy_tag, rules_of
from streams.intake.record import LogRecord
from streams.partition.cache import CustomerCache
from streams.partition.processor import PartitionProcessor, StaleCommit
from streams.storage.memory_store import MemoryStore
from streams.topic_names import TopicNames

POLICY = policy()


async def opened(store: MemoryStore, owner: str = "a", **rules: Any) -> PartitionProcessor:
    """A partition claimed by a worker."""
    meta = await store.claim(0, owner, 1)
    made = rules_of(POLICY, 1, mode="live", **rules)
    return PartitionProcessor(0, made, store, meta, CustomerCache(10))


def on(topic: str, event: Event | bytes, offset: int) -> LogRecord:
    """A record of a topic at an offset."""
    if isinstance(event, dict):
        event = {"event_id": f"{topic}-{offset}", "order_id": f"o{offset}"} | event
    return record(event, offset, topic=topic)


async def test_offsets_are_kept_per_topic():
    """After a chunk each topic goes on behind its last record, refused ones included."""
    partition = await opened(MemoryStore(policy_tag(POLICY)))
    await partition.process([on("orders", order(), 7), on("interactions", interaction(), 3)])
    assert partition.meta.next == {"orders": 8, "interactions": 4}
    await partition.process([on("orders", b"{", 9), on("orders", b"[", 12)])
    assert partition.meta.next == {"orders": 13, "interactions": 4}
    assert partition.meta.day is not None


async def test_the_watermark_is_the_latest_time_of_an_accepted_event():
    """Late events do not lower it; refused ones and commands do not move it."""
    store = MemoryStore(policy_tag(POLICY))
    partition = await opened(store)
    assert partition.meta.watermark is None
    first, later = order(occurred_at="2024-03-01T10:00:00Z"), order(occurred_at=1_709_300_000_123)
    await partition.process([on("orders", first, 0), on("orders", later, 1)])
    assert partition.meta.watermark == 1_709_300_000_123
    unread = order(occurred_at="2024-03-09T10:00:00Z") | {"amount": -1}
    said = recalculate(2) | {"occurred_at": "2024-03-08T10:00:00Z"}
    await partition.process(
        [on("orders", first, 2), on("orders", unread, 3), on("grading-commands", said, 0)]
    )
    assert (await store.read_meta(0)).watermark == 1_709_300_000_123


async def test_a_topic_prefix_stays_in_the_log():
    """Neither offsets nor causes name the prefix; a dead letter names the topic it had."""
    store = MemoryStore(policy_tag(POLICY))
    partition = await opened(store, names=TopicNames("eu."))
    await partition.process([on("eu.orders", order(), 0), on("eu.orders", b"{", 1)])
    assert partition.meta.next == {"orders": 2}
    (_, change), _, (_, letter) = await store.outbox(0)
    assert b'"cause":{"topic":"orders","partition":0,"offset":0,' in (change.value or b"")
    assert dict(letter.headers)["regrade_topic"] == b"eu.orders"


async def test_who_lost_the_partition_cannot_commit():
    """After another worker's claim the next chunk is refused and nothing of it is kept."""
    store = MemoryStore(policy_tag(POLICY))
    first = await opened(store)
    await first.process([on("orders", order(), 0)])
    second = await opened(store, "b")
    with pytest.raises(StaleCommit, match="partition 0 was committed to by another worker"):
        await first.process([on("orders", order(4), 1)])
    assert second.meta.next == {"orders": 1}
    await second.process([on("orders", order(4), 1)])
    (blob,) = await store.load(0, ["ann"])
    assert rules_of(POLICY, 1, mode="live").codec.decode(blob).lifetime_orders == 2


async def test_a_batch_tells_what_became_of_each_topic():
    """Outcomes and reasons are counted by topic, for the metrics."""
    partition = await opened(MemoryStore(policy_tag(POLICY)))
    chunk = [on("orders", order(), 0), on("interactions", b"[]", 0), on("orders", order(), 0)]
    (batch,) = await partition.process(chunk)
    assert batch.outcomes == {
        ("orders", "folded"): 1,
        ("orders", "duplicate"): 1,
        ("interactions", "rejected"): 1,
    }
    assert batch.rejected == {("interactions", "bad_json"): 1}
    assert batch.moves == {partition.meta.day: {">bronze:first-grade": 1}}


async def test_a_command_finds_a_customer_who_was_ticked_in_time():
    """While a night's ticks are owed, what was before a command is as of after them."""
    store = MemoryStore(policy_tag(POLICY))
    partition = await opened(store)
    await partition.process([on("orders", order(0, 150), 0)])
    await partition.process([on("orders", order(31, 1, customer_id="bob"), 1)], at_once=1)
    assert partition.owing
    command = {"reason": "asked", "author": "kim"}
    await partition.process([on("grading-commands", recalculate(31, **command), 0)], at_once=1)
    (entry,) = [row.value for _, row in await store.outbox(0) if row.topic == "audit"]
    assert json.loads(entry or b"")["before"]["tier"] == "bronze"
