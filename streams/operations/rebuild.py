"""An archive of events -> a fresh store, without the log: what was published is not told again."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import Literal, NamedTuple

from scoring.policy import Policy
from streams.bootstrap import policy_tag, rules_of
from streams.errors import RegradeError
from streams.group_history import input_places
from streams.intake.partitioner import partition_of
from streams.intake.record import LogRecord
from streams.operations.kafka_view import ClusterView, Log
from streams.operations.recover import partitions_of
from streams.partition.cache import CustomerCache
from streams.partition.ports import Published
from streams.partition.processor import PartitionProcessor
from streams.partition.rules import Rules
from streams.partition.runner import TOPICS
from streams.replay.event import RejectedRow, WireEvent
from streams.settings import Settings
from streams.storage.copies import Copies, open_copies
from streams.storage.copy import META, Piece
from streams.storage.redis_store import RedisStore, open_store

Then = Literal["begin", "end"]
UNFINISHED = "a rebuild that was not finished"
"""Stands for the policy until all is done: no worker has it."""

_CHUNK = 2000
_CUSTOMERS = 200_000


class AlreadyStored(RegradeError):
    """The store holds partitions of the programme."""

    def __init__(self, partitions: list[int]) -> None:
        self.partitions = partitions
        super().__init__(
            f"the store holds partitions {', '.join(map(str, partitions))} already. A rebuild "
            "needs a store, or a REGRADE_PREFIX, that holds nothing; nothing was changed."
        )


class Rebuilt(NamedTuple):
    """What was rebuilt."""

    partitions: int
    events: int
    customers: int
    outcomes: dict[str, int]
    """What became of the events, by outcome."""


def rebuild(
    settings: Settings,
    policy: Policy,
    source: Iterable[WireEvent | RejectedRow],
    then: Then,
    refuse: Callable[[RejectedRow], None],
) -> Rebuilt:
    """Grade an archive into the store; workers then read on at the begin or end of the log.

    The events must stand in the order of their time.

    Raises:
        AlreadyStored: something is there.
    """
    return asyncio.run(_rebuild(settings, policy, source, then, refuse))


async def _rebuild(
    settings: Settings,
    policy: Policy,
    source: Iterable[WireEvent | RejectedRow],
    then: Then,
    refuse: Callable[[RejectedRow], None],
) -> Rebuilt:
    async with ClusterView(settings) as cluster:
        count = await partitions_of(cluster, settings)
        logs = (await cluster.logs(input_places(settings, range(count)))).at
    async with (
        open_copies(settings.redis, settings.key_prefix) as copies,
        open_store(settings.redis, settings.key_prefix, UNFINISHED, settings.names.source) as store,
    ):
        full = [at for at in range(count) if not await copies.partition(at).is_empty()]
        if full:
            raise AlreadyStored(full)
        await copies.prepare()
        key = settings.erasure_key.get_secret_value()
        names = settings.names
        rules = rules_of(
            policy,
            count,
            mode="replay",
            names=names,
            erasure_key=key,
            record_bytes=settings.record_bytes,
        )
        builder = _Builder(store, rules, count)
        await builder.claim()
        events = await builder.take(source, refuse)
        customers = 0
        for partition in range(count):
            customers += len(await store.customers(partition))
            starts = {topic: _start(logs[names.full(topic), partition], then) for topic in TOPICS}
            await _finish(copies, partition, policy_tag(policy), starts)
        return Rebuilt(count, events, customers, dict(builder.outcomes))


def _start(log: Log, then: Then) -> int:
    return log.begin if then == "begin" else log.end


class _Builder:
    """One processor per partition, all fed from one source."""

    def __init__(self, store: RedisStore, rules: Rules, count: int) -> None:
        self._store = store
        self._rules = rules
        self._count = count
        self._processors: list[PartitionProcessor] = []
        self._offsets: dict[tuple[str, int], int] = defaultdict(int)
        self.outcomes: dict[str, int] = defaultdict(int)

    async def claim(self) -> None:
        """Take all partitions."""
        room = max(1, _CUSTOMERS // self._count)
        for partition in range(self._count):
            meta = await self._store.claim(partition, "rebuild", self._count)
            cache = CustomerCache(room)
            made = PartitionProcessor(partition, self._rules, self._store, meta, cache)
            self._processors.append(made)

    async def take(
        self, source: Iterable[WireEvent | RejectedRow], refuse: Callable[[RejectedRow], None]
    ) -> int:
        """Grade all events; how many they were."""
        taken = 0
        rest = _as_merged(_accepted(source, refuse))
        while chunk := list(islice(rest, _CHUNK)):
            records: dict[int, list[LogRecord]] = defaultdict(list)
            for event in chunk:
                for partition in self._homes(event):
                    records[partition].append(self._record(event, partition))
            for partition, found in sorted(records.items()):
                await self._process(partition, found)
            taken += len(chunk)
        return taken

    def _homes(self, event: WireEvent) -> Iterable[int]:
        """Where an event belongs; a day without a customer is for all."""
        return [partition_of(event.key, self._count)] if event.key else range(self._count)

    def _record(self, event: WireEvent, partition: int) -> LogRecord:
        place = event.topic, partition
        offset = self._offsets[place]
        self._offsets[place] += 1
        topic = self._rules.names.full(event.topic)
        return LogRecord(
            topic, partition, offset, event.timestamp_ms, event.key or None, event.value
        )

    async def _process(self, partition: int, records: list[LogRecord]) -> None:
        processor = self._processors[partition]
        for batch in await processor.process(records):
            for (_, outcome), times in batch.outcomes.items():
                self.outcomes[outcome] += times
        # Told in its time; what a worker publishes begins with what comes now.
        meta = processor.meta
        told = Published(meta.owner, meta.incarnation, meta.tail, {})
        await self._store.trim(partition, told)


def _accepted(
    source: Iterable[WireEvent | RejectedRow], refuse: Callable[[RejectedRow], None]
) -> Iterator[WireEvent]:
    for event in source:
        if isinstance(event, RejectedRow):
            refuse(event)
        else:
            yield event


def _as_merged(events: Iterable[WireEvent]) -> Iterator[WireEvent]:
    """Of one moment the topics in their order, as a worker takes them from the log."""
    for _, together in groupby(events, key=lambda event: event.timestamp_ms):
        yield from sorted(together, key=lambda event: TOPICS.index(event.topic))


async def _finish(copies: Copies, partition: int, policy: str, starts: dict[str, int]) -> None:
    """From here on a worker with the policy may take the partition over."""
    copy = copies.partition(partition)
    _, meta = await copy.end()
    fields = dict(meta.entries) | {b"policy": policy.encode()}
    for topic, offset in starts.items():
        fields[f"next:{topic}".encode()] = str(offset).encode()
    await copy.finish(Piece("hash", META, list(fields.items())))
