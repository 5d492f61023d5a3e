"""A store that crashes, a worker that is paused."""

import os
import signal

from journeys.laws import check_all
from journeys.patience import until
from journeys.programme import Programme
from streams.embedded.stack import EmbeddedStack


async def test_a_store_that_crashes_and_comes_back_is_waited_for(history, tmp_path):
    """SIGKILLs of the store in a replay cost time only; the worker needs no help."""
    with EmbeddedStack(tmp_path / "stack") as stack:
        async with Programme(stack, tmp_path, "stored") as programme:
            worker = await programme.worker()
            async with programme.replaying(history.events, seconds=8) as replay:
                for enough in (300, 700):

                    async def under_way(enough: int = enough) -> bool:
                        return (await programme.counts())["in:folded"] > enough

                    await until(under_way, "under way")
                    stack.store.kill()

                    async def missed() -> bool:
                        return "asking the store again" in worker.output()

                    await until(missed, "missed by the worker")
                    stack.store.start()
                    assert replay.going
            assert worker.running
            await check_all(programme, history)


async def test_a_paused_worker_that_wakes_up_finds_itself_replaced(
    stack, history, tmp_path
):
    """SIGSTOP beyond the session timeout, then SIGCONT: the same result."""
    async with Programme(stack, tmp_path, "paused") as programme:
        paused, other = await programme.worker(), programme.launch()
        async with programme.replaying(history.events, seconds=30) as replay:
            await programme.owned_by("w0", "w1")
            os.kill(paused.pid, signal.SIGSTOP)
            await programme.owned_by("w1")
            os.kill(paused.pid, signal.SIGCONT)
            await programme.owned_by("w0", "w1")
            assert replay.going
        assert paused.running
        assert other.running
        await check_all(programme, history)
