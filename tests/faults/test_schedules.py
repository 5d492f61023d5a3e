"""Random schedules of faults on a real Apache Kafka; `make soak` runs them for as long as told."""

import os
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from durable import DurableStack, durable
from journeys.programme import Programme
from nasty import nasty
from ordeal import told_on_failure
from proxy import Proxy
from schedule import Ordeal

FIRST = int(os.environ.get("REGRADE_FAULT_SEED", "1"))
MINUTES = float(os.environ.get("REGRADE_SOAK_MINUTES", "0"))
SIZE = 2000
FAULTS = 6

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240 + 60 * MINUTES)]


@pytest.fixture(scope="module")
def servers(tmp_path_factory) -> Iterator[DurableStack]:
    """One node of Kafka and one Valkey."""
    with durable(tmp_path_factory.mktemp("servers")) as stack:
        yield stack


async def suffer(servers: DurableStack, folder: Path, seed: int) -> list[str]:
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
