"""Rows of a file or a topic through a mapper; what comes of them is counted."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer

from streams.intake.partitioner import partition_of
from streams.kafka_security import kafka_security
from streams.mapping.mapper import Mapper
from streams.mapping.rows import read_rows
from streams.replay.bounded import MAX_LINE_BYTES
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.produce import open_producer
from streams.replay.rejections import too_large
from streams.settings import Settings

_AT_ONCE = 500
_POLL_MS = 500
Refuse = Callable[[RejectedRow], None]


@dataclass(slots=True)
class Counts:
    """What became of rows."""

    rows: int = 0
    events: int = 0
    passed: int = 0
    """Rows no entry of the mapping takes."""
    refused: int = 0


def map_file(mapper: Mapper, path: str, counts: Counts, refuse: Refuse) -> Iterator[WireEvent]:
    """The events of a file, in its order."""
    for found in read_rows(path):
        if isinstance(found, RejectedRow):
            counts.rows += 1
            counts.refused += 1
            refuse(found)
        else:
            line, row = found
            yield from _events(mapper, row, line, counts, refuse)


def _events(
    mapper: Mapper, row: Any, line: int, counts: Counts, refuse: Refuse
) -> Iterator[WireEvent]:
    counts.rows += 1
    any_ = False
    for event in mapper.events(row, line):
        any_ = True
        if isinstance(event, RejectedRow):
            counts.refused += 1
            refuse(event)
        else:
            counts.events += 1
            yield event
    counts.passed += not any_


def map_topic(
    mapper: Mapper, name: str, topic: str, settings: Settings, refuse: Refuse, *, until_end: bool
) -> Counts:
    """Send what the records of a topic become; read on where the last run ended.

    A row may be taken twice after a crash: its events have the same ids, so they are duplicates.
    """
    counts = Counts()
    with suppress(KeyboardInterrupt):
        asyncio.run(_map_topic(mapper, name, topic, settings, (counts, refuse, until_end)))
    return counts


async def _map_topic(
    mapper: Mapper,
    name: str,
    topic: str,
    settings: Settings,
    how: tuple[Counts, Refuse, bool],
) -> None:
    counts, refuse, until_end = how
    security = kafka_security(settings)
    consumer: Any = AIOKafkaConsumer(
        topic,
        bootstrap_servers=settings.kafka,
        **security,
        group_id=f"{settings.group}-map-{name}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    async with open_producer(settings.kafka, security=security) as producer, consumer:
        while True:
            found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)
            sent = [
                await _send(producer, settings.names.full(event.topic), event)
                for records in found.values()
                for record in records
                for event in _of_record(mapper, record, counts, refuse)
            ]
            await asyncio.gather(*sent)
            if found:
                await consumer.commit()
            elif until_end and await _at_end(consumer):
                return


def _of_record(mapper: Mapper, record: Any, counts: Counts, refuse: Refuse) -> Iterator[WireEvent]:
    """The events of one record; a tombstone is passed over."""
    text, problem, row = record.value, None, None
    if text is not None and len(text) > MAX_LINE_BYTES:
        problem = too_large(record.offset, MAX_LINE_BYTES)
    elif text is not None:
        try:
            row = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            problem = RejectedRow(record.offset, "bad_json", f"It is not JSON: {error}.")
    if problem is None:
        yield from _events(mapper, row, record.offset, counts, refuse)
    else:
        counts.rows += 1
        counts.refused += 1
        refuse(problem)


async def _send(producer: Any, topic: str, event: WireEvent) -> Any:
    partitions = len(await producer.partitions_for(topic))
    return await producer.send(
        topic,
        event.value,
        key=event.key,
        partition=partition_of(event.key, partitions),
        timestamp_ms=event.timestamp_ms,
    )


async def _at_end(consumer: Any) -> bool:
    for tp in consumer.assignment():
        highwater = consumer.highwater(tp)
        if highwater is None or await consumer.position(tp) < highwater:
            return False
    return bool(consumer.assignment())
