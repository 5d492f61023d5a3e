"""Which partitions of a worker tick or sweep a slice at a time, so that each slice is short."""

import asyncio

AT_A_TIME = 2
"""One computes while the commit of another is on its way."""


class Turns:
    """Shared by the partitions of a worker.

    Were all of them to begin a slice at once, each would take as long as all, and a live record
    would meet every one of them at each step of its way.

    >>> turns, wakes = Turns(), [asyncio.Event() for _ in range(3)]
    >>> [turns.take(wake) for wake in wakes]
    [True, True, False]
    >>> turns.end(); wakes[2].is_set(), turns.take(wakes[2])
    (True, True)
    """

    def __init__(self) -> None:
        self._free = AT_A_TIME
        self._waiting: dict[asyncio.Event, None] = {}

    def take(self, wake: asyncio.Event) -> bool:
        """Whether the asker has a turn, until `end`; if not, `wake` is set when one is free.

        Whoever is woken may come too late, or not at all: who waits has to ask again after a while.
        """
        if not self._free:
            self._waiting[wake] = None
            return False
        self._waiting.pop(wake, None)
        self._free -= 1
        return True

    def end(self) -> None:
        """A slice is committed: wake who waits longest."""
        self._free += 1
        for wake in self._waiting:
            del self._waiting[wake]
            wake.set()
            return
