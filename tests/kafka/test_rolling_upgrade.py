"""Workers of the last release and of this checkout grade one replay, side by side in one group."""

import os
import subprocess
import sys

import orjson
import pytest
from journeys.held_replay import replaying
from journeys.laws import check_chain, check_current, check_once, check_versions, once_each
from journeys.programme import Programme
from releases import install, latest

from streams.demo.verify import mismatches
from streams.outbox.scribe import CURRENT_TIER
from streams.replay.results import Results

pytestmark = [pytest.mark.kafka, pytest.mark.long, pytest.mark.timeout(400)]

LASTING = {"REGRADE_IDEMPOTENT_PRODUCER": "true", "REGRADE_SESSION_TIMEOUT_S": "30"}
THIS: dict[str, str] = {}


@pytest.fixture(scope="module")
def last(tmp_path_factory) -> dict[str, str]:
    """The settings that make a worker one of the last release."""
    return install(latest(), tmp_path_factory.mktemp("release"))


def test_two_programs_are_compared(last, tmp_path):
    """The last release says its own version, and runs from where it was installed."""
    asked = "import streams, streams.build as b; print(b.build().version, streams.__file__)"
    told = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, **last},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    version, _, file = told.stdout.partition(" ")
    assert version == latest()
    assert file.startswith(last["PYTHONPATH"])


async def test_workers_are_exchanged_one_by_one_while_the_replay_goes_on(
    durable_stack, tmp_path, household_history, last
):
    """Two old, one of each, two new, and one rolled back: the end is that of a calm run.

    member one      w0 old ---- w2 new ----------------------
    member two      w1 old --------- w3 new ---- w4 old -----
    """
    async with Programme(durable_stack, tmp_path, "upgraded", **LASTING) as programme:

        def launch(member: str, program: dict[str, str]):
            """A worker of one of the two programs, under a lasting name."""
            one, two = dict(programme.settings), {"REGRADE_MEMBER": member, **program}
            programme.settings |= two
            worker = programme.launch()
            programme.settings = one
            return worker

        first, second = launch("one", last), launch("two", last)
        await programme.owned_by("w0", "w1")
        async with replaying(programme, household_history.events, 40) as replay:
            await programme.folded(150)
            first.stop()
            launch("one", THIS)
            await programme.owned_by("w1", "w2")
            await both_fold(programme)
            second.stop()
            third = launch("two", THIS)
            await programme.owned_by("w2", "w3")
            await both_fold(programme)
            third.stop()
            launch("two", last)
            await programme.owned_by("w2", "w4")
            await both_fold(programme)
            assert replay.going
        published = await programme.changes()
        changes = once_each(published)
        stream = Results(await programme.customers(), list(changes.values()))
        assert mismatches(told(stream), told(household_history.expected)) == 0
        check_once(published)
        check_versions(published)
        check_chain(changes)
        check_current(await programme.published(CURRENT_TIER), stream.customers)


def told(results: Results) -> Results:
    """Without the next day to look at a customer: 0.1.0 named earlier ones than need be."""
    changes = [{**orjson.loads(one), "due_on": None} for one in results.changes]
    return Results(results.customers, [orjson.dumps(change) for change in changes])


async def both_fold(programme: Programme) -> None:
    """Wait until some more is graded, so that each worker has had its share."""
    counts = await programme.counts()
    await programme.folded(counts["in:folded"] + 150)
