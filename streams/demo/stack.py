"""The embedded stack with a worker on it, kept running for people and tests."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from streams.embedded.api import ApiProcess
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import create_topics
from streams.embedded.worker import WorkerProcess
from streams.errors import RegradeError
from streams.partition.runner import TOPICS
from streams.topics import OUTPUTS, topic_specs

_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Running:
    """A stack with its workers."""

    stack: EmbeddedStack
    workers: list[WorkerProcess]
    api: ApiProcess | None = None

    def check(self) -> None:
        """Raise if a worker or the API has ended."""
        for worker in self.workers:
            worker.check()
        if self.api is not None:
            self.api.check()

    def addresses(self) -> dict[str, object]:
        """Where everything can be reached."""
        return {
            "kafka": self.stack.bootstrap,
            "redis": self.stack.redis_url,
            "api": None if self.api is None else self.api.url,
            "metrics": [worker.metrics_url for worker in self.workers],
            "topics": {"in": list(TOPICS), "out": list(OUTPUTS)},
            "folder": str(self.stack.folder),
        }


@contextmanager
def running(
    policy: str,
    partitions: int,
    *,
    clock: str,
    workers: int = 1,
    folder: Path | None = None,
    api: bool = False,
) -> Iterator[Running]:
    """A stack with topics and workers that own partitions; all end with the block.

    With `api` there is one, too, on a free port of this machine.
    """
    if api:
        _needs_api()
    with EmbeddedStack(folder) as stack:
        asyncio.run(create_topics(stack.bootstrap, topic_specs("", partitions)))
        settings = {"REGRADE_POLICY": policy, "REGRADE_CLOCK": clock}
        started: list[WorkerProcess] = []
        served: ApiProcess | None = None
        try:
            for number in range(workers):
                place = stack.folder / f"worker-{number}"
                started.append(WorkerProcess(stack, place, settings))
            if api:
                served = ApiProcess(stack, stack.folder / "api", {"REGRADE_POLICY": policy})
            for worker in started:
                worker.wait_ready()
            if served is not None:
                served.wait_ready()
            yield Running(stack, started, served)
        finally:
            if served is not None:
                served.stop()
            for worker in started:
                worker.stop()


class ApiNotInstalled(RegradeError):
    """The packages of the API are not there."""

    def __init__(self) -> None:
        super().__init__(
            "the API needs the extra `api`: pip install 'regrade[api]', or say --no-api"
        )


def _needs_api() -> None:
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise ApiNotInstalled


def keep_running(
    policy: str,
    partitions: int,
    folder: Path | None,
    clock: str,
    *,
    api: bool,
    as_json: bool,
) -> None:
    """Print the addresses and stay until Ctrl-C, SIGTERM or a worker's end."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with running(policy, partitions, clock=clock, folder=folder, api=api) as stack:
            addresses = stack.addresses()
            if as_json:
                sys.stdout.write(json.dumps(addresses) + "\n")
            else:
                sys.stdout.write(_sheet(addresses))
            sys.stdout.flush()
            while True:
                stack.check()
                time.sleep(_POLL_S)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")


def _sheet(addresses: dict[str, object]) -> str:
    kafka = addresses["kafka"]
    board = "" if addresses["api"] is None else f"Board    {addresses['api']}   and the API\n"
    return (
        f"{board}"
        f"Kafka    {kafka}   produce to orders, interactions; read tier-changes\n"
        f"Store    {addresses['redis']}\n"
        f"Metrics  {', '.join(str(u) for u in addresses['metrics'])}\n"  # type: ignore[attr-defined]
        f"Logs     {addresses['folder']}\n"
        f"Try      REGRADE_KAFKA={kafka} regrade replay history.csv.gz\n"
        "Ctrl-C ends everything.\n"
    )
