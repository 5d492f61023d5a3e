"""The topic `grading-policy`: read from its first record on, followed, and written to."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from streams.errors import RegradeError
from streams.kafka_security import kafka_security
from streams.policies.publication import GRADING_POLICY, Publication, encode
from streams.settings import Settings

_REQUEST_MS = 10_000
_POLL_MS = 500

Record = tuple[int, bytes | None]
"""Offset and value."""


class PolicyTopicSilent(RegradeError):
    """The topic could not be read or written."""

    retriable = True

    def __init__(self, topic: str, address: str, problem: str) -> None:
        self.topic = topic
        super().__init__(
            f"topic {topic} of the broker at {address} (REGRADE_KAFKA): {problem}. "
            "`regrade topics` creates what is missing."
        )


class PolicyTopic:
    """A reader of the topic; holds no offsets and belongs to no group."""

    def __init__(self, settings: Settings) -> None:
        self._place = TopicPartition(settings.prefix + GRADING_POLICY, 0)
        self._address = settings.kafka
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka,
            **kafka_security(settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=_REQUEST_MS,
            # Some brokers hold an empty fetch to its end: who stops has to wait for it.
            fetch_max_wait_ms=_POLL_MS // 5,
        )

    async def start(self) -> None:
        """Connect, and go to the beginning.

        Raises:
            PolicyTopicSilent: nobody answers, or the topic is missing.
        """
        try:
            await self._consumer.start()
            self._consumer.assign([self._place])
            await self._consumer.seek_to_beginning(self._place)
        except KafkaError as error:
            await self._consumer.stop()
            raise PolicyTopicSilent(self._place.topic, self._address, repr(error)) from None

    async def to_the_end(self) -> list[Record]:
        """Everything up to what is the end now.

        Raises:
            PolicyTopicSilent: the broker does not answer any more.
        """
        found: list[Record] = []
        try:
            end = (await self._consumer.end_offsets([self._place]))[self._place]
            while await self._consumer.position(self._place) < end:
                found += await self.more()
        except KafkaError as error:
            raise PolicyTopicSilent(self._place.topic, self._address, repr(error)) from None
        return found

    async def more(self) -> list[Record]:
        """What has come since, after at most half a second."""
        polled = await self._consumer.getmany(self._place, timeout_ms=_POLL_MS)
        return [(one.offset, one.value) for records in polled.values() for one in records]

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[PolicyTopic]:
    """The topic, for as long as the block."""
    topic = PolicyTopic(settings)
    await topic.start()
    try:
        yield topic
    finally:
        await topic.stop()


async def publish(publications: Sequence[Publication], settings: Settings) -> None:
    """Put publications on the topic; they are there when this returns.

    Raises:
        PolicyTopicSilent: they may not be.
    """
    topic = settings.prefix + GRADING_POLICY
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        **kafka_security(settings),
        acks="all",
        request_timeout_ms=_REQUEST_MS,
    )
    try:
        await producer.start()
        for publication in publications:
            key, value = encode(publication)
            await producer.send_and_wait(topic, value, key=key, partition=0)
    except KafkaError as error:
        raise PolicyTopicSilent(topic, settings.kafka, repr(error)) from None
    finally:
        await producer.stop()
