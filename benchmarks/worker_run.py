"""One worker on the embedded stack, measured from its first commit to its last."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from measure import Reading, Span, peak_memory_mib, progress

from scoring.policy import Policy
from streams.bootstrap import policy_tag
from streams.embedded.stack import EmbeddedStack
from streams.embedded.worker import WorkerProcess
from streams.partition.ports import PartitionMeta
from streams.replay.event import WireEvent
from streams.replay.produce import Replay, open_producer
from streams.storage.cluster import connect
from streams.storage.redis_store import RedisStore

PARTITIONS = 4
PREFIX = "regrade"
"""First part of the worker's keys."""

_POLL_S = 0.02
_PATIENCE_S = 900.0
_TOLD_EVERY = 200_000


class WorkerRun(NamedTuple):
    """What a worker did."""

    span: Span
    peak_memory_mib: float


def store_of(stack: EmbeddedStack, policy: Policy) -> RedisStore:
    """The store as the worker sees it."""
    return RedisStore(connect(stack.redis_url), PREFIX, policy_tag(policy))


async def produce(
    bootstrap: str, events: Iterable[WireEvent], *, prefix: str = "", close: bool
) -> int:
    """Put all events on the log; with `close` its last day too. How many records."""
    sent = 0

    def count(_event: WireEvent) -> None:
        nonlocal sent
        sent += 1
        if sent % _TOLD_EVERY == 0:
            progress(f"  {sent:,} produced")

    async with open_producer(bootstrap) as producer:
        replay = Replay(producer, prefix, sent=count)
        await replay.run(events)
        if close:
            await replay.close_day()
    return sent + (PARTITIONS if close else 0)


async def metas(store: RedisStore) -> list[PartitionMeta | None]:
    """Where every partition stands."""
    return [await store.read_meta(partition) for partition in range(PARTITIONS)]


async def run_worker(
    stack: EmbeddedStack,
    policy: Policy,
    settings: Mapping[str, str],
    *,
    records: int,
    name: str = "worker",
) -> WorkerRun:
    """Start a worker and wait until it has committed and published `records` more.

    Counts only what came after the first commit that was seen, so that neither the
    start of the process nor its joining of the group is measured.
    """
    store = store_of(stack, policy)
    try:
        before = _committed(await metas(store))
        with worker_on(stack, stack.folder / name, settings) as worker:
            pids = {
                "worker": worker.pid,
                "store": stack.store.pid,
                "broker": stack.broker.pid,
            }
            progress(f"  worker process {worker.pid}")
            start = None
            deadline = time.monotonic() + _PATIENCE_S
            while True:
                found = await metas(store)
                done = _committed(found) - before
                if start is None and done:
                    start = Reading.take(done, pids)
                if start and done >= records and _published(found):
                    span = Span.between(start, Reading.take(done, pids))
                    return WorkerRun(span, peak_memory_mib(worker.pid))
                worker.check()
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{done} of {records} records done")
                await asyncio.sleep(_POLL_S)
    finally:
        await store.close()


@contextmanager
def worker_on(
    stack: EmbeddedStack, folder: Path, settings: Mapping[str, str]
) -> Iterator[WorkerProcess]:
    """A worker that ends with the block."""
    worker = WorkerProcess(stack, folder, settings)
    try:
        yield worker
    finally:
        worker.stop()


def _committed(found: list[PartitionMeta | None]) -> int:
    return sum(sum(meta.next.values()) for meta in found if meta)


def _published(found: list[PartitionMeta | None]) -> bool:
    return all(meta is not None and meta.head == meta.tail for meta in found)
