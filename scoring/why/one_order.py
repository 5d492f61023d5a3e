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

    Silver asks for 80 points. An order gives 25, up to two; each unit of spend gives 1, up to 50.
    Ann bought once, for 20, and has 45: a second order brings 25 by itself, so 10 will do.

    >>> from decimal import Decimal
    >>> from scoring.compile import compile_policy
    >>> from scoring.customer import CustomerState
    >>> from scoring.policy import Dimension, Policy, Tier
    >>> from scoring.syntax import ReadingCall
    >>> from scoring.why.what_if import WhatIf
    >>> spend = Dimension("amount", ReadingCall("spend", 30), "cap", 0.5, limit=50)
    >>> orders = Dimension("frequency", ReadingCall("orders", 30), "cap", 0.5, limit=2)
    >>> tiers = Tier("bronze", Decimal(0), Decimal(0)), Tier("silver", Decimal(80), Decimal(72))
    >>> grader = compile_policy(Policy("shop", 1, "UTC", "EUR", tiers, (spend, orders)))
    >>> ann = CustomerState(days=[Day(0)], orders=[1], spend=[20_00])
    >>> one_order(Gap(WhatIf(grader), grader.enter[1], ann, Day(9)), grader)
    OneOrder(amount=10.0, by=datetime.date(1970, 1, 30))
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
