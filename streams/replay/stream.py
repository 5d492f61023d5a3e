"""The stream engine: the same source through Kafka, a worker process and the store."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from scoring.policy import Policy
from streams.bootstrap import policy_tag, rules_of
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import create_topics
from streams.embedded.worker import WorkerProcess
from streams.outbox.wire import SEQUENCE
from streams.partition.ports import OutboxRow, PartitionMeta
from streams.partition.runner import TOPICS
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.memory import take_row
from streams.replay.produce import Replay, open_producer
from streams.replay.results import Results, read_grades
from streams.storage.cluster import connect
from streams.storage.redis_store import RedisStore
from streams.topics import OUTPUTS, topic_specs

_POLL_S = 0.05


async def run_on_stack(
    source: Iterable[WireEvent | RejectedRow],
    policy: Policy,
    policy_source: str,
    progress: Callable[[int], None] = lambda _events: None,
) -> Results:
    """Grade a whole source on an embedded stack of one partition.

    All is produced before the worker starts, so that even a source that is not in order
    of time is merged as the memory engine merges it.
    """
    results = Results()
    lines: dict[str, list[int]] = {topic: [] for topic in TOPICS}

    def accepted() -> Iterable[WireEvent]:
        """The events, their lines noted; refused rows are put aside."""
        for event in source:
            if isinstance(event, RejectedRow):
                results.rejected.append(event)
            else:
                lines[event.topic].append(event.line)
                yield event

    with EmbeddedStack() as stack, tempfile.TemporaryDirectory() as folder:
        await create_topics(stack.bootstrap, topic_specs("", 1))
        async with open_producer(stack.bootstrap) as producer:
            replay = Replay(producer)
            await replay.run(accepted())
            await replay.close_day()
        settings = {"REGRADE_POLICY": policy_source, "REGRADE_CLOCK": "event"}
        # Backtests refuse erasures, whatever the shell says.
        settings["REGRADE_ERASURE_KEY"] = ""
        worker = WorkerProcess(stack, Path(folder) / "worker", settings)
        store = RedisStore(connect(stack.redis_url), "regrade", policy_tag(policy))
        try:
            ends = {topic: len(found) for topic, found in lines.items()}
            ends[TOPICS[0]] += 1
            await until_done(store, {0: ends}, worker.check, progress)
            for row in await read_rows(stack.bootstrap, OUTPUTS):
                take_row(row, lines, results)
            rules = rules_of(policy, 1, mode="replay")
            results.take(await read_grades(store, 1, rules))
        finally:
            await store.close()
            worker.stop()
    return results


async def until_done(
    store: RedisStore,
    ends: dict[int, dict[str, int]],
    check: Callable[[], None],
    progress: Callable[[int], None] = lambda _events: None,
    patience_s: float = 600.0,
) -> None:
    """Wait until every partition is committed to its end and all of it is published."""
    deadline = time.monotonic() + patience_s
    before = 0
    while True:
        metas = {partition: await store.read_meta(partition) for partition in ends}
        done = sum(sum(meta.next.values()) for meta in metas.values() if meta)
        progress(done - before)
        before = done
        if all(
            meta is not None
            and meta.head == meta.tail
            and all(meta.next.get(topic, 0) >= end for topic, end in ends[p].items())
            for p, meta in metas.items()
        ) and _all_arrived(metas):
            return
        check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done after {patience_s:g} s: {metas}")
        await asyncio.sleep(_POLL_S)


def _all_arrived(metas: Mapping[int, PartitionMeta | None]) -> bool:
    """Whether what the partitions handed to each other was taken."""
    return all(
        meta is None or other is None or other.received.get(p, 0) == meta.sent.get(q, 0)
        for p, meta in metas.items()
        for q, other in metas.items()
    )


async def read_rows(bootstrap: str, topics: Iterable[str]) -> list[OutboxRow]:
    """All records of topics of one partition: once each, in order of publication."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )
    await consumer.start()
    found: dict[tuple[str, bytes], tuple[int, OutboxRow]] = {}
    try:
        while not await _at_end(consumer):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    row = OutboxRow(record.topic, record.key, record.value, tuple(record.headers))
                    headers = dict(record.headers)
                    name = headers.get("ce_id") or headers["regrade_id"]
                    sequence = int(headers[SEQUENCE])
                    found.setdefault((record.topic, name), (sequence, row))
    finally:
        await consumer.stop()
    return [row for _, row in sorted(found.values(), key=lambda pair: pair[0])]


async def _at_end(consumer: AIOKafkaConsumer) -> bool:
    """Whether every partition is read to where a fetch saw its end.

    Not asked of `end_offsets`: the embedded broker answers that too low.
    """
    for tp in consumer.assignment():
        highwater = consumer.highwater(tp)
        if highwater is None or await consumer.position(tp) < highwater:
            return False
    return True
