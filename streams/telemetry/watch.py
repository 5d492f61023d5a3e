"""Looks at a worker again and again, and ends the process when it has stalled."""

import asyncio
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import structlog

from streams.clock import Clock
from streams.partition.surroundings import Sight
from streams.telemetry.health import Health

STEP_S = 1.0
PROBE_EVERY_S = 5.0
PROBE_TIMEOUT_S = 4.0
_OVERSLEPT = 3
STALLED = 1
"""Exit status of a worker that was ended because it had stalled."""

log = structlog.get_logger()
Probe = Callable[[], Awaitable[bool]]


async def keep_looking(
    health: Health,
    clock: Clock,
    sights: Callable[[], Sequence[Sight]],
    probes: Callable[[], Mapping[str, Probe]],
) -> None:
    """Ask the servers whether they answer, and look at all parts of the worker, for ever."""
    asked: float | None = None
    while True:
        if asked is None or clock.monotonic() - asked >= PROBE_EVERY_S:
            asked = clock.monotonic()
            await asyncio.gather(*(_ask(health, *each) for each in probes().items()))
        health.look(sights())
        await clock.sleep(STEP_S)


async def _ask(health: Health, server: str, probe: Probe) -> None:
    answered = False
    with suppress(TimeoutError):
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            answered = await probe()
    health.asked(server, answered=answered)


class Watchdog(threading.Thread):
    """A thread, so that it sees a blocked event loop as well."""

    def __init__(self, health: Health, clock: Clock) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._health = health
        self._clock = clock
        self._done = threading.Event()

    def run(self) -> None:
        """Watch until told to end."""
        woke = self._clock.monotonic()
        while not self._done.wait(STEP_S):
            before, woke = woke, self._clock.monotonic()
            if woke - before > _OVERSLEPT * STEP_S:
                self._health.forgive()
            elif stalls := self._health.stalls():
                self._end(stalls)

    def stop(self) -> None:
        """Watch no longer: the worker ends by itself."""
        self._done.set()

    @staticmethod
    def _end(stalls: Sequence[str]) -> None:
        """End the process at once: what is stuck would not stop either.

        Nothing is lost by it. The next owner goes on from the store.
        """
        log.critical("the worker has stalled and is ended", stalls=stalls)
        sys.stderr.write(f"regrade: the worker has stalled: {'; '.join(stalls)}\n")
        sys.stderr.flush()
        os._exit(STALLED)
