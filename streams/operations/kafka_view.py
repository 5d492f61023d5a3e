"""What an operator asks a Kafka cluster about the topics of a programme. Reads only."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, NamedTuple, Self

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from streams.errors import KafkaUnreachable
from streams.intake.partitioner import partition_of
from streams.kafka_security import kafka_security
from streams.settings import Settings

_REQUEST_MS = 10_000
_SAMPLE = 20
"""Records at the end of each input partition whose place is checked."""
_PATIENCE_S = 5.0
_POLL_MS = 200


class Topic(NamedTuple):
    """One topic as the cluster has it."""

    partitions: int
    cleanup: str | None
    """Its `cleanup.policy`; None where the broker does not say."""
    leaderless: int
    """Partitions that nobody serves."""


class Log(NamedTuple):
    """One partition of an input topic."""

    begin: int
    end: int
    """Offset after the last record."""


class Group(NamedTuple):
    """The consumer group of the workers."""

    state: str
    members: int
    protocol: str


class ClusterView:
    """Asks one cluster; open it with `async with`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.admin: Any = AIOKafkaAdminClient(
            bootstrap_servers=settings.kafka,
            **kafka_security(settings),
            request_timeout_ms=_REQUEST_MS,
        )
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._open.push_async_callback(self.admin.close)
        try:
            await self.admin.start()
        except KafkaError:
            await self._open.aclose()
            raise KafkaUnreachable(self._settings.kafka) from None
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def brokers(self) -> int:
        """How many brokers the cluster has."""
        return len((await self.admin.describe_cluster())["brokers"])

    async def topics(self, names: Sequence[str]) -> dict[str, Topic]:
        """Those of the topics that exist."""
        # Asked for by name some brokers create them: list what is there instead.
        present = set(await self.admin.list_topics())
        asked = [name for name in names if name in present]
        if not asked:
            return {}
        described = await self.admin.describe_topics(asked)
        cleanup = await self._cleanup(asked)
        return {
            topic["topic"]: Topic(
                len(topic["partitions"]),
                cleanup.get(topic["topic"]),
                sum(part["leader"] < 0 for part in topic["partitions"]),
            )
            for topic in described
        }

    async def _cleanup(self, names: Sequence[str]) -> dict[str, str]:
        # All settings: some brokers cannot be asked for a single one.
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found = {}
        for response in await self.admin.describe_configs(wanted):
            for resource in response.resources:
                _code, _message, _kind, name, entries = resource[:5]
                told = {entry[0]: entry[1] for entry in entries}
                if "cleanup.policy" in told:
                    found[name] = told["cleanup.policy"]
        return found

    async def group(self) -> Group | None:
        """The workers' group; None where the broker does not say."""
        try:
            (answer,) = await self.admin.describe_consumer_groups([self._settings.group])
        except KafkaError:
            return None
        (described,) = answer.groups
        _code, _group, state, _kind, protocol, members = described[:6]
        return Group(state, len(members), protocol)

    async def logs(self, places: Sequence[TopicPartition]) -> "Logs":
        """Where the logs of input partitions begin and end, and whether keys are at home."""
        consumer: Any = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka,
            **kafka_security(self._settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=_REQUEST_MS,
            fetch_max_wait_ms=self._settings.fetch_max_wait_ms,
        )
        async with consumer:
            consumer.assign(places)
            begin = await consumer.beginning_offsets(places)
            end = await consumer.end_offsets(places)
            for tp in places:
                consumer.seek(tp, max(begin[tp], end[tp] - _SAMPLE))
            return await _sampled(consumer, places, begin, end)


class Logs(NamedTuple):
    """What was seen of the input topics."""

    at: dict[tuple[str, int], Log]
    sampled: int
    """Records with a key that were looked at."""
    misplaced: list[tuple[str, int, int]]
    """Topic, partition and offset of those that lie where murmur2 of their key does not say."""


async def _sampled(consumer: Any, places: Sequence[TopicPartition], begin: Any, end: Any) -> Logs:
    counts: dict[str, int] = {}
    for tp in places:
        counts[tp.topic] = counts.get(tp.topic, 0) + 1
    sampled, misplaced = 0, []
    seen: set[TopicPartition] = set()
    empty = {tp for tp in places if begin[tp] == end[tp]}
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while seen | empty != set(places) and asyncio.get_running_loop().time() < deadline:
        for tp, records in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
            seen.add(tp)
            for record in records:
                if record.key is None:
                    continue
                sampled += 1
                if partition_of(record.key, counts[tp.topic]) != tp.partition:
                    misplaced.append((tp.topic, tp.partition, record.offset))
    at = {}
    for tp in places:
        # Some brokers tell the end too low after a batch; what a fetch says is right.
        last = max(end[tp], consumer.highwater(tp) or 0)
        at[tp.topic, tp.partition] = Log(begin[tp], last)
    return Logs(at, sampled, misplaced)
