"""Who is due until some day, in day order, while a chunk is folded."""

import heapq
from collections.abc import Iterable

from scoring.units import Day


class DueQueue:
    """Entries of a day and a customer, up to a horizon; they may be out of date.

    >>> queue = DueQueue(Day(9), [("b", Day(5)), ("a", Day(7))])
    >>> queue.push("c", Day(10)); queue.push("c", Day(6))
    >>> [queue.pop(Day(6)) for _ in range(3)]
    [(5, 'b'), (6, 'c'), None]
    """

    def __init__(self, horizon: Day, due: Iterable[tuple[str, Day]]) -> None:
        """`due` is in order: by day, and by id within the day."""
        self.horizon = horizon
        self._known = [(day, customer) for customer, day in due]
        self._known.reverse()
        self._later: list[tuple[Day, str]] = []

    def push(self, customer: str, day: Day | None) -> None:
        """Add a new due day, if it lies within the horizon."""
        if day is not None and day <= self.horizon:
            heapq.heappush(self._later, (day, customer))

    def pop(self, through: Day) -> tuple[Day, str] | None:
        """The earliest entry until a day; by id within the day."""
        known, later = self._known, self._later
        if known and not (later and later[0] < known[-1]):
            return known.pop() if known[-1][0] <= through else None
        return heapq.heappop(later) if later and later[0][0] <= through else None
