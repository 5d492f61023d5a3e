"""What may happen to the processes of a programme while it grades a history."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from journeys.patience import until
from journeys.programme import Programme, exit_status
from streams.embedded.stack import EmbeddedStack
from streams.replay.event import WireEvent

KILLS = 5
GRACE_S = 10.0

Events = Sequence[WireEvent]
Fate = Callable[[Programme, Events], Awaitable[None]]


async def killed_again_and_again(programme: Programme, events: Events) -> None:
    """The only worker is killed at moments of no meaning, and started again."""
    draws = Random(11)
    worker = await programme.worker()
    async with programme.replaying(events, seconds=60) as replay:
        for _ in range(KILLS):
            # The moment is what is random here; nothing is waited for.
            await asyncio.sleep(draws.random() / 3)
            assert replay.going
            worker.kill()
            worker = await programme.worker()


async def moved_between_workers(programme: Programme, events: Events) -> None:
    """One worker, two, three; then one leaves and one crashes."""
    first = await programme.worker()
    async with programme.replaying(events, seconds=60) as replay:
        second = programme.launch()
        await programme.owned_by("w0", "w1")
        programme.launch()
        await programme.owned_by("w0", "w1", "w2")
        os.kill(first.pid, signal.SIGTERM)
        await programme.owned_by("w1", "w2")
        second.kill()
        await programme.owned_by("w2")
        assert replay.going
    assert exit_status(first) == 0


async def told_to_leave(programme: Programme, events: Events) -> None:
    """SIGTERM ends the only worker in time, with nothing left to publish."""
    worker = await programme.worker()
    async with programme.replaying(events, seconds=60) as replay:
        await programme.folded(400)
        asked = time.monotonic()
        os.kill(worker.pid, signal.SIGTERM)
        await programme.ended(worker)
        assert time.monotonic() - asked < GRACE_S
        assert exit_status(worker) == 0, worker.output()
        for partition in range(programme.partitions):
            meta = await programme.store.read_meta(partition)
            assert meta.head == meta.tail > 0
        assert replay.going
        await programme.worker()


async def paused_and_replaced(programme: Programme, events: Events) -> None:
    """A worker sleeps beyond the session timeout and wakes up beside its successor."""
    paused, other = await programme.worker(), programme.launch()
    async with programme.replaying(events, seconds=60) as replay:
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
    async with programme.replaying(events, seconds=60) as replay:
        for enough in (300, 600):
            await programme.folded(enough)
            asked_before = worker.output().count("asking the store again")
            store.kill()

            async def missed(before: int = asked_before) -> bool:
                return worker.output().count("asking the store again") > before

            await until(missed, "missed by the worker")
            store.start()
            assert replay.going
    assert worker.running


FATES: dict[Fate, int] = {
    killed_again_and_again: 4,
    # As many partitions as two and three workers can share evenly.
    moved_between_workers: 6,
    told_to_leave: 4,
    paused_and_replaced: 4,
    store_crashes: 4,
}
"""Every fate, and the partitions of the topics in it."""
