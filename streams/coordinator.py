"""Which partitions this worker owns: claims them, runs them, lets them go."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from streams.errors import RegradeError
from streams.intake.record import RawRecord
from streams.outbox.publisher import Publisher
from streams.partition.ports import PartitionMeta
from streams.partition.runner import TOPICS, PartitionRunner
from streams.partition.surroundings import OffsetOutsideLog, Sight, StoreLost, Surroundings
from streams.storage.errors import PartitionGone, PartitionsChanged
from streams.telemetry.observer import MetricsObserver
from streams.topic_names import TopicNames

log = structlog.get_logger()

TopicPartition = tuple[str, int]
RELEASE_TIMEOUT_S = 20.0


class NotCoPartitioned(RegradeError):
    """A partition came without its sibling: orders and interactions would part."""

    def __init__(self, partition: int, missing: Sequence[str]) -> None:
        self.partition = partition
        self.missing = missing
        super().__init__(
            f"partition {partition} was assigned without {', '.join(missing)}. All input "
            "topics need the same number of partitions, and every member of the group "
            "this program's assignor: give it a group of its own (REGRADE_GROUP)."
        )


class Log(Protocol):
    """The consumer, as much as is needed of it. Topics carry their prefix."""

    async def first_offsets(self, tps: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Offset of the first record each log still holds."""


@dataclass(slots=True)
class _Owned:
    runner: PartitionRunner
    task: asyncio.Task[None]


