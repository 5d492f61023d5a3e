"""This version goes on from what every recorded release left behind in mid stream."""

from importlib.metadata import version

import pytest
from journeys.laws import mismatches, once_each
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.release_record import (
    NAME,
    PARTITIONS,
    POLICY,
    changes_of,
    halves,
    recorded,
    snapshot_of,
)
from journeys.test_doctor_command import settings_of
from releases import latest, releases

from streams.embedded.stack import EmbeddedStack
from streams.policies.load import load_policy
from streams.replay.memory import run_in_memory
from streams.replay.produce import Replay
from streams.replay.results import Results

pytestmark = pytest.mark.long


def test_every_release_is_recorded_and_this_checkout_is_a_later_version():
    """A release is made with its record, so that the next one can be held against it."""
    assert list(releases()) == recorded()
    assert numbers(version("regrade")) > numbers(latest())


def numbers(written: str) -> tuple[int, ...]:
    """A version as numbers that can be compared."""
    return tuple(map(int, written.split(".")))


@pytest.mark.parametrize("release", recorded())
async def test_what_a_release_left_is_gone_on_from(release, tmp_path):
    """Its store, half of the log taken in: the end is that of a run without an upgrade.

    The workers are exchanged one by one: a second takes over from the first in mid replay.
    """
    first, second = halves()
    settings = {"REGRADE_POLICY": str(POLICY)}
    with EmbeddedStack() as stack:
        async with Programme(stack, tmp_path, NAME, partitions=PARTITIONS, **settings) as programme:
            async with programme.producer() as producer:
                await Replay(producer, programme.prefix).run(first)
            words = ("restore", str(snapshot_of(release)), "--yes")
            done = await regrade(*words, settings=settings_of(programme))
            assert done.code == 0, done.err
            leaving = await programme.worker()
            middle = len(second) // 2
            async with programme.producer() as producer:
                replay = Replay(producer, programme.prefix)
                await replay.run(second[:middle])
                await programme.taken(len(first) + middle)
                await programme.worker()
                leaving.kill()
                await replay.run(second[middle:])
                await replay.close_day()
            await programme.taken(len(first) + len(second) + PARTITIONS)
            expected = await run_in_memory(first + second, load_policy(str(POLICY)))
            published = await programme.changes()
            told = [*changes_of(release).read_bytes().splitlines(), *once_each(published).values()]
            found = Results(await programme.customers(), told)
            assert len(told) == len(expected.changes)
            assert mismatches(found, expected) == 0
