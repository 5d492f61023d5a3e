"""A rival as a process of its own, on the same broker, and what it says it cost."""

import json
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any, NamedTuple

from measure import progress
from worker_run import PARTITIONS, produce

from streams.embedded.process import LeashedProcess
from streams.embedded.stack import EmbeddedStack
from streams.embedded.store import ValkeyStore
from streams.embedded.topics import TopicSpec, create_topics
from streams.partition.runner import TOPICS
from streams.replay.generator import generate_orders

CACHE = Path.home() / ".cache" / "regrade-benchmarks"
QUIX = "quixstreams==3.28.1"
_SCRIPTS = Path(__file__).parent / "rivals"
_POLL_S = 0.1
_PATIENCE_S = 300.0
_QUOTED_LINES = 8


class Rival(NamedTuple):
    """Something users would pick instead."""

    name: str
    script: str
    orders: int
    customers: int
    python: str = sys.executable


async def run_rival(rival: Rival, stack: EmbeddedStack, store: ValkeyStore) -> dict[str, Any]:
    """Produce the rival's orders, run it over them; its figures, or why there are none.

    Its customers order as often as the worker's, so that each event costs as much.
    """
    prefix = f"{rival.name}."
    changes = f"{prefix}changes"
    names = (*(prefix + topic for topic in TOPICS), changes)
    specs = [TopicSpec(name, PARTITIONS) for name in names]
    await create_topics(stack.bootstrap, specs)
    events = generate_orders(rival.customers, rival.orders)
    await produce(stack.bootstrap, events, prefix=prefix, close=False)
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


def _result(process: LeashedProcess) -> dict[str, Any]:
    """Wait for the line that a rival prints at its end."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        ended = not process.running
        lines = process.output().splitlines()
        for line in lines:
            if line.startswith("RESULT "):
                figures: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
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
