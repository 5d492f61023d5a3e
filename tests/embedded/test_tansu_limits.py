"""Where the embedded broker differs from Kafka; a failure here is good news."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownError

from streams.embedded.topics import TopicSpec, create_topics


async def test_end_offsets_count_the_last_batch_as_one_record(tansu):
    """`end_offsets` is too low after a batch; use `highwater` after a fetch."""
    await create_topics(tansu, [TopicSpec("ends")])
    partition = TopicPartition("ends", 0)
    producer = AIOKafkaProducer(bootstrap_servers=tansu, linger_ms=1000)
    await producer.start()
    sent = [await producer.send("ends", b"x", partition=0) for _ in range(5)]
    await producer.flush()
    assert [(await each).offset for each in sent] == [0, 1, 2, 3, 4]
    await producer.stop()
    consumer = AIOKafkaConsumer(bootstrap_servers=tansu)
    await consumer.start()
    assert await consumer.end_offsets([partition]) == {partition: 1}  # Kafka: 5
    await consumer.stop()


async def test_the_idempotent_producer_is_refused_at_its_start(tansu):
    """Tansu's memory storage has no producer ids, so `start` raises."""
    producer = AIOKafkaProducer(bootstrap_servers=tansu, enable_idempotence=True)
    with pytest.raises(UnknownError):
        await producer.start()
    await producer.stop()


async def test_asking_for_a_topic_creates_it_with_four_partitions(tansu):
    """A mere look at a topic that is not there creates it: create topics first."""
    admin = AIOKafkaAdminClient(bootstrap_servers=tansu)
    await admin.start()
    (described,) = await admin.describe_topics(["only-looked-at"])
    await admin.close()
    assert len(described["partitions"]) == 4


async def test_topic_settings_are_stored_unchecked(tansu):
    """Tansu accepts any setting, even one that Kafka does not know."""
    spec = TopicSpec("settings", 1, {"no.such.setting": "1"})
    assert await create_topics(tansu, [spec]) == ("settings",)
