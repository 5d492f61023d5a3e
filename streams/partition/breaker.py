"""Stops a partition in which nearly every record is refused: something else is broken then."""

from collections import Counter, deque
from collections.abc import Sequence
from typing import NamedTuple

from streams.errors import RegradeError
from streams.intake.outcomes import Intake, Rejected
from streams.intake.record import RawRecord


class Flood(NamedTuple):
    """From when on refused records are a flood."""

    share: float
    """Of the latest records; 1 lets every flood pass."""
    window: int
    """How many of the latest records are looked at; fewer never make a flood."""


class FloodRefused(RegradeError):
    """Nearly all records are refused: more likely the program or the producers are wrong."""

    def __init__(self, partition: int, refused: int, taken: int, reason: str, place: str) -> None:
        self.partition = partition
        self.refused = refused
        self.taken = taken
        self.reason = reason
        super().__init__(
            f"partition {partition}: {refused} of the last {taken} records were refused, the "
            f"last at {place} as {reason}. That is no single broken record, so they wait instead "
            "of becoming dead letters. Look at that record, at what was deployed last and at the "
            "policy. To let them pass, start with REGRADE_FLOOD_SHARE=1."
        )


class Breaker:
    """Counts what is refused among the latest records of a partition since its claim.

    >>> breaker = Breaker(0, Flood(0.5, 4)); good, bad = object(), Rejected("bad_json", "")
    >>> breaker.look([good, good, bad], []); breaker.look([good], [])
    """

    def __init__(self, partition: int, flood: Flood) -> None:
        self._partition = partition
        self._flood = flood
        self._chunks: deque[tuple[int, int]] = deque()
        self._taken = 0
        self._refused = 0

    def look(self, intakes: Sequence[Intake], records: Sequence[RawRecord]) -> None:
        """Take note of a chunk, before anything of it is committed.

        Raises:
            FloodRefused: with it the share is too large.
        """
        broken = [at for at, intake in enumerate(intakes) if _is_broken(intake)]
        self._chunks.append((len(intakes), len(broken)))
        self._taken += len(intakes)
        self._refused += len(broken)
        while self._taken - self._chunks[0][0] >= self._flood.window:
            taken, refused = self._chunks.popleft()
            self._taken -= taken
            self._refused -= refused
        if (
            broken
            and self._taken >= self._flood.window
            and self._refused > self._flood.share * self._taken
        ):
            last = records[broken[-1]]
            reasons = Counter(i.reason for i in intakes if isinstance(i, Rejected))
            reason, _ = reasons.most_common(1)[0]
            place = f"{last.topic}/{last.partition}/{last.offset}"
            raise FloodRefused(self._partition, self._refused, self._taken, reason, place)


def _is_broken(intake: Intake) -> bool:
    """Refused for what it is; who was erased sends nothing broken."""
    return isinstance(intake, Rejected) and intake.reason != "erased"
