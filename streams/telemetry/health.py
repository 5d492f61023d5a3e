"""Whether a worker lives, and whether it gets on with what it has to do.

A worker may be alive and idle: it heartbeats, keeps its partitions, and takes nothing from them.
No single look can tell that from having nothing to do. So each part shows a mark that changes as
it gets on, and a part that owes something and shows the same mark for too long has stalled.
"""

from collections.abc import Hashable, Sequence

from streams.clock import Clock
from streams.partition.surroundings import Sight

FRESH_S = 15.0
"""How long an answer of the store or the broker counts."""


class Health:
    """What was seen of a worker. Read from any thread, written by the worker's loop.

    >>> from streams.clock import ManualClock
    >>> clock = ManualClock(); health = Health(clock, patience_s=60)
    >>> health.look([Sight("partition 0", mark=7)]); clock.advance(61)
    >>> health.look([Sight("partition 0", mark=7)]); health.stalls()
    ['partition 0 has not got on for 61 s']
    """

    def __init__(self, clock: Clock, patience_s: float) -> None:
        """`patience_s`: how long a part that owes something may stand still; 0: for ever."""
        self._clock = clock
        self._patience_s = patience_s
        self._looked = clock.monotonic()
        self._seen: dict[str, tuple[Hashable, float]] = {}
        self._answered: dict[str, float | None] = {}
        self._down: set[str] = set()
        self._signs = 0
        self._partitions: str | None = "no partitions are assigned"

    def asked(self, server: str, *, answered: bool) -> None:
        """A server was asked, and gave an answer or not."""
        if answered:
            self._answered[server] = self._clock.monotonic()
            self._down.discard(server)
        else:
            self._answered.setdefault(server, None)
            self._down.add(server)

    def sign(self) -> None:
        """Something failed and is tried again: no stall, whatever the marks say."""
        self._signs += 1

    def holds(self, problem: str | None) -> None:
        """Whether the partitions of the worker are in its hands; else what is missing."""
        self._partitions = problem

    def look(self, sights: Sequence[Sight]) -> None:
        """Take note of all parts, as they are now."""
        now = self._clock.monotonic()
        waiting = bool(self._down)  # for others: no fault of any part
        seen: dict[str, tuple[Hashable, float]] = {}
        for sight in sights:
            mark = (sight.mark, self._signs)
            before = self._seen.get(sight.part)
            still = before is not None and before[0] == mark and sight.owing and not waiting
            seen[sight.part] = (mark, before[1]) if still and before is not None else (mark, now)
        self._seen = seen
        self._looked = now

    def forgive(self) -> None:
        """The whole process stood still: nobody could get on. Patience begins anew."""
        now = self._clock.monotonic()
        self._seen = {part: (mark, now) for part, (mark, _) in self._seen.items()}
        self._looked = now

    def stalls(self) -> list[str]:
        """What has stood still for too long; empty while the worker is well."""
        if not self._patience_s:
            return []
        now = self._clock.monotonic()
        if now - self._looked > self._patience_s:
            return [f"the event loop has not turned for {now - self._looked:.0f} s"]
        # Up to the last look: what came after it nobody has seen.
        return [
            f"{part} has not got on for {self._looked - since:.0f} s"
            for part, (_, since) in self._seen.items()
            if self._looked - since > self._patience_s
        ]

    def unready(self) -> list[str]:
        """Why no work should be expected of the worker now; empty when it is ready."""
        now = self._clock.monotonic()
        reasons = [f"the {server} has not answered lately" for server in self.silent()]
        if now - self._looked > FRESH_S:
            reasons.append(f"the event loop has not turned for {now - self._looked:.0f} s")
        if self._partitions is not None:
            reasons.append(self._partitions)
        return reasons

    def silent(self) -> list[str]:
        """The servers that were asked and have not answered lately."""
        now = self._clock.monotonic()
        return [server for server, at in self._answered.items() if at is None or now - at > FRESH_S]
