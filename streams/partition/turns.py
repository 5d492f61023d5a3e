"""Which partitions of a worker tick or sweep a slice now: few at a time, to keep each short."""

import asyncio

AT_ONCE = 2
"""One partition grades while the commit of another is written."""


class Turns:
    """Shared by the partitions of a worker.

    Were all of them to begin a slice at once, each would take as long as all, and a live record
    would meet every one of them at each step of its way.

    >>> turns, ann, bob, eve = Turns(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    >>> turns.take(ann), turns.take(bob), turns.take(eve)
    (True, True, False)
    >>> turns.end(); eve.is_set(), turns.take(eve)
    (True, True)
    """

    def __init__(self) -> None:
        self._taken = 0
        self._waiting: dict[asyncio.Event, None] = {}

    def take(self, wake: asyncio.Event) -> bool:
        """Whether the asker has a turn, until `end`; if not, `wake` is set when one is free.

        Whoever is woken may come too late, or not at all: who waits has to ask again after a while.
        """
        if self._taken >= AT_ONCE:
            self._waiting[wake] = None
            return False
        self._waiting.pop(wake, None)
        self._taken += 1
        return True

    def end(self) -> None:
        """The slice is committed: wake who waits longest."""
        self._taken -= 1
        for wake in self._waiting:
            del self._waiting[wake]
            wake.set()
            return
