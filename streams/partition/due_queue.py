"""Who is due until some day, in day order, while a chunk is folded."""

import heapq
from collections.abc import Iterable

from scoring.units import Day


class DueQueue:
    """A heap of (day, customer) up to a horizon; entries may be out of date.

    >>> queue = DueQueue(Day(9), [("b", Day(5)), ("a", Day(7))])
    >>> queue.push("c", Day(10)); queue.push("c", Day(6))
    >>> [queue.pop(Day(6)) for _ in range(3)]
    [(5, 'b'), (6, 'c'), None]
    """

    def __init__(self, horizon: Day, due: Iterable[tuple[str, Day]]) -> None:
        self.horizon = horizon
        self._heap = [(day, customer) for customer, day in due]
        heapq.heapify(self._heap)

    def push(self, customer: str, day: Day | None) -> None:
        """Add a new due day, if it lies within the horizon."""
        if day is not None and day <= self.horizon:
            heapq.heappush(self._heap, (day, customer))

    def pop(self, through: Day) -> tuple[Day, str] | None:
        """The earliest entry until a day; by id within the day."""
        if self._heap and self._heap[0][0] <= through:
            return heapq.heappop(self._heap)
        return None
