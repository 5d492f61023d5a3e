"""A rival as a process of its own, on the same broker, and what it says it cost."""

import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from measure import progress
from redis import Redis
from rivals.by_hand import RESULT, Customer, regrade
from worker_run import PARTITIONS, produce

from streams.embedded.process import LeashedProcess
from streams.embedded.stack import EmbeddedStack
from streams.embedded.store import ValkeyStore
from streams.embedded.topics import TopicSpec, create_topics
from streams.partition.runner import TOPICS
from streams.replay.event import WireEvent

CACHE = Path.home() / ".cache" / "regrade-benchmarks"
QUIX = "quixstreams==3.28.1"
_SCRIPTS = Path(__file__).parent / "rivals"
_AT_ONCE = 5000
_POLL_S = 0.1
_PATIENCE_S = 300.0
_QUOTED_LINES = 8
_TOPIC_SETTINGS = {"cleanup.policy": "delete", "retention.ms": "-1"}
"""Quix Streams asks the broker for them."""


class Rival(NamedTuple):
    """Something users would pick instead, and what it is given."""

    name: str
    script: str
    known: int
    """How many orders of the stream its store has taken in before it starts."""
    orders: int
    """How many of the next it grades."""
    python: str = sys.executable


async def run_rival(
    rival: Rival, stream: Iterator[WireEvent], stack: EmbeddedStack, store: ValkeyStore
) -> dict[str, Any]:
    """Run a rival over its part of a stream; its figures, or why there are none."""
    prefix = f"{rival.name}."
    changes = f"{prefix}changes"
    names = (*(prefix + topic for topic in TOPICS), changes)
    specs = [TopicSpec(name, PARTITIONS, _TOPIC_SETTINGS) for name in names]
    await create_topics(stack.bootstrap, specs)
    take_in(islice(stream, rival.known), store.url)
    orders = islice(stream, rival.orders)
    await produce(stack.bootstrap, orders, prefix=prefix, close=False)
    folder = stack.folder / rival.name
    folder.mkdir()
    command = [
        *(rival.python, str(_SCRIPTS / rival.script)),
        *("--kafka", stack.bootstrap),
        *("--redis", store.url),
        *("--orders-topic", prefix + TOPICS[0]),
        *("--changes-topic", changes),
        *("--expected", str(rival.orders)),
    ]
    process = LeashedProcess(command, folder)
    try:
        return _result(process)
    finally:
        process.stop()


def take_in(events: Iterable[WireEvent], redis_url: str) -> None:
    """Leave in the store what a rival would have left there after these orders."""
    customers: dict[bytes, Customer] = {}
    for event in events:
        order = orjson.loads(event.value)
        customers[event.key], _ = regrade(customers.get(event.key), order)
    blobs = {name: orjson.dumps(customer) for name, customer in customers.items()}
    names = list(blobs)
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
        for at in range(0, len(names), _AT_ONCE):
            redis.mset({name: blobs[name] for name in names[at : at + _AT_ONCE]})


def _result(process: LeashedProcess) -> dict[str, Any]:
    """Wait for the line that a rival prints at its end."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        ended = not process.running
        lines = process.output().splitlines()
        for line in lines:
            if line.startswith(RESULT):
                figures: dict[str, Any] = orjson.loads(line.removeprefix(RESULT))
                return figures
        if ended or time.monotonic() > deadline:
            progress("\n".join(lines[-_QUOTED_LINES:]))
            why = "ended early" if ended else "took too long"
            return {"failed": f"{why}: {lines[-1] if lines else 'it said nothing'}"}
        time.sleep(_POLL_S)


def quix_python(cache: Path = CACHE) -> str:
    """A Python that has Quix Streams, in an environment of its own kept in `cache`."""
    home = cache / QUIX.replace("==", "-")
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        progress(f"Installing {QUIX} into {home} ...")
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", QUIX], check=True)
        (home / "complete").touch()
    return str(python)
