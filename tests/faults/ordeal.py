"""A programme of worker processes that grades a nasty history through faults, and its check."""

import asyncio
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from checker import check_all_told, check_letters, check_state, check_topics
from dumps import Record, keys_of, merged
from journeys.patience import until
from journeys.programme import Programme
from nasty import START, Sent
from redis import Redis, RedisCluster
from ruamel.yaml import YAML

from streams.embedded.worker import WorkerProcess

ROOT = Path(__file__).parents[2]
INPUTS = ("orders", "interactions", "grading-commands")
DOCUMENT: dict[str, Any] = YAML(typ="safe").load(ROOT / "scoring/presets/grocery-usd.yaml")
LAST_DAY = b'{"type": "day.reached", "event_id": "end", "occurred_at": "2024-09-01T12:00:00Z"}'


class Taken(NamedTuple):
    """A record of the input, as much as the oracle asks for."""

    topic: str
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


async def send(programme: Programme, records: Sequence[Sent]) -> None:
    """Send a history in order: a topic is acknowledged before the other goes on."""
    async with programme.producer() as producer:
        pending: list[Any] = []
        topic = ""
        for record in records:
            if record.topic != topic:
                await asyncio.gather(*pending)
                pending, topic = [], record.topic
            sending = producer.send(
                programme.prefix + record.topic,
                record.value,
                key=record.key,
                timestamp_ms=record.timestamp,
            )
            pending.append(await sending)
        await asyncio.gather(*pending)


async def end(programme: Programme, size: int) -> None:
    """Tell every partition that the last day was reached."""
    timestamp = int(START.timestamp() * 1000) + size * 1000
    async with programme.producer() as producer:
        for partition in range(programme.partitions):
            await producer.send_and_wait(
                f"{programme.prefix}orders", LAST_DAY, partition=partition, timestamp_ms=timestamp
            )


async def committed(programme: Programme, records: int) -> None:
    """Wait until so many records are committed, published or not."""

    async def enough() -> bool:
        """Whether so many records are committed."""
        metas = await programme.metas()
        return sum(sum(meta.next.values()) for meta in metas) >= records

    await until(enough, f"{records} committed", 60)


async def dead(worker: WorkerProcess) -> None:
    """Wait until a worker died by itself."""

    async def gone() -> bool:
        """Whether the process has ended."""
        return not worker.running

    await until(gone, "dead", 60)


def plain(url: str) -> Redis | RedisCluster:
    """A client that shares no code with ours, of a server or of the cluster it belongs to."""
    if "cluster=" not in url:
        return Redis.from_url(url, protocol=2)
    node = urlsplit(url)
    return RedisCluster(host=str(node.hostname), port=int(node.port or 0), protocol=2)


async def check(programme: Programme, overlaps: int = 0) -> None:
    """I1 to I6, partition by partition, from what a plain client reads."""
    length = len(programme.prefix)
    inputs = await programme.published(*INPUTS)
    outputs = await programme.published("tier-changes", "label-changes", "dead-letters")
    with plain(programme.stack.redis_url) as redis:
        for partition in range(programme.partitions):
            log = merged(
                [
                    Taken(r.topic[length:], r.offset, r.timestamp, r.key, r.value)
                    for r in inputs
                    if r.partition == partition
                ],
                INPUTS,
            )
            told = [
                Record(r.topic[length:], r.key, r.value, dict(r.headers))
                for r in outputs
                if dict(r.headers)["ce_partition"] == b"%d" % partition
            ]
            keys = keys_of(redis, f"regrade.{programme.prefix}", partition)
            expected = check_state(DOCUMENT, log, keys)
            seen = check_topics(DOCUMENT, log, told, overlaps)
            check_all_told(expected, seen, keys)
            check_letters(expected, told)


@contextmanager
def told_on_failure(**what: object):
    """Say how to do it again, whatever went wrong."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"to do it again: {what}")
        raise


def with_failpoints(programme: Programme, points: str) -> WorkerProcess:
    """A worker that will die or stall."""
    programme.settings["REGRADE_FAILPOINTS"] = points
    worker = programme.launch()
    del programme.settings["REGRADE_FAILPOINTS"]
    return worker
