"""A worker that lives and idles ends itself; one that only waits for others does not."""

import asyncio
from pathlib import Path

import pytest
from httpx import AsyncClient
from journeys.held_replay import replaying
from journeys.patience import until
from journeys.programme import Programme, exit_status

from streams.embedded.stack import EmbeddedStack
from streams.embedded.worker import WorkerProcess

pytestmark = pytest.mark.long

PATIENT = {"REGRADE_STALL_TIMEOUT_S": "15"}
DEFECTS = {
    "blocked-loop": "the event loop has not turned",
    "agent-hangs": "from Faust to its partition, has not got on",
    "commit-hangs": "its loop, has not got on",
    "fetch-hangs": "from Faust to its partition, has not got on",
    "claim-hangs": "the assignment by the group has not got on",
    "seek-times-out": "from its claim to its start, has not got on",
}


@pytest.mark.timeout(300)
async def test_a_worker_that_idles_is_ended_and_its_successor_does_the_work(
    stack, history, tmp_path
):
    """Whatever hangs, it ends with status 1 and says which part stood still; nothing is lost."""
    program = str(Path(__file__).with_name("defective_worker.py"))

    async def suffer(defect: str) -> None:
        """One programme whose first worker hangs."""
        async with Programme(stack, tmp_path, f"stall-{defect}", **PATIENT) as programme:
            worker = programme.launch(program, defect)
            async with replaying(programme, history.events[:200], seconds=8):
                await until(lambda: has_ended(worker), f"ended by {defect}", 90)
                assert exit_status(worker) == 1
                assert DEFECTS[defect] in worker.output()
                await programme.worker()

    await asyncio.gather(*map(suffer, DEFECTS))


async def test_a_worker_whose_store_is_away_waits_for_it(history, tmp_path):
    """It is not ready and says why, lives on beyond its patience, and is ready again after."""
    with EmbeddedStack() as stack:
        async with Programme(stack, tmp_path, "away", **PATIENT) as programme:
            worker = await programme.worker()
            assert await asks(worker, "/healthz") == (200, [])
            await until(lambda: ready(worker), "ready")
            stack.store.kill()
            async with replaying(programme, history.events[:200], seconds=1):
                await until(lambda: silent(worker), "not ready")
                assert await asks(worker, "/healthz") == (200, [])
                stack.store.start()
                await until(lambda: ready(worker), "ready again")


async def test_a_worker_without_a_partition_is_ready_to_take_over(stack, history, tmp_path):
    """More workers than partitions: the spare one has nothing to do, and is well."""
    async with Programme(stack, tmp_path, "spare", partitions=1, **PATIENT) as programme:
        first = await programme.worker()
        spare = programme.launch()
        await until(lambda: ready(spare), "ready")
        async with replaying(programme, history.events[:200], seconds=2):
            first.kill()
            await programme.owned_by("w1")
        assert await asks(spare, "/healthz") == (200, [])


async def asks(worker: WorkerProcess, path: str) -> tuple[int, list[str]]:
    """What a worker answers: status and reasons."""
    async with AsyncClient() as client:
        answer = await client.get(str(worker.metrics_url).replace("/metrics", path))
    return answer.status_code, answer.json()["reasons"]


async def has_ended(worker: WorkerProcess) -> bool:
    """Whether a worker's process is gone."""
    return not worker.running


async def ready(worker: WorkerProcess) -> bool:
    """Whether a worker says that it is."""
    worker.check()
    return worker.metrics_url is not None and (await asks(worker, "/readyz"))[0] == 200


async def silent(worker: WorkerProcess) -> bool:
    """Whether a worker says that its store is."""
    return await asks(worker, "/readyz") == (503, ["the store has not answered lately"])