class Coordinator:
    """The partitions of one worker."""

    def __init__(
        self,
        around: Surroundings,
        publisher: Publisher,
        observer: MetricsObserver,
        partitions: int,
        names: TopicNames,
        crash: Callable[[BaseException], Awaitable[None]],
    ) -> None:
        self._around = around
        self._publisher = publisher
        self._observer = observer
        self._partitions = partitions
        self._names = names
        self._crash = crash
        self._claims: dict[int, PartitionMeta] = {}
        self._owned: dict[int, _Owned] = {}

    async def assigned(self, tps: Iterable[TopicPartition]) -> None:
        """Claim the partitions of a new assignment; nothing runs yet.

        Raises:
            NotCoPartitioned: a partition came without all its topics.
            PartitionsChanged: the topics have grown since this worker started.
            StoreLost: one that was read before is not in the store.
        """
        topics: dict[int, set[str]] = defaultdict(set)
        for topic, partition in tps:
            topics[partition].add(self._names.topic(topic))
        for partition, found in sorted(topics.items()):
            missing = [topic for topic in TOPICS if topic not in found]
            if missing:
                raise NotCoPartitioned(partition, missing)
        if topics and max(topics) >= self._partitions:
            raise PartitionsChanged(str(self._partitions), f"at least {max(topics) + 1}")
        await self.release()
        store = self._around.store
        for partition, before in (await self._check_history(sorted(topics))).items():
            claim = await self._claim(partition, before)
            self._claims[partition] = claim
            await self._around.policies.learn(partition, claim)
            self._observer.claimed(partition, await store.counts(partition))
            self._observer.reigns(partition, claim)
        log.info("partitions claimed", partitions=sorted(topics))

    async def _check_history(self, partitions: Sequence[int]) -> dict[int, PartitionMeta | None]:
        """What is stored of each. One that is not there is begun only if nothing was read of it."""
        around = self._around
        stored = {at: await around.store.read_meta(at) for at in partitions}
        new = [at for at, meta in stored.items() if meta is None]
        if new and (records := await around.feed.told(new)):
            raise StoreLost(f"of partitions {new}", "the group", records)
        return stored

    async def _claim(self, partition: int, before: PartitionMeta | None) -> PartitionMeta:
        around, begun = self._around, before is not None
        try:
            return await around.store.claim(partition, around.owner, self._partitions, begun=begun)
        except PartitionGone:
            read = 0 if before is None else sum(before.next.values())
            what = f"of partition {partition} any more"
            raise StoreLost(what, "its last worker", read) from None

    async def start_offsets(self, consumer: Log) -> dict[TopicPartition, int]:
        """Where to read on, per topic partition; starts the runners the first time.

        Raises:
            OffsetOutsideLog: events were lost or the topic is another one.
        """
        tps = [
            (self._names.full(topic), partition)
            for partition in {*self._claims, *self._owned}
            for topic in TOPICS
        ]
        if not tps:
            return {}
        begin = await consumer.first_offsets(tps)
        offsets = {}
        for tp in tps:
            topic, partition = self._names.topic(tp[0]), tp[1]
            known = self._known(topic, partition)
            if known is not None and known < begin[tp]:
                raise OffsetOutsideLog(f"{tp[0]}/{partition}", known, begin[tp], None)
            offsets[tp] = begin[tp] if known is None else known
        for partition in list(self._claims):
            self._start(partition, offsets)
        return offsets

    def _known(self, topic: str, partition: int) -> int | None:
        owned = self._owned.get(partition)
        if owned is not None:
            return owned.runner.expected()[topic]
        return self._claims[partition].next.get(topic)

    def _start(self, partition: int, offsets: Mapping[TopicPartition, int]) -> None:
        meta = self._claims.pop(partition)
        expected = {topic: offsets[self._names.full(topic), partition] for topic in TOPICS}
        runner = PartitionRunner(partition, meta, expected, self._around)
        task = asyncio.create_task(self._run(runner), name=f"partition-{partition}")
        self._owned[partition] = _Owned(runner, task)

    async def _run(self, runner: PartitionRunner) -> None:
        try:
            await runner.run()
        except Exception as error:
            log.exception("partition failed", partition=runner.partition)
            await self._crash(error)

    async def offer(self, topic: str, partition: int, records: Sequence[RawRecord]) -> None:
        """Hand a chunk to its partition; chunks of partitions let go are dropped."""
        owned = self._owned.get(partition)
        if owned is not None:
            await owned.runner.offer(self._names.topic(topic), records)

    def next_offset(self, topic: str, partition: int) -> int | None:
        """The stored next offset of a topic partition."""
        owned = self._owned.get(partition)
        if owned is None:
            return None
        return owned.runner.next_offset(self._names.topic(topic))

    def lag(self, topic: str, partition: int, position: int | None, highwater: int) -> int:
        """Records of a topic partition that are not committed yet."""
        owned = self._owned.get(partition)
        return 0 if owned is None else owned.runner.lag(topic, position, highwater)

    def pending(self) -> list[int]:
        """Partitions that were claimed and do not run yet."""
        return sorted(self._claims)

    def sights(self, taken: Callable[[str, int], int]) -> list[Sight]:
        """What can be seen of every partition; `taken`: up to where the log left the broker."""
        seen = [
            Sight(f"partition {partition}, from its claim to its start,", claim.commit)
            for partition, claim in self._claims.items()
        ]
        for partition, one in self._owned.items():
            seen += one.runner.sights()
            for topic, expected in one.runner.expected().items():
                part = f"{topic}/{partition}, from Faust to its partition,"
                seen.append(Sight(part, expected, taken(topic, partition) > expected))
        return seen

    async def release(self) -> dict[TopicPartition, int]:
        """Finish the chunks at hand, publish what they caused, and let all go.

        Returns the stored next offsets of what was let go.
        """
        owned, self._owned = self._owned, {}
        self._claims.clear()
        if not owned:
            return {}
        for one in owned.values():
            one.runner.stop()
        tasks = [one.task for one in owned.values()]
        try:
            async with asyncio.timeout(RELEASE_TIMEOUT_S):
                await asyncio.gather(*tasks)
                await asyncio.gather(*map(self._publisher.flush, owned))
        except TimeoutError:
            # What is cut off here is committed or not; the next owner publishes the rest.
            log.warning("partitions let go before all was published")
        for partition, one in owned.items():
            one.task.cancel()
            self._publisher.forget(partition)
        self._observer.released()
        log.info("partitions released", partitions=sorted(owned))
        return {
            (self._names.full(topic), partition): reached
            for partition, one in owned.items()
            for topic in TOPICS
            if (reached := one.runner.next_offset(topic)) is not None
        }
