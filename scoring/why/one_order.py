"""The least single order that reaches a bound: tried on copies, by the fold of the engine."""

from collections.abc import Callable
from typing import Final

from scoring.calendar import date_of
from scoring.compile import Grader
from scoring.facts import OrderPaid
from scoring.fold import fold
from scoring.units import MS_PER_DAY, Day, EpochMs, MinorUnits
from scoring.why.copies import copy_of
from scoring.why.explanation import OneOrder
from scoring.why.gap import Gap, last_day, turning_point

_LARGEST: Final = 10**13
"""No larger amount is accepted, in minor units."""

_NOBODYS: Final = "\x00"
"""An id that no event has."""


def one_order(gap: Gap, grader: Grader) -> OneOrder | None:
    """The least amount of one order without lines, made today, that closes the gap.

    Everything an order moves is taken in: spend, count, recency. One minor unit less does not
    do. `by` is the last day up to which the same order on any day would; None where no single
    order does.
    """

    def closes(amount: int, day: Day) -> bool:
        state = copy_of(gap.state)
        instant = EpochMs(max(state.last_order_ms, day * MS_PER_DAY))
        order = OrderPaid(_NOBODYS, instant, day, _NOBODYS, MinorUnits(amount))
        fold(state, order, day)
        return gap.closed(grader.measure(state, day)[1])

    def closes_today(amount: int) -> bool:
        return closes(amount, gap.today)

    amount = _least(closes_today)
    if amount is None:
        return None
    by = last_day(lambda day: closes(amount, day), gap.today)
    scale = grader.policy.scale
    return OneOrder(amount / scale, None if by is None else date_of(by))


def _least(closes: Callable[[int], bool]) -> int | None:
    if closes(0):
        return 0
    below = 0
    while below < _LARGEST:
        above = min(max(2 * below, 1), _LARGEST)
        if closes(above):
            return turning_point(closes, below, above)
        below = above
    return None
