"""The output topics on Kafka: one batch after the other per place, and their tails."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from streams.clock import Clock
from streams.errors import RegradeError
from streams.intake.partitioner import partition_of
from streams.outbox.scribe import CHANGES, CURRENT_TIER
from streams.outbox.wire import SEQUENCE, Sequenced, Tail, WireDown, origin, read_stamp
from streams.partition.ports import OutboxRow, Place

_OF_CUSTOMERS = (*CHANGES, CURRENT_TIER)
"""Topics whose rows are about customers of the partition they come from."""

_KNOWN = 100_000
"""Customers whose output partition is remembered."""

_POLL_MS = 200


class KafkaWire:
    """Sends with one producer, and reads with one consumer that belongs to no group."""

    def __init__(
        self, producer: Any, consumer: Any, clock: Clock, prefix: str, partitions: int
    ) -> None:
        """`partitions` is how many the facts have."""
        self._producer = producer
        self._consumer = consumer
        self._clock = clock
        self._prefix = prefix
        self._partitions = partitions
        self._known: dict[tuple[bytes, int], int] = {}
        self._reading = asyncio.Lock()

    async def places(self, partition: int, rows: Sequence[Sequenced]) -> list[Place]:
        """Where each of the rows belongs: topics are asked for once, not once a row."""
        with _answered("looking for topics"):
            counts = {
                topic: len(await self._producer.partitions_for(self._prefix + topic))
                for topic in {row.topic for _, row in rows}
            }
        # Among as many partitions a customer's key leads to the same one.
        alike = {
            topic: Place(topic, partition)
            for topic, count in counts.items()
            if topic in _OF_CUSTOMERS and count == self._partitions
        }
        return [alike.get(row.topic) or self._place(row, counts[row.topic]) for _, row in rows]

    def _place(self, row: OutboxRow, partitions: int) -> Place:
        """Computed once a customer: murmur2 is slow in Python."""
        if row.key is None:
            return Place(row.topic, 0)
        at = self._known.get((row.key, partitions))
        if at is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            at = self._known[row.key, partitions] = partition_of(row.key, partitions)
        return Place(row.topic, at)

    async def send(
        self, partition: int, incarnation: int, place: Place, rows: Sequence[Sequenced]
    ) -> int | None:
        """Append rows in order, in as few batches as fit; each waits for the one before.

        A batch sent beside an earlier one could stand there without it.
        """
        end = None
        topic = self._prefix + place.topic
        with _answered("publishing"):
            for batch in self._batches(partition, incarnation, place.topic, rows):
                sending = await self._producer.send_batch(batch, topic, partition=place.partition)
                put = await sending
                # A repeat the broker knew already is acknowledged without an offset.
                end = put.offset + batch.record_count() if put.offset >= 0 else None
        return end

    def _batches(
        self, partition: int, incarnation: int, topic: str, rows: Sequence[Sequenced]
    ) -> list[Any]:
        now = self._clock.now_ms()
        ours = origin(partition, incarnation)
        batches = [self._producer.create_batch()]
        append = batches[-1].append
        for sequence, row in rows:
            headers = [*row.headers, (SEQUENCE, b"%020d" % sequence), *ours]
            if append(timestamp=now, key=row.key, value=row.value, headers=headers) is None:
                batches.append(self._producer.create_batch())
                append = batches[-1].append
                if append(timestamp=now, key=row.key, value=row.value, headers=headers) is None:
                    raise RowTooLarge(topic, len(row.value or b""))
        return batches

    async def tails(self, partition: int, places: Mapping[Place, int | None]) -> dict[Place, Tail]:
        """What the places hold from an offset on."""
        async with self._reading:
            with _answered("reading what is published"):
                found = await self._existing(places)
                begins = await self._consumer.beginning_offsets(list(found))
                ends = await self._consumer.end_offsets(list(found))
                tails = {place: Tail(ends[tp]) for tp, place in found.items()}
                starts = {}
                for tp, place in found.items():
                    start = places[place]
                    if start is None or not begins[tp] <= start <= ends[tp]:
                        start = begins[tp]
                    if start < ends[tp]:
                        starts[tp] = start
                if starts:
                    async for tp, record in self._read(starts, ends):
                        stamped = read_stamp(record.headers, partition)
                        if stamped is not None:
                            _note(tails[found[tp]], *stamped)
                return tails

    async def _existing(self, places: Iterable[Place]) -> dict[TopicPartition, Place]:
        found = {}
        for place in places:
            topic = self._prefix + place.topic
            if place.partition in await self._producer.partitions_for(topic):
                found[TopicPartition(topic, place.partition)] = place
        return found

    async def _read(
        self, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> AsyncIterator[tuple[TopicPartition, Any]]:
        """The records from a start to an end of each topic partition."""
        consumer = self._consumer
        consumer.assign(list(starts))
        try:
            for tp, start in starts.items():
                consumer.seek(tp, start)
            left = set(starts)
            while left:
                for tp, records in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
                    for record in records:
                        yield tp, record
                for tp in list(left):
                    if await consumer.position(tp) >= ends[tp]:
                        left.discard(tp)
                        consumer.pause(tp)
        finally:
            consumer.unsubscribe()


def _note(tail: Tail, incarnation: int, sequence: int) -> None:
    tail.last[incarnation] = max(sequence, tail.last.get(incarnation, 0))


@contextmanager
def _answered(doing: str) -> Iterator[None]:
    """What the client says of a broker that does not answer, in our words."""
    try:
        yield
    except KafkaError as error:
        raise WireDown(doing, repr(error)) from error


class RowTooLarge(RegradeError):
    """A row larger than the producer may send."""

    def __init__(self, topic: str, size: int) -> None:
        self.topic = topic
        self.size = size
        super().__init__(f"a row of {size} bytes is too large for {topic}")
