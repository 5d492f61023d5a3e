"""The memory engine: the partition path on the in-memory store, without Kafka and Redis."""

from collections.abc import Callable, Iterable, Sequence

import orjson

from scoring.policy import Policy
from streams.bootstrap import policy_tag, rules_of
from streams.intake.record import LogRecord
from streams.intake.transfers import TRANSFERS_TOPIC
from streams.outbox.reminders import REMINDERS
from streams.outbox.scribe import CHANGES, DEAD_LETTERS
from streams.partition.batch import Batch
from streams.partition.cache import CustomerCache
from streams.partition.merge import Merge
from streams.partition.ports import OutboxRow
from streams.partition.processor import PartitionProcessor
from streams.partition.runner import CHUNK, TOPICS
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.results import Results, read_grades
from streams.storage.memory_store import MemoryStore

_FOREVER = 2**62


async def run_in_memory(
    source: Iterable[WireEvent | RejectedRow],
    policy: Policy,
    progress: Callable[[int], None] = lambda _events: None,
    store: MemoryStore | None = None,
) -> Results:
    """Grade a whole source as one partition; ends on the day of its last event.

    Give an empty `store` to look at the states afterwards.
    """
    results = Results()
    log: dict[str, list[LogRecord]] = {topic: [] for topic in TOPICS}
    lines: dict[str, list[int]] = {topic: [] for topic in TOPICS}
    last_ms = 0
    for event in source:
        if isinstance(event, RejectedRow):
            results.rejected.append(event)
            continue
        topic = event.topic
        lines[topic].append(event.line)
        offset, last_ms = len(log[topic]), max(last_ms, event.timestamp_ms)
        log[topic].append(LogRecord(topic, 0, offset, event.timestamp_ms, event.key, event.value))
    log[TOPICS[0]].append(_day_reached(last_ms, len(log[TOPICS[0]])))
    rules = rules_of(policy, 1, mode="replay")
    store = store or MemoryStore(policy_tag(policy))
    meta = await store.claim(0, "memory", 1)
    cache = CustomerCache(_FOREVER)
    processor = PartitionProcessor(0, rules, store, meta, cache)
    merge = _merged(log)
    transfers: list[OutboxRow] = []
    while chunk := merge.take(CHUNK, strict=True):
        transfers += _take(await processor.process(chunk), lines, results)
        progress(len(chunk))
    # In the log they have the time at which they were written: behind all of a replay.
    written = len(log[TRANSFERS_TOPIC])
    while transfers:
        arrived = _arrived(transfers, written)
        written += len(arrived)
        transfers = _take(await processor.process(arrived), lines, results)
    results.take(await read_grades(store, 1, rules))
    return results


def _take(
    batches: Sequence[Batch], lines: dict[str, list[int]], results: Results
) -> list[OutboxRow]:
    """Add what was published to the results; what the partition is to read again."""
    rows = [row for batch in batches for row in batch.rows]
    for row in rows:
        take_row(row, lines, results)
    return [row for row in rows if row.topic == TRANSFERS_TOPIC]


def _arrived(rows: Sequence[OutboxRow], written: int) -> list[LogRecord]:
    """Rows as records of the log, behind those already written."""
    return [
        LogRecord(row.topic, 0, offset, 0, row.key, row.value)
        for offset, row in enumerate(rows, written)
    ]


def _day_reached(last_ms: int, offset: int) -> LogRecord:
    """The record with which a replay ends."""
    value = orjson.dumps(
        {
            "type": "day.reached",
            "event_id": f"day.reached:{last_ms}",
            "occurred_at": last_ms,
        }
    )
    return LogRecord(TOPICS[0], 0, offset, last_ms, None, value)


def _merged(log: dict[str, list[LogRecord]]) -> Merge:
    """All records put in, both topics shown to be at their end."""
    merge = Merge(TOPICS, dict.fromkeys(TOPICS, 0))
    for topic, records in log.items():
        if records:
            merge.put(topic, records, 0)
        for polled_ms in (1, 2):
            merge.polled(topic, len(records), len(records), polled_ms)
    return merge


def take_row(row: OutboxRow, lines: dict[str, list[int]], results: Results) -> None:
    """Add a published row to the results; dead letters by their line in the source."""
    if row.topic in CHANGES:
        results.changes.append(row.value or b"")
    elif row.topic == REMINDERS:
        results.reminders.append(row.value or b"")
    if row.topic != DEAD_LETTERS:
        return
    headers = dict(row.headers)
    topic = headers["regrade_topic"].decode()
    offset = int(headers["regrade_offset"])
    if offset == len(lines[topic]):
        # The end of the replay, no row of the source: refused where the last row is,
        # because it lies too far ahead.
        return
    results.rejected.append(
        RejectedRow(
            lines[topic][offset],
            headers["regrade_reason"].decode(),
            headers["regrade_detail"].decode(),
        )
    )
