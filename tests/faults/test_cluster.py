"""A programme on three masters, through moved slots, a death of a master and one of a worker."""

from collections.abc import Iterator

import orjson
import pytest
from dumps import matching
from journeys.patience import until
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.served import asked, served
from journeys.test_doctor_command import settings_of
from masters import Masters, has, masters
from nasty import nasty
from ordeal import check, committed, end, plain, send

from streams.embedded.broker import TansuBroker
from streams.storage.keys import Keys

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

SIZE = 900
THIRD = SIZE // 3
MOVED, HURT = 0, 2
"""Partitions: one whose slot moves, one whose master dies. Both begin on the first master."""


class Stack:
    """A broker, and the cluster as the store."""

    def __init__(self, broker: TansuBroker, cluster: Masters) -> None:
        self.bootstrap = broker.bootstrap
        self.redis_url = cluster.url


@pytest.fixture
def cluster(tmp_path) -> Iterator[Masters]:
    """Three masters and a replica of the first."""
    with masters(tmp_path / "cluster", replica=True) as found:
        yield found


@pytest.fixture
def on_it(tmp_path, cluster) -> Iterator[Stack]:
    """A broker beside it."""
    broker = TansuBroker(tmp_path / "broker")
    broker.start()
    yield Stack(broker, cluster)
    broker.stop()


async def test_a_programme_on_a_cluster_is_graded_through_moves_and_a_failover(
    cluster, on_it, tmp_path
):
    """Workers, API and tools find who has what; nothing is lost or counted twice."""
    records = nasty(41, SIZE)
    first, *others = cluster.nodes
    async with Programme(on_it, tmp_path, "masters", partitions=3) as programme:
        slots = [Keys(f"regrade.{programme.prefix}", at).slot for at in range(3)]
        assert has(first, slots[MOVED])
        assert has(first, slots[HURT])
        worker, other = await programme.worker(), programme.launch()
        await programme.owned_by("w0", "w1")
        await send(programme, records[:THIRD])
        await committed(programme, THIRD // 2)
        cluster.move(slots[MOVED], others[0])
        await send(programme, records[THIRD : THIRD + THIRD // 2])
        await committed(programme, THIRD + THIRD // 2)
        first.kill()
        await send(programme, records[THIRD + THIRD // 2 : 2 * THIRD])
        await until(lambda: taken_over(cluster, slots[HURT]), "taken over by the replica")
        other.kill()
        await send(programme, records[2 * THIRD :])
        await end(programme, SIZE)
        await programme.taken(SIZE + programme.partitions)
        assert worker.running
        programme.stack.redis_url = cluster.url_without(first)
        await check(programme)
        await tools_see_it(programme)


async def taken_over(cluster: Masters, slot: int) -> bool:
    """Whether the replica serves a slot of the master that died."""
    return has(cluster.nodes[-1], slot)


async def tools_see_it(programme: Programme) -> None:
    """The API, the doctor and a snapshot read every partition, wherever it is."""
    settings = settings_of(programme)
    graded = {row["customer_id"]: row for row in await programme.customers()}
    async with served(programme) as client:
        for name, row in graded.items():
            if row["tier"] is not None:
                grade = await asked(client, f"/api/client/grade/{name}")
                assert grade["version"] == row["version"]
    doctor = await regrade("doctor", "--json", settings=settings)
    problems = [f for f in orjson.loads(doctor.out)["findings"] if f["verdict"] == "problem"]
    assert problems == []
    file = str(programme.folder / "all.snapshot")
    taken = await regrade("snapshot", file, settings=settings)
    assert taken.code == 0, taken.err
    with plain(programme.stack.redis_url) as redis:
        before = sorted(matching(redis, "*:c:*"))
    back = await regrade("restore", file, "--replace", "--yes", settings=settings)
    assert back.code == 0, back.err
    with plain(programme.stack.redis_url) as redis:
        assert sorted(matching(redis, "*:c:*")) == before
