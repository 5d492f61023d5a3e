"""Events onto Kafka in their order, as fast as they go or at a chosen speed."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from streams.errors import KafkaUnreachable
from streams.intake.partitioner import partition_of
from streams.partition.runner import TOPICS
from streams.replay.event import WireEvent

FLUSH_AT = 4000
"""Events that may wait for an acknowledgement."""

_SLICE_S = 0.05
_NONE: Mapping[str, Any] = {}


@asynccontextmanager
async def open_producer(
    bootstrap: str,
    *,
    idempotent: bool = False,
    max_request_bytes: int = 1024 * 1024,
    security: Mapping[str, Any] = _NONE,
) -> AsyncIterator[AIOKafkaProducer]:
    """A producer for a replay; it waits for every acknowledgement.

    Unless it is `idempotent`, what is sent again after a lost answer may stand twice in the
    log. The embedded broker has no idempotent producer.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        **security,
        acks="all",
        enable_idempotence=idempotent,
        linger_ms=0,
        max_batch_size=256 * 1024,
        max_request_size=max_request_bytes,
    )
    try:
        await producer.start()
    except KafkaConnectionError:
        await producer.stop()
        raise KafkaUnreachable(bootstrap) from None
    try:
        yield producer
    finally:
        await producer.stop()


class Replay:
    """Sends events so that a reader of both topics can restore their order.

    Before a partition's events go from one topic to the other, the first must be
    acknowledged: whoever has read the second can then already read the first.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        prefix: str = "",
        speed: float = 0.0,
        sent: Callable[[WireEvent], None] = lambda _event: None,
    ) -> None:
        """`prefix` is that of the fact topics.

        `speed` is in event seconds per second; 0 is as fast as it goes.
        """
        self._producer = producer
        self._prefix = prefix
        self._speed = speed
        self._sent = sent
        self._partitions = 0
        self._batches: dict[int, tuple[str, Any]] = {}
        self._pending: list[asyncio.Future[Any]] = []
        self._waiting = 0
        self._began: tuple[float, int] | None = None
        self._where: dict[bytes, int] = {}
        self.last_ms = 0
        """Greatest event time sent, epoch milliseconds."""

    async def run(self, events: Iterable[WireEvent]) -> None:
        """Send all events and wait for their acknowledgements."""
        counts = [
            len(await self._producer.partitions_for(self._prefix + topic)) for topic in TOPICS
        ]
        self._partitions = counts[0]
        for event in events:
            if self._speed:
                await self._keep_pace(event.timestamp_ms)
            await self._send(event)
            self._sent(event)
        await self._flush()

    async def close_day(self) -> None:
        """Write into every partition that the day of the last event was reached."""
        for partition in range(self._partitions):
            value = orjson.dumps(
                {
                    "type": "day.reached",
                    "event_id": f"day.reached:{self.last_ms}",
                    "occurred_at": self.last_ms,
                }
            )
            await self._producer.send_and_wait(
                self._prefix + TOPICS[0],
                value,
                partition=partition,
                timestamp_ms=self.last_ms,
            )

    async def _send(self, event: WireEvent) -> None:
        partition = self._where.get(event.key)
        if partition is None:
            partition = partition_of(event.key, self._partitions)
            self._where[event.key] = partition
        topic, batch = self._batches.get(partition, (event.topic, None))
        if topic != event.topic or self._waiting >= FLUSH_AT:
            await self._flush()
            batch = None
        if batch is None:
            batch = self._producer.create_batch()
            self._batches[partition] = (event.topic, batch)
        if not self._append(batch, event):
            await self._submit(partition)
            batch = self._producer.create_batch()
            self._batches[partition] = (event.topic, batch)
            self._append(batch, event)
        self._waiting += 1
        self.last_ms = max(self.last_ms, event.timestamp_ms)

    @staticmethod
    def _append(batch: Any, event: WireEvent) -> bool:
        added = batch.append(
            key=event.key, value=event.value, timestamp=event.timestamp_ms, headers=[]
        )
        return added is not None

    async def _submit(self, partition: int) -> None:
        topic, batch = self._batches.pop(partition)
        future = await self._producer.send_batch(batch, self._prefix + topic, partition=partition)
        self._pending.append(future)

    async def _flush(self) -> None:
        for partition in list(self._batches):
            await self._submit(partition)
        for future in self._pending:
            await future
        self._pending.clear()
        self._waiting = 0

    async def _keep_pace(self, timestamp_ms: int) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began = (now, timestamp_ms)
        began, first_ms = self._began
        ahead = (timestamp_ms - first_ms) / 1000 / self._speed - (now - began)
        if ahead > _SLICE_S:
            await self._flush()
            await asyncio.sleep(ahead)
