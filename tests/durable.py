"""A real Apache Kafka and a store that syncs every write: both keep what they acknowledged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams.embedded.kafka import ApacheKafka
from streams.embedded.store import ValkeyStore


@dataclass(frozen=True, slots=True)
class DurableStack:
    """One node of Kafka and one Valkey."""

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


@contextmanager
def durable(folder: Path) -> Iterator[DurableStack]:
    """Both, for as long as a `with` block."""
    with ApacheKafka(folder / "kafka") as kafka, ValkeyStore(folder / "store") as store:
        yield DurableStack(kafka, store)
