"""Random schedules of faults on a real Apache Kafka; `make soak` runs them for as long as told."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from journeys.programme import Programme
from nasty import nasty
from ordeal import told_on_failure
from proxy import Proxy
from schedule import Ordeal

from streams.embedded.kafka import ApacheKafka
from streams.embedded.store import ValkeyStore

FIRST = int(os.environ.get("REGRADE_FAULT_SEED", "1"))
MINUTES = float(os.environ.get("REGRADE_SOAK_MINUTES", "0"))
SIZE = 2000
FAULTS = 6

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240 + 60 * MINUTES)]


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


@pytest.fixture(scope="module")
def servers(tmp_path_factory) -> Iterator[DurableServers]:
    """One node of Kafka and one Valkey."""
    folder = tmp_path_factory.mktemp("servers")
    with ApacheKafka(folder / "kafka") as kafka, ValkeyStore(folder / "store") as store:
        yield DurableServers(kafka, store)


async def suffer(servers: DurableServers, folder: Path, seed: int) -> list[str]:
    """One schedule, on a programme of its own; what was done."""
    async with (
        Proxy(servers.store.port) as proxy,
        Programme(
            servers,
            folder,
            f"seed-{seed}",
            REGRADE_REDIS=proxy.url,
            REGRADE_IDEMPOTENT_PRODUCER="true",
            REGRADE_SESSION_TIMEOUT_S="3",
        ) as programme,
    ):
        ordeal = Ordeal(programme, proxy, servers, seed)
        with told_on_failure(REGRADE_FAULT_SEED=seed, done=ordeal.done):
            await ordeal.run(nasty(seed, SIZE), FAULTS)
        return ordeal.done


async def test_a_random_schedule_of_faults_leaves_no_trace(servers, tmp_path):
    """States, offsets, counters, due days and topics are those of the log, whatever happened."""
    began = time.monotonic()
    for seed in count(FIRST):
        done = await suffer(servers, tmp_path, seed)
        print(f"seed {seed}: {', '.join(done)}")  # noqa: T201 - a soak tells what it did
        if time.monotonic() - began > 60 * MINUTES:
            return
