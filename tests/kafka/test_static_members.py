"""A worker with a lasting name in the group comes back without a rebalance."""

import pytest
from journeys.programme import Programme

pytestmark = pytest.mark.kafka

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
    durable_stack, tmp_path
):
    """A rolling restart of named workers moves no partition from one to another."""
    async with Programme(durable_stack, tmp_path, "rolling", **LASTING) as programme:
        programme.settings["REGRADE_MEMBER"] = "first"
        first = await programme.worker()
        programme.settings["REGRADE_MEMBER"] = "second"
        second = await programme.worker()
        await programme.owned_by("w0", "w1")
        held = {at for at, (owner, _) in (await epochs(programme)).items() if owner == "w0"}
        claims = claims_of(second)
        first.stop()
        programme.settings["REGRADE_MEMBER"] = "first"
        programme.launch()
        await programme.owned_by("w1", "w2")
        assert held == {at for at, (owner, _) in (await epochs(programme)).items() if owner == "w2"}
        assert claims_of(second) == claims


async def epochs(programme: Programme) -> dict[int, tuple[str, int]]:
    """Per partition its owner's name and how often it was claimed."""
    metas = await programme.metas()
    return {at: (meta.owner.rpartition("-")[0], meta.epoch) for at, meta in enumerate(metas)}


def claims_of(worker) -> int:
    """How often a worker was given partitions."""
    return worker.output().count("partitions claimed")
