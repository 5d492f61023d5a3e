"""Committed rows -> Kafka: in order per partition, at least once, trimmed when acknowledged."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from streams.clock import Clock
from streams.intake.partitioner import partition_of
from streams.partition.ports import OutboxRow, PartitionStore

AT_ONCE = 1000
"""Most rows in flight per partition."""

WAITING = 5_000
"""Rows of one partition that may wait before its processing waits for the broker."""

TRIM_EVERY_S = 0.5
LINGER_S = 0.05
"""How long to wait for more before trimming: a trim costs the store an fsync."""

_KNOWN = 100_000
"""Customers whose output partition is remembered."""

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
log = structlog.get_logger()


@dataclass(slots=True)
class _Queue:
    """What one partition has to publish."""

    rows: deque[tuple[int, OutboxRow]] = field(default_factory=deque)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    closing: bool = False
    """Whether to end as soon as nothing waits."""


class Publisher:
    """Publishes the outboxes of all partitions of a worker over one producer."""

    def __init__(
        self,
        producer: Any,
        store: PartitionStore,
        clock: Clock,
        prefix: str,
        published: Callable[[int, Sequence[OutboxRow], int], None],
    ) -> None:
        self._producer = producer
        self._store = store
        self._clock = clock
        self._prefix = prefix
        self._published = published
        self._queues: dict[int, _Queue] = {}
        self._known: dict[tuple[bytes, int], int] = {}

    async def offer(self, partition: int, first: int, rows: Sequence[OutboxRow]) -> None:
        """Publish rows in order; waits while too many wait already."""
        queue = self._queues.get(partition)
        if queue is None:
            queue = self._queues[partition] = _Queue()
        queue.rows.extend(enumerate(rows, first))
        queue.changed.set()
        if queue.task is None or queue.task.done():
            if queue.task is not None:
                queue.task.result()
            queue.closing = False
            queue.task = asyncio.create_task(self._run(partition, queue))
        while len(queue.rows) > WAITING:
            await self._clock.sleep(0.01)

    def waiting(self, partition: int) -> int:
        """Rows offered and not acknowledged yet."""
        queue = self._queues.get(partition)
        return 0 if queue is None else len(queue.rows)

    async def flush(self, partition: int) -> None:
        """Wait until everything offered is published and trimmed."""
        queue = self._queues.get(partition)
        if queue is not None and queue.task is not None:
            queue.closing = True
            queue.changed.set()
            await queue.task

    def forget(self, partition: int) -> None:
        """Stop publishing a partition that is no longer ours."""
        queue = self._queues.pop(partition, None)
        if queue is not None and queue.task is not None:
            queue.task.cancel()

    async def _run(self, partition: int, queue: _Queue) -> None:
        """Publish until nothing comes for a while. Trimming may lag: it only saves repeats."""
        trimmed = self._clock.monotonic()
        sent = 0
        while True:
            while queue.rows:
                sent = await self._publish(partition, queue)
                if self._clock.monotonic() - trimmed > TRIM_EVERY_S:
                    await self._store.trim(partition, sent)
                    trimmed, sent = self._clock.monotonic(), 0
            if await self._more(queue):
                continue
            if sent:
                await self._store.trim(partition, sent)
                sent = 0
            if not queue.rows:
                return

    async def _publish(self, partition: int, queue: _Queue) -> int:
        """Publish the rows at the head of the queue; the sequence of the last."""
        entries = [queue.rows[i] for i in range(min(AT_ONCE, len(queue.rows)))]
        await self._send_all(entries)
        for _ in entries:
            queue.rows.popleft()
        self._published(partition, [row for _, row in entries], len(queue.rows))
        return entries[-1][0]

    @staticmethod
    async def _more(queue: _Queue) -> bool:
        """Whether rows come before it is time to trim."""
        queue.changed.clear()
        if not queue.closing:
            with suppress(TimeoutError):
                await asyncio.wait_for(queue.changed.wait(), LINGER_S)
        return bool(queue.rows)

    async def _send_all(self, rows: Sequence[tuple[int, OutboxRow]]) -> None:
        """Send until acknowledged; what failed is sent again whole and in order."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                await self._send(rows)
            except KafkaError as error:
                log.warning("publishing failed, trying again", error=repr(error), rows=len(rows))
                await self._clock.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
            else:
                return

    async def _send(self, rows: Sequence[tuple[int, OutboxRow]]) -> None:
        """One batch per output partition: cheaper than one send a row."""
        groups: dict[tuple[str, int], list[tuple[int, OutboxRow]]] = defaultdict(list)
        counts: dict[str, int] = {}
        for topic in {row.topic for _, row in rows}:
            counts[topic] = len(await self._producer.partitions_for(self._prefix + topic))
        for sequence, row in rows:
            at = self._partition(row.key, counts[row.topic])
            groups[self._prefix + row.topic, at].append((sequence, row))
        for sent in [await self._submit(to, group) for to, group in groups.items()]:
            for future in sent:
                await future

    def _partition(self, key: bytes | None, partitions: int) -> int:
        """The partition of a key; computed once, murmur2 is slow in Python."""
        if key is None:
            return 0
        at = self._known.get((key, partitions))
        if at is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            at = self._known[key, partitions] = partition_of(key, partitions)
        return at

    async def _submit(
        self, to: tuple[str, int], rows: Sequence[tuple[int, OutboxRow]]
    ) -> list[asyncio.Future[Any]]:
        """Hand rows of one output partition to the producer, in as few batches as fit."""
        topic, partition = to
        now = self._clock.now_ms()
        futures = []
        batch = self._producer.create_batch()
        for sequence, row in rows:
            options = {
                "key": row.key,
                "value": row.value,
                "timestamp": now,
                "headers": [*row.headers, ("ce_sequence", b"%020d" % sequence)],
            }
            if batch.append(**options) is None:
                futures.append(await self._producer.send_batch(batch, topic, partition=partition))
                batch = self._producer.create_batch()
                if batch.append(**options) is None:
                    raise RowTooLarge(topic, len(row.value or b""))
        futures.append(await self._producer.send_batch(batch, topic, partition=partition))
        return futures


class RowTooLarge(Exception):
    """A row larger than the producer may send."""

    def __init__(self, topic: str, size: int) -> None:
        self.topic = topic
        self.size = size
        super().__init__(f"a row of {size} bytes is too large for {topic}")
