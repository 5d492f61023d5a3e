"""A stored offset that no longer lies in the log stops the worker, loudly."""

import os
import signal
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from cut_logs import delete_before, recreate
from journeys.programme import Programme, ended, exit_status
from journeys.regrade_command import regrade
from journeys.test_doctor_command import settings_of

from streams.embedded.worker import WorkerProcess
from streams.intake.partitioner import partition_of
from streams.replay.produce import Replay

pytestmark = pytest.mark.kafka

SETTINGS = {
    "REGRADE_IDEMPOTENT_PRODUCER": "true",
    # A paused worker must still be a member when it wakes up.
    "REGRADE_SESSION_TIMEOUT_S": "6",
}
HALF = 500
REMEDY = "Restore the topic, or grade from the start under another REGRADE_PREFIX"


@pytest.fixture
async def graded_half(
    durable_stack, household_history, tmp_path, request
) -> AsyncIterator[tuple[Programme, WorkerProcess]]:
    """A programme that graded the first events, and its worker, which still runs."""
    name = request.node.name.replace("_", "-")[-36:]
    async with Programme(durable_stack, tmp_path, name, **SETTINGS) as programme:
        worker = await programme.worker()
        await send(programme, household_history.events[:HALF])
        await programme.taken(HALF)
        yield programme, worker


async def send(programme: Programme, events) -> None:
    """Send events without ending the day."""
    async with programme.producer() as producer:
        await Replay(producer, programme.prefix).run(events)


async def lose_what_is_unread(programme: Programme, events) -> None:
    """Send events, and delete all orders but the last of each partition."""
    await send(programme, events[HALF : 2 * HALF])
    places = [
        partition_of(event.key, programme.partitions)
        for event in events[: 2 * HALF]
        if event.topic == "orders"
    ]
    ends = Counter(places)
    await delete_before(programme, "orders", {at: end - 1 for at, end in ends.items()})


async def offsets(programme: Programme) -> list[int]:
    """The stored next offsets of the orders."""
    return [meta.next["orders"] for meta in await programme.metas()]


async def refused(worker: WorkerProcess) -> str:
    """The last line of a worker that stops by itself, as it must."""
    await ended(worker)
    assert exit_status(worker) == 1
    assert "Traceback" not in worker.output()
    last = worker.output().splitlines()[-1]
    assert last.startswith("regrade: ")
    return last


async def test_a_topic_that_was_recreated_is_not_read_from_the_start(graded_half):
    """A log that ends before the stored offset is another log: the worker refuses it."""
    programme, worker = graded_half
    worker.kill()
    before = await offsets(programme)
    await recreate(programme, "orders")
    said = await refused(programme.launch())
    assert "the state continues at offset" in said
    assert "the log ends at 0: the topic was recreated or cut off" in said
    assert REMEDY in said
    assert await offsets(programme) == before

    recovered = await regrade("recover", "offsets", "--yes", settings=settings_of(programme))
    assert recovered.code == 0, recovered.err
    assert "before" in recovered.err
    assert await offsets(programme) == [0] * programme.partitions
    await programme.worker()


async def test_records_deleted_before_they_were_read_are_not_passed_over(
    graded_half, household_history
):
    """A log that begins after the stored offset has lost events: the worker says so."""
    programme, worker = graded_half
    worker.kill()
    before = await offsets(programme)
    await lose_what_is_unread(programme, household_history.events)
    said = await refused(programme.launch())
    assert "the state continues at offset" in said
    assert "records that were never read have been deleted" in said
    assert REMEDY in said
    assert await offsets(programme) == before


async def test_records_deleted_ahead_of_a_running_worker_are_not_passed_over(
    graded_half, household_history
):
    """Retention that overtakes a worker stops it as it would at its start."""
    programme, worker = graded_half
    os.kill(worker.pid, signal.SIGSTOP)
    await lose_what_is_unread(programme, household_history.events)
    os.kill(worker.pid, signal.SIGCONT)
    said = await refused(worker)
    assert "records that were never read have been deleted" in said
    assert REMEDY in said


async def test_a_topic_recreated_under_a_running_worker_stops_it(graded_half):
    """Without its orders a partition is not graded on; what is stored stays as it was."""
    programme, worker = graded_half
    before = await offsets(programme)
    await recreate(programme, "orders")
    await refused(worker)
    assert await offsets(programme) == before
