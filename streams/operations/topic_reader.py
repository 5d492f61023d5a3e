"""Reads a topic from its beginning to where it ended when the reading began."""

from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import ConsumerRecord

from streams.errors import KafkaUnreachable, RegradeError
from streams.kafka_security import kafka_security
from streams.settings import Settings

_POLL_MS = 200
_REQUEST_MS = 10_000


class TopicMissing(RegradeError):
    """There is no such topic."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        super().__init__(
            f"there is no topic {topic}. Create the topics with `regrade topics`, or set "
            "REGRADE_KAFKA and REGRADE_PREFIX as the workers have them."
        )


async def read_topic(settings: Settings, topic: str) -> AsyncIterator[ConsumerRecord]:
    """Every record, in offset order within each partition; what comes later is left out.

    Raises:
        KafkaUnreachable: nobody answers.
        TopicMissing: there is no such topic.
    """
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        **kafka_security(settings),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=_REQUEST_MS,
        fetch_max_wait_ms=settings.fetch_max_wait_ms,
    )
    try:
        await consumer.start()
    except KafkaConnectionError:
        await consumer.stop()
        raise KafkaUnreachable(settings.kafka) from None
    try:
        # Listed first: some brokers create a topic that is asked for.
        if topic not in await consumer.topics():
            raise TopicMissing(topic)
        consumer.subscribe([topic])
        async for record in _until_ends(consumer):
            yield record
    finally:
        await consumer.stop()


async def _until_ends(consumer: Any) -> AsyncIterator[ConsumerRecord]:
    # Where each partition ended, by its first fetch: `end_offsets` is too low on some brokers.
    ends: dict[Any, int] = {}
    while True:
        for tp, records in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
            ends.setdefault(tp, consumer.highwater(tp))
            for record in records:
                if record.offset < ends[tp]:
                    yield record
        done = bool(consumer.assignment())
        for tp in consumer.assignment():
            highwater = consumer.highwater(tp)
            if highwater is None or await consumer.position(tp) < ends.setdefault(tp, highwater):
                done = False
        if done:
            return
