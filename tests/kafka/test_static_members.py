"""A worker with a lasting name in the group comes back without a rebalance."""

import asyncio
import time
from itertools import pairwise

import pytest
from journeys.held_replay import replaying
from journeys.programme import Programme

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

GAP_S = 2.0
"""How long a partition may stand still because another worker is started anew."""
LASTING = {"REGRADE_IDEMPOTENT_PRODUCER": "true", "REGRADE_SESSION_TIMEOUT_S": "30"}


async def test_a_restarted_member_takes_its_own_partitions_up_again(durable_stack, tmp_path):
    """Killed and started under the same name, it disturbs nobody: others claim nothing anew."""
    async with Programme(durable_stack, tmp_path, "members", **LASTING) as programme:
        programme.settings["REGRADE_MEMBER"] = "first"
        first = await programme.worker()
        programme.settings["REGRADE_MEMBER"] = "second"
        second = await programme.worker()
        await programme.owned_by("w0", "w1")
        before = await epochs(programme)
        claims = claims_of(second)
        first.kill()
        programme.settings["REGRADE_MEMBER"] = "first"
        programme.launch()
        await programme.owned_by("w1", "w2")
        after = await epochs(programme)
        assert {at: epoch for at, (owner, epoch) in after.items() if owner == "w1"} == {
            at: epoch for at, (owner, epoch) in before.items() if owner == "w1"
        }
        assert claims_of(second) == claims


async def test_a_member_that_is_stopped_keeps_its_partitions_for_the_session(
    durable_stack, household_history, tmp_path
):
    """A rolling restart of named workers moves no partition, and the others never pause."""
    async with Programme(durable_stack, tmp_path, "rolling", **LASTING) as programme:
        programme.settings["REGRADE_MEMBER"] = "first"
        first = await programme.worker()
        programme.settings["REGRADE_MEMBER"] = "second"
        second = await programme.worker()
        await programme.owned_by("w0", "w1")
        held = {at for at, (owner, _) in (await epochs(programme)).items() if owner == "w0"}
        claims = claims_of(second)
        others = set(range(programme.partitions)) - held
        async with replaying(programme, household_history.events, seconds=60) as replay:
            enough = asyncio.Event()
            watching = asyncio.create_task(moves_of(programme, others, enough))
            await asyncio.sleep(3)
            began = time.monotonic()
            await asyncio.to_thread(first.stop)
            programme.settings["REGRADE_MEMBER"] = "first"
            programme.launch()
            await programme.owned_by("w1", "w2")
            await asyncio.sleep(1)
            assert replay.going
            enough.set()
            moves = await watching
        pauses = [(b > began, b - a) for times in moves.values() for a, b in pairwise(times)]
        # On a machine that has no time for anybody they pause without a restart, too.
        before = max(pause for later, pause in pauses if not later)
        assert max(pause for later, pause in pauses if later) < max(GAP_S, 2 * before)
        assert held == {at for at, (owner, _) in (await epochs(programme)).items() if owner == "w2"}
        assert claims_of(second) == claims


async def moves_of(
    programme: Programme, partitions: set[int], enough: asyncio.Event
) -> dict[int, list[float]]:
    """When the stored offsets of partitions moved, until there is enough of it."""
    seen: dict[int, list[float]] = {at: [time.monotonic()] for at in partitions}
    latest: dict[int, int] = {}
    while not enough.is_set():
        metas = await programme.metas()
        for at in partitions:
            taken = sum(metas[at].next.values())
            if latest.setdefault(at, taken) != taken:
                seen[at].append(time.monotonic())
                latest[at] = taken
        await asyncio.sleep(0.01)
    return {at: [*times, time.monotonic()] for at, times in seen.items()}


async def epochs(programme: Programme) -> dict[int, tuple[str, int]]:
    """Per partition its owner's name and how often it was claimed."""
    metas = await programme.metas()
    return {at: (meta.owner.rpartition("-")[0], meta.epoch) for at, meta in enumerate(metas)}


def claims_of(worker) -> int:
    """How often a worker was given partitions."""
    return worker.output().count("partitions claimed")
