"""Records of the topics of one partition, merged by time.

A record is released when no earlier one can still come from another topic of the partition:
that topic has a record waiting, or was shown to be read to its end. "Shown" means that a fetch
sent after the record arrived found nothing more; a broker that does not answer shows nothing.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from streams.errors import RegradeError
from streams.intake.record import RawRecord

_SETTLE_MS = 2000
_SETTLE_ANSWERS = 20
"""After so long and so many answers nothing is in flight any more: what is missing before the
end of the log are places without records, such as transaction markers."""


class Gap(RegradeError):
    """Records are missing between what came and what was expected."""

    retriable = True

    def __init__(self, topic: str, expected: int, found: int) -> None:
        self.topic = topic
        self.expected = expected
        self.found = found
        super().__init__(f"{topic}: offset {expected} expected, {found} came")


@dataclass(slots=True)
class _Lane:
    """What waits of one topic."""

    expected: int
    """Offset of the next record to put in."""
    chunks: deque[tuple[Sequence[RawRecord], float]] = field(default_factory=deque)
    """Records with the time they arrived; all times here are of one steady clock, in ms."""
    at: int = 0
    """Index of the head within the first chunk."""
    shown_ms: float = -1
    """Whatever had reached the broker before this is in hand."""
    polled_ms: float = -1
    behind: bool = True
    """Whether the last answer left something to fetch; unknown counts as yes."""
    skipped_to: int | None = None
    """Where the log ended when all was handed over, though places before it are missing."""
    skipped_ms: float = 0
    """Since when the log has ended there."""
    skipped_answers: int = 0
    believed: tuple[int, int] | None = None
    """A gap (expected, found) seen once: seen again after a seek it is real."""

    def head(self) -> RawRecord:
        return self.chunks[0][0][self.at]

    def arrived_ms(self) -> float:
        return self.chunks[0][1]


class Merge:
    """The waiting records of one partition.

    `topics` are in the order in which records with equal timestamps are released.
    """

    def __init__(self, topics: Sequence[str], expected: Mapping[str, int]) -> None:
        self._lanes = {topic: _Lane(expected[topic]) for topic in topics}

    def put(self, topic: str, records: Sequence[RawRecord], now_ms: float) -> None:
        """Add records in offset order. Those already put in are dropped.

        Raises:
            Gap: records are missing before them; seek to `expected` and go on.
        """
        lane = self._lanes[topic]
        if records[-1].offset < lane.expected:
            return
        first = records[0].offset
        if first < lane.expected:
            records = [r for r in records if r.offset >= lane.expected]
        elif first > lane.expected and lane.believed != (lane.expected, first):
            # Compaction and transaction markers leave true gaps: those are there again.
            lane.believed = (lane.expected, first)
            raise Gap(topic, lane.expected, first)
        lane.expected = records[-1].offset + 1
        lane.skipped_to = None
        lane.chunks.append((records, now_ms))

    def polled(
        self, topic: str, position: int | None, highwater: int | None, at_ms: float | None
    ) -> None:
        """Take note of the answer to a fetch, received at `at_ms` or later."""
        lane = self._lanes[topic]
        if at_ms is None or at_ms <= lane.polled_ms:
            return
        at_end = highwater is not None and lane.expected >= highwater
        lane.behind = not (at_end or self._only_markers(lane, position, highwater, at_ms))
        if not lane.behind:
            # This answer's fetch was sent after the previous answer came.
            lane.shown_ms = lane.polled_ms
        lane.polled_ms = at_ms

    @staticmethod
    def _only_markers(
        lane: _Lane, position: int | None, highwater: int | None, at_ms: float
    ) -> bool:
        """Whether the log holds nothing but markers after what was put in."""
        if position is None or position != highwater:
            lane.skipped_to = None
            return False
        if lane.skipped_to != position:
            # What made the log longer may be a record that is still in flight.
            lane.skipped_to, lane.skipped_ms, lane.skipped_answers = position, at_ms, 0
        lane.skipped_answers += 1
        waited = at_ms - lane.skipped_ms
        return waited > _SETTLE_MS and lane.skipped_answers > _SETTLE_ANSWERS

    def take(self, limit: int, *, strict: bool) -> list[RawRecord]:
        """Up to `limit` records in order of time; empty when there is something to wait for.

        Without `strict` an empty topic is waited for only while it is known to lag.
        """
        taken: list[RawRecord] = []
        while len(taken) < limit:
            waiting = [lane for lane in self._lanes.values() if lane.chunks]
            if not waiting:
                break
            # min() keeps the first of equals: lanes are in their order of precedence.
            lane = min(waiting, key=lambda lane: lane.head().timestamp)
            others = [other for other in waiting if other is not lane]
            empty = [one for one in self._lanes.values() if not one.chunks]
            if not all(self._shown(one, lane.arrived_ms(), strict) for one in empty):
                break
            bound = min((o.head().timestamp for o in others), default=None)
            first = bound is None or self._precedes(lane, others)
            self._release(lane, bound, first, limit, taken)
        return taken

    @staticmethod
    def _shown(lane: _Lane, arrived_ms: float, strict: bool) -> bool:
        return arrived_ms < lane.shown_ms if strict else not lane.behind

    def _precedes(self, lane: _Lane, others: list[_Lane]) -> bool:
        order = list(self._lanes.values())
        return all(order.index(lane) < order.index(other) for other in others)

    @staticmethod
    def _release(
        lane: _Lane,
        bound: int | None,
        first: bool,
        limit: int,
        taken: list[RawRecord],
    ) -> None:
        """Move records of the first chunk of `lane` that come before `bound`."""
        records = lane.chunks[0][0]
        end = min(len(records), lane.at + limit - len(taken))
        at = lane.at
        if bound is None:
            at = end
        else:
            at += 1
            while at < end and (
                records[at].timestamp < bound or (first and records[at].timestamp == bound)
            ):
                at += 1
        taken += records[lane.at : at]
        lane.at = at
        if at == len(records):
            lane.chunks.popleft()
            lane.at = 0

    def waiting(self, topic: str) -> int:
        """How many chunks of a topic wait."""
        return len(self._lanes[topic].chunks)

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not any(lane.chunks for lane in self._lanes.values())

    def at_end(self, since_ms: float) -> bool:
        """Whether nothing waits and every topic was read to its end as of `since_ms`."""
        return self.empty() and all(lane.shown_ms >= since_ms for lane in self._lanes.values())

    def expected(self) -> dict[str, int]:
        """Per topic the offset of the next record to put in."""
        return {topic: lane.expected for topic, lane in self._lanes.items()}
