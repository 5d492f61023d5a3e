"""What a worker refused, put right by hand: told first, done when it is confirmed."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import NamedTuple

from aiokafka.errors import KafkaError

from streams.errors import RegradeError
from streams.group_history import forget, input_places, records_read
from streams.operations.kafka_view import ClusterView, Log
from streams.partition.ports import Commit, PartitionMeta
from streams.partition.runner import TOPICS
from streams.settings import Settings
from streams.storage.redis_store import open_store
from streams.topic_names import TopicNames


class Outside(NamedTuple):
    """A stored offset that does not lie in its log, and where it would be put."""

    topic: str
    """Without prefix."""
    partition: int
    stored: int
    log: Log

    @property
    def happened(self) -> str:
        """What happened, in words."""
        if self.stored < self.log.begin:
            lost = self.log.begin - self.stored
            return f"{lost} records from {self.stored} on were deleted before they were read"
        return f"the log ends at {self.log.end}, before {self.stored}: it was recreated or cut off"

    @property
    def would(self) -> str:
        """What recovering it means, in words."""
        left = self.log.end - self.log.begin
        return f"go on at {self.log.begin}, with the {left} records the log holds"


class CannotRecover(RegradeError):
    """The cluster or the store is not in a state in which this can be done."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"nothing was changed: {problem}")


def recover_offsets(
    settings: Settings, confirm: Callable[[Sequence[Outside]], bool]
) -> tuple[list[Outside], bool]:
    """Set stored offsets that lie outside their logs to the begin of the log.

    Those found, and whether they were set. One that was moved by somebody else meanwhile is
    left alone.
    """
    return asyncio.run(_recover_offsets(settings, confirm))


async def _recover_offsets(
    settings: Settings, confirm: Callable[[Sequence[Outside]], bool]
) -> tuple[list[Outside], bool]:
    async with open_store(settings.redis, settings.key_prefix) as store:
        async with ClusterView(settings) as cluster:
            partitions = await partitions_of(cluster, settings)
            logs = (await cluster.logs(input_places(settings, range(partitions)))).at
        metas = [await store.read_meta(at) for at in range(partitions)]
        outside = [
            found
            for at, meta in enumerate(metas)
            if meta is not None
            for found in _outside(settings.names, at, meta, logs)
        ]
        if not outside or not confirm(outside):
            return outside, False
        for partition in sorted({found.partition for found in outside}):
            meta = metas[partition]
            assert meta is not None  # noqa: S101 - it is where they were found
            begins = {f.topic: f.log.begin for f in outside if f.partition == partition}
            verdict = await store.commit(partition, _moved(meta, begins))
            if verdict != "applied":
                moved = f"partition {partition} was committed to meanwhile; look again"
                raise CannotRecover(moved)
        return outside, True


def _outside(
    names: TopicNames, partition: int, meta: PartitionMeta, logs: dict[tuple[str, int], Log]
) -> list[Outside]:
    found = []
    for topic in TOPICS:
        log, stored = logs[names.full(topic), partition], meta.next.get(topic)
        if stored is not None and not log.begin <= stored <= log.end:
            found.append(Outside(topic, partition, stored, log))
    return found


def _moved(meta: PartitionMeta, begins: dict[str, int]) -> Commit:
    """A commit of nothing but offsets; whoever owns the partition starts from it again."""
    after = PartitionMeta(
        meta.owner,
        meta.commit,
        next=meta.next | begins,
        day=meta.day,
        watermark=meta.watermark,
        tail=meta.tail,
        erasure_key=meta.erasure_key,
    )
    return Commit(meta.commit, secrets.token_hex(16), after, [], [], [], {}, {})


async def partitions_of(cluster: ClusterView, settings: Settings) -> int:
    """How many partitions the input topics have.

    Raises:
        CannotRecover: they are missing, or differ.
    """
    names = [settings.names.full(topic) for topic in TOPICS]
    topics = await cluster.topics(names)
    counts = {topics[name].partitions for name in names if name in topics}
    if len(topics) != len(names) or len(counts) != 1:
        raise CannotRecover("the input topics are missing or differ; see `regrade doctor`")
    return counts.pop()


def recover_group(
    settings: Settings, confirm: Callable[[Sequence[int], int], bool]
) -> tuple[int, bool]:
    """Let the group begin anew with the partitions that the store does not hold.

    How many records of them it had read, and whether it was done. `confirm` is told the
    partitions and that number.
    """
    return asyncio.run(_recover_group(settings, confirm))


async def _recover_group(
    settings: Settings, confirm: Callable[[Sequence[int], int], bool]
) -> tuple[int, bool]:
    async with (
        ClusterView(settings) as cluster,
        open_store(settings.redis, settings.key_prefix) as store,
    ):
        partitions = range(await partitions_of(cluster, settings))
        gone = [at for at in partitions if await store.read_meta(at) is None]
        if not gone:
            raise CannotRecover("the store holds all partitions, and their offsets are what counts")
        records = await records_read(cluster.admin, settings, gone)
    if not records or not confirm(gone, records):
        return records, False
    try:
        await forget(settings, gone)
    except KafkaError as error:
        raise CannotRecover(f"stop the workers of the group first ({error!r})") from None
    return records, True
