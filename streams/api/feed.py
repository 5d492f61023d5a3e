"""Follows the topics of changes and answers into the archive, and passes on what is new."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord, TopicPartition

from streams.api.archive import AnswerRow, Archive, ChangeRow, Place
from streams.clock import Clock
from streams.kafka_security import kafka_security
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.scribe import CHANGES, LABEL_CHANGES
from streams.partition.runner import TOPICS
from streams.settings import Settings

FOLLOWED = (*CHANGES, COMMAND_RESULTS)
_REQUEST_MS = 10_000
_POLL_MS = 200
_AT_ONCE = 4000
_PAUSE_S = 1.0
log = structlog.get_logger()

Fresh = Sequence[tuple[int, ChangeRow]]


class TopicsMissing(Exception):
    """The broker does not have all topics yet."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        super().__init__(f"missing topics: {', '.join(names)}; create them with `regrade topics`")


class Feed:
    """One consumer without a group; starts again whenever the broker goes."""

    def __init__(
        self,
        settings: Settings,
        archive: Archive,
        clock: Clock,
        kept: int,
        told: Callable[[Fresh, Sequence[AnswerRow]], None],
    ) -> None:
        self._settings = settings
        self._archive = archive
        self._clock = clock
        self._kept = kept
        self._told = told
        self._consumer: AIOKafkaConsumer | None = None
        self._inputs: list[TopicPartition] = []
        self.problem: str | None = "the topics have not been read yet"
        """Why changes are not followed right now; None while they are."""

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except (KafkaError, OSError, TopicsMissing) as error:
                self.problem = str(error) or repr(error)
                log.warning("following the changes failed, trying again", error=self.problem)
            finally:
                self._consumer = None
            await self._clock.sleep(_PAUSE_S)

    async def ends(self) -> dict[Place, int] | None:
        """Where the input topics end; None while the broker does not say."""
        consumer = self._consumer
        if consumer is None:
            return None
        names = self._settings.names
        try:
            async with asyncio.timeout(_PAUSE_S):
                found = await consumer.end_offsets(self._inputs)
        except (KafkaError, TimeoutError, OSError):
            return None
        return {(names.topic(tp.topic), tp.partition): end for tp, end in found.items()}

    async def _follow(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka,
            **kafka_security(self._settings),
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=_REQUEST_MS,
            fetch_max_wait_ms=self._settings.fetch_max_wait_ms,
        )
        try:
            await consumer.start()
            await self._seek(consumer)
            self._consumer, self.problem = consumer, None
            while True:
                found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)
                if found:
                    await self._take(found)
        except OffsetOutOfRangeError:
            # What was read is no longer there: another broker, or a log that was cut.
            await asyncio.to_thread(self._archive.clear)
        finally:
            self._consumer = None
            await consumer.stop()

    async def _seek(self, consumer: AIOKafkaConsumer) -> None:
        """Go on where the archive ends; at first as far back as it reaches."""
        names = self._settings.names
        present = await consumer.topics()
        missing = [name for name in map(names.full, (*FOLLOWED, *TOPICS)) if name not in present]
        if missing:
            raise TopicsMissing(missing)

        def places_of(topics: Sequence[str]) -> list[TopicPartition]:
            return [
                TopicPartition(names.full(topic), at)
                for topic in topics
                for at in sorted(consumer.partitions_for_topic(names.full(topic)) or ())
            ]

        # Now: once topics are assigned the consumer knows no others.
        self._inputs, places = places_of(TOPICS), places_of(FOLLOWED)
        consumer.assign(places)
        begins = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        known = await asyncio.to_thread(self._archive.positions)
        named = {tp: (names.topic(tp.topic), tp.partition) for tp in places}
        if any(known.get(named[tp], 0) > ends[tp] for tp in places):
            await asyncio.to_thread(self._archive.clear)
            known = {}
        for tp in places:
            at = known.get(named[tp], ends[tp] - self._kept)
            consumer.seek(tp, max(at, begins[tp]))

    async def _take(self, found: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> None:
        names = self._settings.names
        changes, answers, positions = list[ChangeRow](), list[AnswerRow](), dict[Place, int]()
        for tp, records in found.items():
            topic = names.topic(tp.topic)
            positions[topic, tp.partition] = records[-1].offset + 1
            for record in records:
                body = orjson.loads(record.value)
                if topic == COMMAND_RESULTS:
                    answers.append(answer_row(record, body))
                else:
                    changes.append(change_row(topic == LABEL_CHANGES, record, body))
        changes.sort(key=lambda row: row.published)
        fresh = await asyncio.to_thread(self._archive.take, changes, answers, positions)
        self._told(fresh, answers)


def answer_row(record: ConsumerRecord, body: dict[str, Any]) -> AnswerRow:
    """A record of `command-results` as the archive keeps it."""
    erased = body["type"] == "customer.erase" and body["outcome"] == "done"
    gone = erased or body.get("reason") == "erased"
    return AnswerRow(body["command"], body["customer_id"], record.value, gone)


def change_row(label: bool, record: ConsumerRecord, body: dict[str, Any]) -> ChangeRow:
    """A record of a topic of changes as the archive keeps it."""
    return ChangeRow(
        record.timestamp,
        body["customer_id"],
        body["version"],
        label,
        body.get("from"),
        body.get("to"),
        body.get("trigger"),
        record.value,
        int(dict(record.headers).get("ce_incarnation", b"0")),
        body["type"] == "customer.erased",
    )
