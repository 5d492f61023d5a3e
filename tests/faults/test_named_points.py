"""Deaths and stalls at every named point, one after the other, leave no trace."""

import pytest
from journeys.programme import Programme, exit_status
from nasty import nasty
from ordeal import check, dead, end, send, told_on_failure, with_failpoints

from streams.embedded.stack import EmbeddedStack
from streams.failpoints import Failpoints, FailpointsRefused
from streams.settings import Settings

pytestmark = pytest.mark.long

SEED = 5
SIZE = 1200
DEATHS = [
    "before-claim=kill",
    "after-claim=kill@2",
    "before-commit=kill",
    "after-commit=kill",
    "before-publish=kill",
    "after-publish=kill",
    "after-trim=kill",
    "before-commit=stall after-commit=kill@2",
]


@pytest.mark.timeout(240)
async def test_a_worker_that_dies_at_every_named_point_leaves_no_trace(tmp_path):
    """Each successor goes on where the one before it died; nothing stands twice."""
    records = nasty(SEED, SIZE)
    with EmbeddedStack(tmp_path / "stack") as stack, told_on_failure(seed=SEED):
        async with Programme(stack, tmp_path, "points", partitions=2) as programme:
            each = SIZE // len(DEATHS)
            for at, point in enumerate(DEATHS):
                last = at == len(DEATHS) - 1
                await send(programme, records[at * each : None if last else (at + 1) * each])
                worker = with_failpoints(programme, point)
                await dead(worker)
                assert exit_status(worker) == 128 + 9, worker.output()
            await programme.worker()
            await end(programme, SIZE)
            await programme.taken(SIZE + programme.partitions)
            await check(programme)


@pytest.mark.parametrize(
    ("points", "servers"),
    [
        ("after-lunch=kill", {}),
        ("after-commit=shout", {}),
        ("after-commit=kill", {"kafka": "kafka.example:9092"}),
        ("after-commit=kill", {"redis": "redis://store.example/0"}),
        ("after-commit=kill", {"redis": "redis://localhost/0?cluster=store.example:1"}),
    ],
)
def test_points_are_refused_outside_tests(points, servers):
    """Nobody's broker or store but this machine's, and no point that is not there."""
    with pytest.raises(FailpointsRefused):
        Failpoints(Settings(failpoints=points, **servers))


def test_without_points_nothing_is_wrapped():
    """What costs nothing cannot fail either."""
    target = object()
    assert Failpoints(Settings()).around(target) is target
