"""Apache Kafka keeps its topics over a crash."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.embedded.kafka import ApacheKafka
from streams.embedded.topics import TopicSpec, create_topics

pytestmark = pytest.mark.kafka


async def test_acknowledged_records_survive_a_kill(tmp_path):
    """A record that was acknowledged is there after SIGKILL and a new start."""
    with ApacheKafka(tmp_path) as kafka:
        await create_topics(kafka.bootstrap, [TopicSpec("orders", 2)])
        producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
        async with producer:
            for number in range(100):
                await producer.send_and_wait("orders", b"%d" % number, partition=1)
        kafka.kill()
        kafka.start()
        assert await create_topics(kafka.bootstrap, [TopicSpec("orders", 2)]) == ()
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap)
        partition = TopicPartition("orders", 1)
        async with consumer:
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            read = [(await consumer.getone()).value for _ in range(100)]
    assert read == [b"%d" % number for number in range(100)]


async def test_transactions_work_on_the_single_node(tmp_path):
    """The internal topics are made for one node, so a transaction can commit."""
    with ApacheKafka(tmp_path) as kafka:
        await create_topics(kafka.bootstrap, [TopicSpec("out")])
        producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id="one")
        async with producer, producer.transaction():
            sent = await producer.send_and_wait("out", b"value")
        assert sent.offset == 0


def test_own_settings_win(tmp_path):
    """Settings given by the caller replace those chosen here."""
    kafka = ApacheKafka(tmp_path, settings={"auto.create.topics.enable": "true"})
    with kafka:
        written = (tmp_path / "server.properties").read_text().splitlines()
    assert "auto.create.topics.enable=true" in written
