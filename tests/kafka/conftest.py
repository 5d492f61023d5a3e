"""A real Apache Kafka and a store that syncs every write."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from journeys.households import households
from journeys.laws import History

from streams.embedded.kafka import ApacheKafka
from streams.embedded.store import ValkeyStore


@dataclass(frozen=True, slots=True)
class DurableStack:
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
def durable_stack(tmp_path_factory) -> Iterator[DurableStack]:
    """One node of Kafka and one Valkey."""
    folder = tmp_path_factory.mktemp("durable")
    with ApacheKafka(folder / "kafka") as kafka, ValkeyStore(folder / "store") as store:
        yield DurableStack(kafka, store)


@pytest.fixture(scope="session")
def household_history() -> History:
    """A history of some thousand events, and what comes of it."""
    return asyncio.run(households())
