"""Kafka and the store as the compose file sets them up, at addresses of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployment.compose import services
from durable import DurableStack

from streams.embedded.kafka import ApacheKafka
from streams.embedded.store import ValkeyStore

_PLACES = ("listener", "controller", "advertised", "inter.broker", "log.dirs")
"""How the names of settings begin that say where things are."""


class ComposeStore(ValkeyStore):
    """The server with the options of the service `store`."""

    def _command(self, ports: tuple[int, ...]) -> list[str]:
        """Folder and address are those of this machine."""
        program, *here = super()._command(ports)
        _, *there = map(str, services()["store"]["command"])
        own = {"--dir": str(self.folder), "--bind": here[1], "--port": here[3]}
        options = dict(zip(there[::2], there[1::2], strict=True)) | own
        return [program, *(text for option in options.items() for text in option)]


def broker_settings() -> dict[str, str]:
    """The settings of the service `kafka`, named as Apache Kafka names them."""
    given: dict[str, Any] = services()["kafka"]["environment"]
    named = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): str(value)
        for name, value in given.items()
        if name.startswith("KAFKA_")
    }
    return {name: value for name, value in named.items() if not name.startswith(_PLACES)}


@contextmanager
def compose_servers(folder: Path) -> Iterator[DurableStack]:
    """Start both."""
    with (
        ApacheKafka(folder / "kafka", settings=broker_settings()) as kafka,
        ComposeStore(folder / "store") as store,
    ):
        yield DurableStack(kafka, store)
