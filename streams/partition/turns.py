"""Which partition of a worker ticks or sweeps a slice next: one at a time, to keep each short."""

import asyncio


class Turns:
    """Shared by the partitions of a worker.

    Were all of them to begin a slice at once, each would take as long as all, and a live record
    would meet every one of them at each step of its way.

    >>> turns, ann, bob = Turns(), asyncio.Event(), asyncio.Event()
    >>> turns.take(ann), turns.take(bob)
    (True, False)
    >>> turns.end(); bob.is_set(), turns.take(bob)
    (True, True)
    """

    def __init__(self) -> None:
        self._taken = False
        self._waiting: dict[asyncio.Event, None] = {}

    def take(self, wake: asyncio.Event) -> bool:
        """Whether the asker has the turn, until `end`; if not, `wake` is set when it is free.

        Whoever is woken may come too late, or not at all: who waits has to ask again after a while.
        """
        if self._taken:
            self._waiting[wake] = None
            return False
        self._waiting.pop(wake, None)
        self._taken = True
        return True

    def end(self) -> None:
        """The slice is committed: wake who waits longest."""
        self._taken = False
        for wake in self._waiting:
            del self._waiting[wake]
            wake.set()
            return
