"""A real Apache Kafka and a store that syncs every write, for the random schedules."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from streams.embedded.kafka import ApacheKafka
from streams.embedded.store import ValkeyStore


@dataclass(frozen=True, slots=True)
class DurableServers:
    """Both keep what they acknowledged over a kill."""

    kafka: ApacheKafka
    store: ValkeyStore

    @property
    def bootstrap(self) -> str:
        """`host:port` of the broker."""
        return self.kafka.bootstrap

    @property
    def redis_url(self) -> str:
        """URL of the store."""
        return self.store.url


@pytest.fixture(scope="session")
def servers(tmp_path_factory) -> Iterator[DurableServers]:
    """One node of Kafka and one Valkey."""
    folder = tmp_path_factory.mktemp("servers")
    with ApacheKafka(folder / "kafka") as kafka, ValkeyStore(folder / "store") as store:
        yield DurableServers(kafka, store)
