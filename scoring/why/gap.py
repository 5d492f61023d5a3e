"""A bound a customer has not reached, and for how long what would reach it today still would."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scoring.calendar import LAST_DAY
from scoring.customer import CustomerState
from scoring.fold import RETAINED_DAYS
from scoring.units import Day
from scoring.why.what_if import WhatIf

HORIZON: Final = RETAINED_DAYS
"""How far ahead is looked, in days: by then every row has left every window."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A bound that one customer has not reached on one day."""

    what_if: WhatIf
    bound: float
    """In the unit of the ranking value."""
    state: CustomerState
    today: Day

    def closed(self, value: float | None) -> bool:
        """Whether a ranking value reaches the bound."""
        return value is not None and value >= self.bound


def last_day(holds: Callable[[Day], bool], today: Day) -> Day | None:
    """The last day up to which `holds` is true on every day after `today`.

    None when it is true for HORIZON days: no end is in sight.

    >>> last_day(lambda day: day < 13, Day(10))
    12
    """
    for ahead in range(1, HORIZON + 1):
        if today + ahead > LAST_DAY or not holds(Day(today + ahead)):
            return Day(today + ahead - 1)
    return None


def turning_point(holds: Callable[[int], bool], fails: int, works: int) -> int:
    """The integer nearest to `fails` found to work, its neighbour towards `fails` not working.

    >>> turning_point(lambda n: n >= 7, 0, 100), turning_point(lambda n: n <= 7, 100, 0)
    (7, 7)
    """
    while abs(works - fails) > 1:
        middle = (works + fails) // 2
        if holds(middle):
            works = middle
        else:
            fails = middle
    return works
