"""A deployment is rehearsed: grown, hurt and healed, as its own alerts and metrics tell it."""

import json
from collections.abc import Iterator

import pytest
from deployment.compose import ROOT
from durable import DurableStack
from journeys.patience import until
from rehearsal.compose_servers import compose_servers
from rehearsal.deployment_here import PARTITIONS, PREFIX, Deployment

from streams.replay.produce import open_producer

pytestmark = [pytest.mark.kafka, pytest.mark.promtool, pytest.mark.timeout(600)]

HISTORY = ROOT / "examples/history.csv"
OWNED = "sum(regrade_assigned_partitions)"
AT_WORK = "count(regrade_assigned_partitions > 0)"
WAITING = "sum(regrade_lag_records)"
GRADED = 'sum(regrade_events_total{outcome="folded"})'
FRESH = 'sum(regrade_deliveries_total{fresh="true"}) > bool 100'


@pytest.fixture
def servers(tmp_path) -> Iterator[DurableStack]:
    """Kafka and the store of the compose file."""
    with compose_servers(tmp_path) as running:
        yield running


async def test_a_deployment_is_grown_hurt_and_healed(servers, tmp_path):
    """A replay is graded; then two workers, one is killed, two more come.

    All end, an alert fires; one heals it all.
    """
    async with Deployment(servers, tmp_path) as here:
        first, second = here.launch(), here.launch()
        await here.comes_to(OWNED, PARTITIONS)
        await here.comes_to(AT_WORK, 2)
        await here.comes_to('count(up{job=~"regrade-.+"} == 1)', 3)
        replayed = await here.run("replay", str(HISTORY), "--json")
        assert replayed.code == 0, replayed.err
        await here.comes_to(GRADED, json.loads(replayed.out)["events"])
        await here.comes_to(WAITING, 0)
        loading = await here.load()
        try:
            await here.comes_to(FRESH, 1)
            assert await here.firing() == set()

            here.kill(first)
            await here.comes_to(AT_WORK, 1)
            await here.comes_to(OWNED, PARTITIONS)
            third, fourth = here.launch(), here.launch()
            await here.comes_to(AT_WORK, 3)
            await here.comes_to(OWNED, PARTITIONS)

            await send_rubbish(servers.bootstrap)
            await until(lambda: fires(here, "RegradeDeadLetters"), "told of the dead letter")
            assert (await here.run("dead-letters", "list", "--json")).code == 0

            here.kill(second, third, fourth)
            await until(lambda: fires(here, "RegradeWorkersMissing"), "told of no worker", 120)
            here.launch()
            await here.comes_to(OWNED, PARTITIONS)
            await until(lambda: is_quiet(here, "RegradeWorkersMissing"), "told of a worker")
        finally:
            loading.terminate()
            await loading.wait()
        await here.comes_to(WAITING, 0)
        await here.comes_to("sum(regrade_outbox_rows)", 0)
        assert await here.value("sum(regrade_unaccounted_offsets_total)") == 0
        doctor = await here.run("doctor")
        assert doctor.code == 0, doctor.out + doctor.err


async def send_rubbish(bootstrap: str) -> None:
    """One record that is no event."""
    async with open_producer(bootstrap) as producer:
        await producer.send_and_wait(f"{PREFIX}orders", b"no event", key=b"c0000000")


async def fires(here: Deployment, alert: str) -> bool:
    """Whether an alert fires."""
    return alert in await here.firing()


async def is_quiet(here: Deployment, alert: str) -> bool:
    """Whether an alert does not fire."""
    return not await fires(here, alert)
