"""A replay handed from worker to worker."""

import os
import signal
import time

from journeys.laws import check_all
from journeys.patience import until
from journeys.programme import Programme, exit_status

GRACE_S = 10.0


async def test_one_two_and_three_workers_give_the_same(stack, history, tmp_path):
    """Workers that join, leave and crash during a replay change no grade or change."""
    # A number that two and three can share evenly, or one of them would be idle.
    async with Programme(stack, tmp_path, "moved", partitions=6) as programme:
        first = await programme.worker()
        async with programme.replaying(history.events, seconds=40) as replay:
            second = programme.launch()
            await programme.owned_by("w0", "w1")
            programme.launch()
            await programme.owned_by("w0", "w1", "w2")
            os.kill(first.pid, signal.SIGTERM)
            await programme.owned_by("w1", "w2")
            second.kill()
            await programme.owned_by("w2")
            assert replay.going
        assert not first.running
        await check_all(programme, history)


async def test_a_worker_told_to_leave_publishes_what_it_committed(
    stack, history, tmp_path
):
    """SIGTERM in a replay: exit 0 in time, nothing left unpublished, the next goes on."""
    async with Programme(stack, tmp_path, "left") as programme:
        worker = await programme.worker()
        async with programme.replaying(history.events, seconds=20) as replay:

            async def under_way() -> bool:
                counts = await programme.counts()
                return counts["in:folded"] > 400

            await until(under_way, "under way")
            asked = time.monotonic()
            os.kill(worker.pid, signal.SIGTERM)

            async def ended() -> bool:
                return not worker.running

            await until(ended, "ended", GRACE_S)
            assert exit_status(worker) == 0, worker.output()
            for partition in range(programme.partitions):
                meta = await programme.store.read_meta(partition)
                assert meta.head == meta.tail > 0
            assert replay.going
            await programme.worker()
        await check_all(programme, history)
