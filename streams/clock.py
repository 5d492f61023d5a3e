"""The only place that reads a clock."""

import asyncio
import time
from typing import Protocol

from scoring.units import EpochMs


class Clock(Protocol):
    """What the shell asks for the time."""

    def now_ms(self) -> EpochMs:
        """Wall time now."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The host's clocks."""

    def now_ms(self) -> EpochMs:
        """Wall time now."""
        return EpochMs(time.time_ns() // 1_000_000)

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until it is told to move; its sleep moves it.

    >>> clock = ManualClock(EpochMs(5_000)); clock.advance(1.5); clock.now_ms()
    6500
    """

    def __init__(self, now_ms: EpochMs = EpochMs(0)) -> None:  # noqa: B008 - an int
        self._now_ms = now_ms
        self._monotonic = 0.0

    def now_ms(self) -> EpochMs:
        """The instant the clock was moved to."""
        return self._now_ms

    def monotonic(self) -> float:
        """Seconds moved so far."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._now_ms = EpochMs(self._now_ms + round(seconds * 1000))
        self._monotonic += seconds

    def set_wall(self, now_ms: EpochMs) -> None:
        """Somebody sets the host's clock, forth or back; the steady one takes no notice."""
        self._now_ms = now_ms

    async def sleep(self, seconds: float) -> None:
        """Move on and let others run."""
        self.advance(seconds)
        await asyncio.sleep(0)
