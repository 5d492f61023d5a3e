"""A weighted random schedule of faults over one programme; the seed decides everything."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Any

from journeys.patience import until
from journeys.programme import Programme, claimed, exit_status
from journeys.test_killed_night import HOST
from nasty import Sent
from ordeal import check, dead, end, send, with_failpoints
from proxy import Proxy

from streams.embedded.worker import WorkerProcess

POINTS = ("claim", "commit", "publish", "trim")
KILLED = 128 + signal.SIGKILL
ANY = 1_000_000
"""Overlaps that are allowed once somebody was paused: the paused one counts them, not we."""


class Ordeal:
    """One run: two workers on a store behind a proxy, and what is done to them."""

    def __init__(self, programme: Programme, proxy: Proxy, servers: Any, seed: int) -> None:
        self._programme = programme
        self._proxy = proxy
        self._servers = servers
        self._random = Random(seed)
        self._workers: list[WorkerProcess] = []
        self._paused = False
        self._clock = programme.folder / "clock"
        self.done: list[str] = []
        """What was done, in order."""

    async def run(self, records: Sequence[Sent], faults: int) -> None:
        """Send the records in parts, with a fault after each, and check what is left."""
        self._programme.folder.mkdir(parents=True, exist_ok=True)
        self._clock.write_text("0", "utf-8")
        self._workers = [self._launch()]
        await until(lambda: claimed(self._workers[0]), "claimed")
        self._workers.append(self._launch())
        actions = list(_WEIGHTS)
        each = len(records) // (faults + 1)
        for at in range(faults):
            await send(self._programme, records[at * each : (at + 1) * each])
            (action,) = self._random.choices(actions, list(_WEIGHTS.values()))
            self.done.append(action.__name__)
            await asyncio.sleep(self._random.random())
            await action(self)
        await send(self._programme, records[faults * each :])
        await self._replace()
        await end(self._programme, len(records))
        await until(lambda: self._is_done(len(records)), f"done after {self.done}", 90)
        await check(self._programme, ANY if self._paused else 0)

    async def _is_done(self, records: int) -> bool:
        self._programme.check()
        metas = await self._programme.metas()
        done = sum(sum(meta.next.values()) for meta in metas)
        quiet = all(meta.head == meta.tail for meta in metas)
        return quiet and done == records + self._programme.partitions

    async def _replace(self) -> None:
        """Whoever died has a successor; of who ended by itself, its last words are kept."""
        for worker in self._workers:
            if not worker.running and exit_status(worker) != KILLED:
                self.done.append(f"ended by itself: {worker.output().splitlines()[-1:]}")
        self._workers = [worker for worker in self._workers if worker.running]
        while len(self._workers) < 2:
            self._workers.append(self._launch())

    def _launch(self) -> WorkerProcess:
        """A worker on the host whose clock is set."""
        return self._programme.launch(HOST, str(self._clock))

    async def step_clock(self) -> None:
        """The host's clock is set forth or back, or leaps a year until somebody sets it right.

        Ahead by more than an hour Kafka takes no record: what is to be published waits.
        """
        minutes = self._random.choice((-50, 50, 365 * 1440))
        self.done.append(f"by {minutes} min")
        self._set_clock(minutes)
        if minutes > 60:
            await asyncio.sleep(3)
            self._set_clock(0)

    def _set_clock(self, minutes_ahead: int) -> None:
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(str(minutes_ahead * 60_000), "utf-8")
        fresh.replace(self._clock)

    async def come_and_go(self) -> None:
        """Workers that hardly stay: one rebalance after the other."""
        for _ in range(3):
            guest = self._launch()
            await asyncio.sleep(2)
            with suppress(ProcessLookupError):
                os.kill(guest.pid, signal.SIGTERM)

    async def kill(self) -> None:
        """SIGKILL at any moment."""
        self._random.choice(self._workers).kill()
        await self._replace()

    async def die_at_a_point(self) -> None:
        """A successor that dies at a named point, once it has something to do there."""
        moment = self._random.choice(("before", "after"))
        point = f"{moment}-{self._random.choice(POINTS)}=kill@{self._random.randint(1, 2)}"
        self.done.append(point)
        worker = with_failpoints(self._programme, point)
        self._workers.append(worker)
        self._random.choice(self._workers[:-1]).kill()
        try:
            await asyncio.wait_for(dead(worker), 10)
        except TimeoutError:
            worker.kill()
        await self._replace()

    async def pause(self) -> None:
        """SIGSTOP for longer than the session timeout, then go on as a zombie."""
        self._paused = True
        worker = self._random.choice(self._workers)
        with suppress(ProcessLookupError):  # it may have ended on a busy machine
            os.kill(worker.pid, signal.SIGSTOP)
            await asyncio.sleep(5)
            os.kill(worker.pid, signal.SIGCONT)
        await self._replace()

    async def lose_a_reply(self) -> None:
        """A commit or a trim is carried out, and nobody hears of it."""
        names = (b"regrade1_commit", b"regrade1_trim", b"regrade1_claim")
        self._proxy.lose_reply(self._random.choice(names))

    async def cut(self) -> None:
        """The way to the store stalls, and breaks."""
        self._proxy.stall()
        await asyncio.sleep(self._random.random() * 2)
        self._proxy.cut()
        self._proxy.go_on()

    async def kill_store(self) -> None:
        """The store crashes and comes back with all it acknowledged."""
        self._servers.store.kill()
        self._servers.store.start()

    async def kill_broker(self) -> None:
        """The broker crashes and comes back."""
        self._servers.kafka.kill()
        self._servers.kafka.start()


_WEIGHTS: dict[Callable[[Ordeal], Awaitable[None]], int] = {
    Ordeal.kill: 4,
    Ordeal.die_at_a_point: 5,
    Ordeal.pause: 2,
    Ordeal.lose_a_reply: 3,
    Ordeal.cut: 2,
    Ordeal.kill_store: 2,
    Ordeal.kill_broker: 1,
    Ordeal.step_clock: 2,
    Ordeal.come_and_go: 1,
}
