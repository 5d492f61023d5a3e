"""What the compose file starts runs here as well: same commands, settings and health checks."""

import asyncio
import sys
from collections.abc import Iterator

import pytest
from deployment.compose import command, environment, first_keys, ours
from httpx import AsyncClient
from journeys.patience import until
from journeys.reading import read_all
from journeys.regrade_command import regrade, start

from streams.embedded.api import ApiProcess
from streams.embedded.ports import free_ports
from streams.embedded.stack import EmbeddedStack
from streams.embedded.worker import WorkerProcess

# The embedded broker has no idempotent producer and is slow to let members join.
EMBEDDED = {"REGRADE_IDEMPOTENT_PRODUCER": "false", "REGRADE_SESSION_TIMEOUT_S": "3"}
PORTS = {"worker": "9108", "api": "8108"}


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    """An empty broker and store."""
    with EmbeddedStack() as running:
        yield running


@pytest.fixture
def settings(stack, tmp_path):
    """The settings of a compose service, with addresses and folders of this machine."""
    places = {
        "kafka:9092": stack.bootstrap,
        "redis://store:6379/0": stack.redis_url,
        "/var/lib/regrade": str(tmp_path),
        "0.0.0.0": "127.0.0.1",  # noqa: S104 - the one that is replaced
    }
    return lambda name: environment(ours()[name], places) | EMBEDDED


async def test_topics_then_a_worker_then_load_then_the_api(stack, settings, tmp_path):
    """In the order of the file: topics are made, workers grade orders, the API tells of them."""
    made = await regrade(*command(ours()["topics"]), settings=settings("topics"))
    assert made.code == 0, made.err
    worker_port, api_port = free_ports(2)
    placed = settings("worker") | {"REGRADE_METRICS_PORT": str(worker_port)}
    worker = WorkerProcess(stack, tmp_path / "worker", placed)
    loading = await start(*command(ours()["load"]), settings=settings("load"))
    await first_keys(settings("first-keys"))
    api = ApiProcess(stack, tmp_path / "api", settings("api") | {"REGRADE_API_PORT": str(api_port)})
    try:
        await until(lambda: healthy("worker", worker_port), "healthy")
        await until(lambda: shows(worker_port, "regrade_changes_total{"), "graded")
        await until(lambda: healthy("api", api_port), "healthy")
        key = (tmp_path / "prometheus.key").read_text().strip()
        await until(lambda: shows(api_port, "regrade_api_requests_total{", key), "measured")
    finally:
        loading.terminate()
        await loading.wait()
        api.stop()
        worker.stop()
    assert await read_all(stack.bootstrap, ["tier-changes"])


async def test_first_keys_are_made_once(settings, tmp_path):
    """A second start prints nothing and changes nothing."""
    told = await first_keys(settings("first-keys"))
    assert told.startswith("Key of the user admin of the board: ")
    kept = (tmp_path / "keys.json").read_text()
    assert told.split()[-1] not in kept
    assert await first_keys(settings("first-keys")) == ""
    assert (tmp_path / "keys.json").read_text() == kept


async def healthy(name: str, port: int) -> bool:
    """Whether the health check of a service succeeds, asked at another port."""
    kind, program, *arguments = ours()[name]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    words = [word.replace(PORTS[name], str(port)) for word in arguments]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait() == 0


async def shows(port: int, series: str, key: str = "") -> bool:
    """Whether /metrics has a series."""
    async with AsyncClient() as client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        answer = await client.get(f"http://127.0.0.1:{port}/metrics", headers=headers)
    return series in answer.text
