"""What the engine relies on, at the embedded broker and at Apache Kafka alike."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.embedded.topics import TopicSpec, create_topics

EVENT_TIME = 1_500_000_000_000


@asynccontextmanager
async def producing(bootstrap: str, **settings) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **settings)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def reading(bootstrap: str, *topics: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of partition 0 of each topic, from the beginning, without a group."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=20)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, 0) for topic in topics]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        yield consumer
    finally:
        await consumer.stop()


async def send_batch(producer: AIOKafkaProducer, topic: str, count: int) -> int:
    """Send one batch of records, numbered and one second apart; its first offset."""
    batch = producer.create_batch()
    for number in range(count):
        batch.append(
            key=b"customer",
            value=b"%d" % number,
            timestamp=EVENT_TIME + 1000 * number,
            headers=[("ce_id", b"id-%d" % number), ("null", None)],
        )
    batch.close()
    acknowledged = await producer.send_batch(batch, topic, partition=0)
    return (await acknowledged).offset


async def test_a_batch_arrives_in_order_with_headers_and_event_times(bootstrap):
    """The batch API keeps order, headers and the producer's timestamps."""
    await create_topics(bootstrap, [TopicSpec("batch")])
    async with producing(bootstrap) as producer, reading(bootstrap, "batch") as reader:
        assert await send_batch(producer, "batch", 5) == 0
        records = [await reader.getone() for _ in range(5)]
    assert [record.value for record in records] == [b"0", b"1", b"2", b"3", b"4"]
    assert [record.offset for record in records] == [0, 1, 2, 3, 4]
    assert [record.timestamp - EVENT_TIME for record in records] == [*(0, 1000, 2000, 3000, 4000)]
    assert {record.timestamp_type for record in records} == {0}
    assert records[4].headers == (("ce_id", b"id-4"), ("null", None))


async def test_a_fetch_tells_the_true_end_of_a_partition(bootstrap):
    """`highwater` counts every record of every batch."""
    await create_topics(bootstrap, [TopicSpec("end")])
    partition = TopicPartition("end", 0)
    async with producing(bootstrap) as producer, reading(bootstrap, "end") as reader:
        for count, end in ((5, 5), (3, 8), (1, 9)):
            await send_batch(producer, "end", count)
            while await reader.position(partition) < end:
                await reader.getone()
            assert reader.highwater(partition) == end


async def test_an_idle_partition_proves_that_it_is_idle(bootstrap):
    """Each fetch without records moves `last_poll_timestamp` and sets `highwater`."""
    await create_topics(bootstrap, [TopicSpec("idle")])
    partition = TopicPartition("idle", 0)
    seen = set()
    async with reading(bootstrap, "idle") as reader, asyncio.timeout(10):
        while len(seen) < 10:
            assert await reader.getmany(timeout_ms=5) == {}
            seen.add(reader.last_poll_timestamp(partition))
        assert reader.highwater(partition) == 0


async def test_reading_can_begin_inside_a_batch(bootstrap):
    """A seek to any offset begins with exactly that record."""
    await create_topics(bootstrap, [TopicSpec("seek")])
    async with producing(bootstrap) as producer, reading(bootstrap, "seek") as reader:
        await send_batch(producer, "seek", 10)
        for offset in (7, 0, 9, 3):
            reader.seek(TopicPartition("seek", 0), offset)
            assert (await reader.getone()).offset == offset


async def test_a_group_divides_the_partitions_and_remembers_offsets(bootstrap):
    """What one member committed, the next one does not read again."""
    await create_topics(bootstrap, [TopicSpec("group", 2)])
    settings = {
        "bootstrap_servers": bootstrap,
        "group_id": "group",
        "auto_offset_reset": "earliest",
        "enable_auto_commit": False,
        "fetch_max_wait_ms": 20,
        "session_timeout_ms": 2000,  # Tansu makes the first member wait for half of it
        "heartbeat_interval_ms": 200,
    }
    for round_ in (b"first", b"second"):
        async with producing(bootstrap) as producer:
            for partition in (0, 1):
                await producer.send_and_wait("group", round_, partition=partition)
        member = AIOKafkaConsumer("group", **settings)
        await member.start()
        try:
            read = [await member.getone() for _ in range(2)]
            await member.commit()
        finally:
            await member.stop()
        assert [record.value for record in read] == [round_, round_]
        assert {record.partition for record in read} == {0, 1}
