"""The services of the compose file as processes on this machine, watched by a real Prometheus."""

import asyncio
from itertools import count
from pathlib import Path
from typing import Any, Self

from deployment.compose import ROOT, command, compose, environment, first_keys
from deployment.prometheus import tool
from httpx import AsyncClient, ConnectError
from journeys.patience import until
from journeys.regrade_command import Done, regrade, start
from ruamel.yaml import YAML

from streams.embedded.api import ApiProcess
from streams.embedded.ports import free_ports
from streams.embedded.process import LeashedProcess
from streams.embedded.worker import WorkerProcess

PREFIX = "rehearsal."
PARTITIONS = 6
CHOICES = {
    "REGRADE_PREFIX": PREFIX,
    "REGRADE_PARTITIONS": str(PARTITIONS),
    "LOAD_RATE": "60",
    "LOAD_CUSTOMERS": "500",
}
# Real Kafka has an idempotent producer; a short session makes the test of a kill short.
HERE = {"REGRADE_IDEMPOTENT_PRODUCER": "true", "REGRADE_SESSION_TIMEOUT_S": "4"}


class Deployment:
    """Everything `docker compose up` starts but Grafana, which no package of Debian has."""

    def __init__(self, stack: Any, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self._services = compose(CHOICES)["services"]
        self._numbers = count()
        self._api_port, self._prometheus_port = free_ports(2)
        self._ends: list[Any] = []
        self.workers: dict[str, WorkerProcess] = {}

    def settings(self, name: str) -> dict[str, str]:
        """The settings of a service, with addresses and folders of this machine."""
        places = {
            "kafka:9092": self._stack.bootstrap,
            "redis://store:6379/0": self._stack.redis_url,
            "/var/lib/regrade": str(self._folder),
            "0.0.0.0": "127.0.0.1",  # noqa: S104 - the one that is replaced
        }
        return environment(self._services[name], places) | HERE

    async def __aenter__(self) -> Self:
        made = await regrade(*command(self._services["topics"]), settings=self.settings("topics"))
        assert made.code == 0, made.err
        await first_keys(self.settings("first-keys"))
        api = self.settings("api") | {"REGRADE_API_PORT": str(self._api_port)}
        self._ends.append(ApiProcess(self._stack, self._folder / "api", api).stop)
        self._watch()
        await until(self.answers, "watched by Prometheus")
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in self.workers.values():
            worker.kill()
        for end in self._ends:
            end()

    def _watch(self) -> None:
        """Start Prometheus with our configuration and rules, and the targets of this machine."""
        source = ROOT / "deploy/prometheus"
        yaml = YAML(typ="safe")
        settings = yaml.load((source / "prometheus.yml").read_text("utf-8"))
        settings["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        settings["rule_files"] = [str(source / "rules/*.yml")]
        workers, api = settings["scrape_configs"]
        del workers["dns_sd_configs"]
        workers["file_sd_configs"] = [
            {"files": [str(self._folder / "targets*.yml")], "refresh_interval": "1s"}
        ]
        api["authorization"]["credentials_file"] = str(self._folder / "prometheus.key")
        api["static_configs"] = [{"targets": [f"127.0.0.1:{self._api_port}"]}]
        yaml.dump(settings, self._folder / "prometheus.yml")
        self._tell_targets()
        folder = self._folder / "prometheus"
        folder.mkdir()
        places = {
            "/etc/prometheus/prometheus.yml": str(self._folder / "prometheus.yml"),
            "=/prometheus": f"={folder / 'data'}",
        }
        told = " ".join(command(self._services["prometheus"]))
        for written, real in places.items():
            told = told.replace(written, real)
        address = f"--web.listen-address=127.0.0.1:{self._prometheus_port}"
        words = [tool("prometheus"), *told.split(), address]
        self._ends.append(LeashedProcess(words, folder).stop)

    def _tell_targets(self) -> None:
        """Who is to be scraped: what the name `worker` resolves to inside compose."""
        yaml = YAML(typ="safe")
        aside = self._folder / "aside.yml"
        yaml.dump([{"targets": list(self.workers)}], aside)
        aside.rename(self._folder / "targets.yml")

    def launch(self) -> WorkerProcess:
        """One more worker."""
        (port,) = free_ports(1)
        name = f"w{next(self._numbers)}"
        settings = self.settings("worker") | {
            "REGRADE_WORKER": name,
            "REGRADE_METRICS_PORT": str(port),
        }
        worker = WorkerProcess(self._stack, self._folder / name, settings)
        self.workers[f"127.0.0.1:{port}"] = worker
        self._tell_targets()
        return worker

    def kill(self, *workers: WorkerProcess) -> None:
        """End workers as crashes would; compose forgets them as well."""
        for worker in workers:
            worker.kill()
        self.workers = {at: one for at, one in self.workers.items() if one not in workers}
        self._tell_targets()

    async def load(self) -> asyncio.subprocess.Process:
        """Start the load generator."""
        return await start(*command(self._services["load"]), settings=self.settings("load"))

    async def run(self, *words: str, **options: Any) -> Done:
        """A command of an operator, with the settings of a worker."""
        return await regrade(*words, settings=self.settings("worker"), **options)

    async def value(self, expression: str) -> float | None:
        """What Prometheus makes of an expression; None for nothing."""
        async with AsyncClient() as client:
            url = f"http://127.0.0.1:{self._prometheus_port}/api/v1/query"
            answer = await client.get(url, params={"query": expression})
        found = answer.json()["data"]["result"]
        return float(found[0]["value"][1]) if found else None

    async def firing(self) -> set[str]:
        """The alerts that fire."""
        async with AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{self._prometheus_port}/api/v1/alerts")
        alerts = answer.json()["data"]["alerts"]
        return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}

    async def answers(self) -> bool:
        """Whether Prometheus is ready."""
        async with AsyncClient() as client:
            try:
                url = f"http://127.0.0.1:{self._prometheus_port}/-/ready"
                return (await client.get(url)).status_code == 200
            except ConnectError:
                return False

    async def comes_to(self, expression: str, wanted: float, seconds: float = 90.0) -> None:
        """Wait until an expression has a value."""

        async def so() -> bool:
            """Whether it has it now."""
            return await self.value(expression) == wanted

        await until(so, f"{expression} == {wanted}", seconds)
