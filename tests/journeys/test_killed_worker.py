"""Crashes of the only worker."""

import asyncio
from random import Random

from journeys.laws import check_all
from journeys.programme import Programme

KILLS = 5


async def test_a_worker_killed_again_and_again_loses_and_repeats_nothing(
    stack, history, tmp_path
):
    """SIGKILLs at any moment leave the grades and changes of an undisturbed run."""
    draws = Random(11)
    async with Programme(stack, tmp_path, "killed") as programme:
        worker = await programme.worker()
        async with programme.replaying(history.events, seconds=30) as replay:
            for _ in range(KILLS):
                # The moment is what is random here; nothing is waited for.
                await asyncio.sleep(draws.random() / 3)
                assert replay.going
                worker.kill()
                worker = await programme.worker()
        await check_all(programme, history)
