"""The Faust transport that delivers records a chunk at a time, from the offsets we stored.

Faust hands over one message at a time at four asyncio tasks a message. Here one message is up
to CHUNK raw records of one partition. Faust's acks and Kafka's group offsets steer nothing:
where to read is known from the store, where state and offsets were committed together.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import faust
import structlog
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage
from faust.types.transports import SchedulingStrategyT

from streams.intake.record import RawRecord

CHUNK = 2000
SEEK_TIMEOUT_S = 20.0
"""Shorter than Faust's request timeout: a slower seek there would hang the worker unseen."""
TELL_TIMEOUT_S = 3.0
"""For a broker that is gone nobody's stop waits longer."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Poll:
    """What the last fetch answer said about one topic partition."""

    position: int | None
    """Offset of the next record to hand over."""
    highwater: int | None
    """Offset after the last record of the log."""
    at_ms: int | None
    """Wall time of the answer, epoch milliseconds."""


class LogKeeper(Protocol):
    """Who knows where to read; set as `app.keeper`."""

    async def start_offsets(self, log: "Consumer") -> Mapping[TopicPartition, int]:
        """The offset to read from, for every assigned topic partition."""

    def next_offset(self, tp: TopicPartition) -> int | None:
        """The stored next offset, for lag tools."""


class ChunkScheduler(SchedulingStrategyT):  # type: ignore[misc]
    """Splits what was fetched into chunks, taking turns between topic partitions."""

    def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, list[Any]]]:
        """Yield (topic partition, records in offset order)."""
        longest = max(map(len, records.values()), default=0)
        for start in range(0, longest, CHUNK):
            for tp, fetched in records.items():
                if start < len(fetched):
                    yield tp, fetched[start : start + CHUNK]


class ChunkSchema(faust.Schema):  # type: ignore[misc]
    """Leaves chunks as they are; decoding is done by the partition path."""

    def loads_key(self, *_args: Any, **_options: Any) -> None:
        """A chunk has no key of its own."""

    def loads_value(self, _app: Any, message: Any, **_options: Any) -> list[RawRecord]:
        """The records of the chunk."""
        records: list[RawRecord] = message.value
        return records


class ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust's consumer thread with our fetch wait and a view on what was polled."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.taken: dict[TP, int] = {}

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Faust fixes this at 1500 ms. Some brokers hold every fetch until the wait is over.
        consumer._fetch_max_wait_ms = self.app.fetch_max_wait_ms
        # What a producer takes back by aborting its transaction has never happened.
        consumer._isolation_level = "read_committed"
        return consumer

    async def _fetch_records(self, *arguments: Any, **options: Any) -> Mapping[TP, list[Any]]:
        records: Mapping[TP, list[Any]] = await super()._fetch_records(*arguments, **options)
        for tp, found in records.items():
            self.taken[tp] = found[-1].offset + 1
        return records

    async def tell_group(self, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        """Commit offsets of the group. Faust's own commit would crash the worker if it failed."""
        await self.call_thread(self._ensure_consumer().commit, offsets)

    def poll_of(self, tp: TopicPartition) -> Poll:
        """What the last fetch said; reads plain attributes, so safe from any thread."""
        consumer = self._consumer
        assignment = consumer._subscription.subscription if consumer else None
        if assignment is None or assignment.assignment is None:
            return Poll(None, None, None)
        try:
            state = assignment.assignment.state_value(tp)
        except (KeyError, AssertionError):
            state = None
        if state is None or not state.has_valid_position:
            return Poll(None, None, None)
        # The fetcher sets the time last. Read first, it is never newer than the rest: what
        # is said to hold at that time held then.
        at_ms = state.timestamp
        return Poll(state._position, state.highwater, at_ms)


class _NeverRead(dict[TP, int | None]):
    """Faust drops messages below the offset it delivered last, also after a seek back.

    Who takes our chunks knows what it has seen, so nothing counts as delivered here.
    """

    def __getitem__(self, _tp: TP) -> int | None:
        return None


class Consumer(driver.Consumer):  # type: ignore[misc]
    """Faust's consumer, reading chunks from stored offsets."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._read_offset = _NeverRead()

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def _to_message(self, tp: TP, record: list[Any]) -> ConsumerMessage:
        last = record[-1]
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000.0,
            last.timestamp_type,
            (),
            None,
            record,
            None,
            0,
            0,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek to the offsets stored with the state. Fails rather than hangs."""
        offsets = await self.app.keeper.start_offsets(self)
        await self.seek_soon(offsets)
        return {TP(*tp): offset for tp, offset in offsets.items()}

    async def seek_soon(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Seek, or raise TimeoutError."""
        if offsets:
            places = {TP(*tp): offset for tp, offset in offsets.items()}
            await asyncio.wait_for(self.seek_wait(places), SEEK_TIMEOUT_S)
            self._thread.taken.update(places)

    def taken(self, tp: TopicPartition) -> int:
        """Offset after the last record taken from the broker; 0 before the first seek."""
        return int(self._thread.taken.get(TP(*tp), 0))

    async def tell_group(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Tell the group how far was read, when this worker leaves.

        Nobody reads on from there: it is for lag tools, and a sign of history should the store
        ever be lost. So a group that cannot be told now is left alone.
        """
        places = {TopicPartition(*at): OffsetAndMetadata(o, "") for at, o in offsets.items()}
        try:
            await asyncio.wait_for(self._thread.tell_group(places), TELL_TIMEOUT_S)
        except (KafkaError, ConsumerNotStarted, TimeoutError) as error:
            log.warning("the group was not told how far was read", error=repr(error))

    async def first_offsets(self, tps: list[TopicPartition]) -> Mapping[Any, int]:
        """Offset of the first record each log still holds."""
        found: Mapping[Any, int] = await self.earliest_offsets(*[TP(*tp) for tp in tps])
        return found

    def hold(self, tp: TopicPartition, *, held: bool) -> None:
        """Stop or resume fetching a topic partition."""
        # Not pause_partitions(): that drops what was fetched and not yet handed over.
        if held:
            self.on_buffer_full(TP(*tp))
        else:
            self.on_buffer_drop(TP(*tp))

    def poll_of(self, tp: TopicPartition) -> Poll:
        """What the last fetch said about a topic partition."""
        poll: Poll = self._thread.poll_of(tp)
        return poll

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """No gap to keep: acks do not decide what is read."""

    def _new_offset(self, tp: TP) -> int | None:
        """What lag tools see: the offset stored with the state, never one from acks."""
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        offset: int | None = self.app.keeper.next_offset(tp)
        return offset

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's own check compares two different clocks; ours is the partition lag."""


class Transport(driver.Transport):  # type: ignore[misc]
    """Registered as `regrade://` in the entry points `faust.transports`."""

    Consumer = Consumer
