"""What the compose file starts runs here as well: same commands, settings and health checks."""

import asyncio
import sys
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from deployment.compose import command, environment, ours
from embedded.eventually import eventually
from journeys.patience import until
from journeys.reading import read_all
from journeys.regrade_command import regrade, start

from streams.embedded.ports import free_ports
from streams.embedded.stack import EmbeddedStack
from streams.embedded.worker import WorkerProcess

# The embedded broker has no idempotent producer and is slow to let members join.
EMBEDDED = {"REGRADE_IDEMPOTENT_PRODUCER": "false", "REGRADE_SESSION_TIMEOUT_S": "3"}
METRICS = "9108"


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    """An empty broker and store."""
    with EmbeddedStack() as running:
        yield running


@pytest.fixture
def settings(stack):
    """The settings of a compose service, with the addresses of this machine."""
    addresses = {"kafka:9092": stack.bootstrap, "redis://store:6379/0": stack.redis_url}
    return lambda name: environment(ours()[name], addresses) | EMBEDDED


async def test_topics_then_a_worker_then_load(stack, settings, tmp_path):
    """In the order of the file: topics are made, a worker becomes healthy, orders are graded."""
    made = await regrade(*command(ours()["topics"]), settings=settings("topics"))
    assert made.code == 0, made.err
    (port,) = free_ports(1)
    placed = {"REGRADE_METRICS_HOST": "127.0.0.1", "REGRADE_METRICS_PORT": str(port)}
    worker = WorkerProcess(stack, tmp_path / "worker", settings("worker") | placed)
    try:
        worker.wait_ready()
        await until(lambda: healthy("worker", port), "healthy")
        loading = await start(*command(ours()["load"]), settings=settings("load"))
        try:
            eventually(lambda: changes(port), 30)
        finally:
            loading.terminate()
            await loading.wait()
    finally:
        worker.stop()
    assert await read_all(stack.bootstrap, ["tier-changes"])


async def healthy(name: str, port: int) -> bool:
    """Whether the health check of a service succeeds, asked at another port."""
    kind, program, *arguments = ours()[name]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    words = [word.replace(METRICS, str(port)) for word in arguments]
    process = await asyncio.create_subprocess_exec(sys.executable, *words)
    return await process.wait() == 0


def changes(port: int) -> bool:
    """Whether the worker has counted a tier change."""
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return "regrade_changes_total{" in answer.read().decode()
