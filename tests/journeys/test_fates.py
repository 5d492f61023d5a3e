"""Crashes, moves and pauses leave no trace in the result."""

import asyncio
from pathlib import Path

import pytest
from journeys.fates import FATES, Fate, paused_and_replaced
from journeys.laws import History, check_all, check_once
from journeys.programme import Programme

from streams.embedded.stack import EmbeddedStack

pytestmark = pytest.mark.long


async def _suffer(fate: Fate, partitions: int, folder: Path, history: History) -> None:
    """Grade the history on a stack of its own, through this fate."""
    name = fate.__name__
    with EmbeddedStack(folder / name / "stack") as stack:
        async with Programme(stack, folder, name, partitions=partitions) as programme:
            await fate(programme, history.events)
            await check_all(programme, history)
            if fate is not paused_and_replaced:
                check_once(await programme.changes())


async def _suffer_all(folder: Path, history: History) -> dict[Fate, BaseException | None]:
    every = [_suffer(fate, partitions, folder, history) for fate, partitions in FATES.items()]
    ends = await asyncio.gather(*every, return_exceptions=True)
    return dict(zip(FATES, ends, strict=True))


@pytest.fixture(scope="module")
def outcomes(history, tmp_path_factory) -> dict[Fate, BaseException | None]:
    """How each fate ended. They run side by side: most of each is waiting to join."""
    folder = tmp_path_factory.mktemp("fates")
    return asyncio.run(_suffer_all(folder, history))


@pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.__name__)
def test_whatever_happens_the_result_is_that_of_a_quiet_run(fate, outcomes):
    """Grades, changes and counters are those of the engine in memory."""
    error = outcomes[fate]
    if error is not None:
        raise error
