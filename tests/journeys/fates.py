"""What may happen to the processes of a programme while it grades a history."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from journeys.held_replay import replaying
from journeys.patience import until
from journeys.programme import Programme, ended, exit_status

from streams.embedded.stack import EmbeddedStack
from streams.embedded.worker import WorkerProcess
from streams.replay.event import WireEvent

KILLS = 6
GRACE_S = 10.0
MISSED = "asking the store again"

Events = Sequence[WireEvent]
Fate = Callable[[Programme, Events], Awaitable[None]]


async def killed_again_and_again(programme: Programme, events: Events) -> None:
    """The only worker is killed: at any moment, and between a commit and its changes."""
    draws = Random(11)
    worker = await programme.worker()
    async with replaying(programme, events) as replay:
        for number in range(KILLS):
            if number % 2:
                await programme.owes_changes()
            else:
                # The moment is what is random here; nothing is waited for.
                await asyncio.sleep(draws.random() / 3)
            assert replay.going
            worker.kill()
            worker = await programme.worker()


async def moved_between_workers(programme: Programme, events: Events) -> None:
    """One worker, two, three; then one leaves and one crashes."""
    first = await programme.worker()
    async with replaying(programme, events) as replay:
        second = programme.launch()
        await programme.owned_by("w0", "w1")
        programme.launch()
        await programme.owned_by("w0", "w1", "w2")
        os.kill(first.pid, signal.SIGTERM)
        await programme.owned_by("w1", "w2")
        second.kill()
        await programme.owned_by("w2")
        assert replay.going
    await ended(first)
    assert exit_status(first) == 0


async def told_to_leave(programme: Programme, events: Events) -> None:
    """SIGTERM ends the only worker in time, with nothing left to publish."""
    worker = await programme.worker()
    async with replaying(programme, events) as replay:
        await programme.folded(400)
        asked = time.monotonic()
        os.kill(worker.pid, signal.SIGTERM)
        await ended(worker)
        assert time.monotonic() - asked < GRACE_S
        assert exit_status(worker) == 0, worker.output()
        metas = await programme.metas()
        assert len(metas) == programme.partitions
        assert all(meta.head == meta.tail > 0 for meta in metas)
        assert replay.going
        await programme.worker()


async def paused_and_replaced(programme: Programme, events: Events) -> None:
    """A worker sleeps beyond the session timeout and wakes up beside its successor."""
    paused, other = await programme.worker(), programme.launch()
    async with replaying(programme, events) as replay:
        await programme.owned_by("w0", "w1")
        os.kill(paused.pid, signal.SIGSTOP)
        await programme.owned_by("w1")
        os.kill(paused.pid, signal.SIGCONT)
        await programme.owned_by("w0", "w1")
        assert replay.going
    assert paused.running
    assert other.running


async def store_crashes(programme: Programme, events: Events) -> None:
    """The store is killed twice and comes back; the worker needs no help."""
    assert isinstance(programme.stack, EmbeddedStack)
    store = programme.stack.store
    worker = await programme.worker()
    async with replaying(programme, events) as replay:
        for enough in (300, 600):
            await programme.folded(enough)
            times = worker.output().count(MISSED)
            store.kill()
            await until(lambda seen=times: _misses(worker, seen), "missed by the worker")
            store.start()
            assert replay.going
    assert worker.running


async def _misses(worker: WorkerProcess, times: int) -> bool:
    return worker.output().count(MISSED) > times


FATES: dict[Fate, int] = {
    killed_again_and_again: 4,
    # As many partitions as two and three workers can share evenly.
    moved_between_workers: 6,
    told_to_leave: 4,
    paused_and_replaced: 4,
    store_crashes: 4,
}
"""Every fate, and the partitions of the topics in it."""
