"""What one customer did, added to what another did: as if one had done all of it.

Sums add up, latest days are the later ones, first days the earlier ones. An order that both
remember is one order: its amount and its count are taken once, its refunds together.
"""

from collections.abc import Callable

from msgspec.structs import replace

from scoring.customer import REFUNDS, CustomerState, RememberedOrder
from scoring.fold import (
    REMEMBERED_EVENTS,
    REMEMBERED_ORDERS,
    RETAINED_DAYS,
    column_of,
    forget,
    purchase,
)
from scoring.ledger import add
from scoring.units import Day, MinorUnits


def absorb(state: CustomerState, other: CustomerState, today: Day) -> None:
    """Add the facts of `other` to those of `state`, in place, as of the partition day `today`.

    No grade is touched. Where both have said something about themselves, `state` is believed.

    >>> ann = CustomerState(days=[Day(3)], orders=[1], spend=[40], last_purchase=Day(3))
    >>> bob = CustomerState(days=[Day(3), Day(5)], orders=[1, 1], spend=[2, 7])
    >>> absorb(bob, ann, Day(9)); bob.days, bob.orders, bob.spend, bob.last_purchase
    ([3, 5], [2, 1], [42, 7], 3)
    """
    state.lifetime_orders += other.lifetime_orders
    state.lifetime_spend = MinorUnits(state.lifetime_spend + other.lifetime_spend)
    for day, orders, spend in zip(other.days, other.orders, other.spend, strict=True):
        purchase(state, day, orders, spend)
    for code, column in other.columns.items():
        mine = column_of(state, code)
        for day, value in zip(*column, strict=True):
            add(mine, day, value)
    for kind, column in other.kinds.items():
        mine = state.kinds.setdefault(kind, ([], []))
        for day, value in zip(*column, strict=True):
            add(mine, day, value)
    for category, day in other.categories.items():
        if state.categories.get(category, Day(-1)) < day:
            state.categories[category] = day
    _remember(state, other)
    _dates(state, other)
    state.attributes = other.attributes | state.attributes
    forget(state, Day(today - RETAINED_DAYS))


def _dates(state: CustomerState, other: CustomerState) -> None:
    """The first and the last of everything."""
    if other.last_order_amount is not None and (
        state.last_order_amount is None or other.last_order_ms > state.last_order_ms
    ):
        state.last_order_ms, state.last_order_amount = other.last_order_ms, other.last_order_amount
    state.first_day = _either(min, state.first_day, other.first_day)
    state.registered = _either(min, state.registered, other.registered)
    state.last_purchase = _either(max, state.last_purchase, other.last_purchase)
    state.last_active = _either(max, state.last_active, other.last_active)


def _either(choose: Callable[[Day, Day], Day], mine: Day | None, other: Day | None) -> Day | None:
    if mine is None or other is None:
        return other if mine is None else mine
    return choose(mine, other)


def _remember(state: CustomerState, other: CustomerState) -> None:
    """The orders and facts of both; too many of them as if they had come by day."""
    for order, theirs in other.remembered.items():
        mine = state.remembered.get(order)
        state.remembered[order] = (
            replace(theirs) if mine is None else _one_order(state, mine, theirs)
        )
    kept = sorted(state.remembered.items(), key=lambda known: known[1].day)
    state.remembered = dict(kept[-REMEMBERED_ORDERS:])
    # What comes again for the other one is known where the other one is kept.
    state.recent = (other.recent + state.recent)[-REMEMBERED_EVENTS:]


def _one_order(
    state: CustomerState, mine: RememberedOrder, theirs: RememberedOrder
) -> RememberedOrder:
    """An order that both remember: the second one is taken back out of the sums."""
    refunded = MinorUnits(mine.refunded + theirs.refunded)
    stands = mine.counted and theirs.counted and refunded < mine.amount
    # It was counted once for each whose count still stands; it may stand once in all.
    orders = int(mine.counted) + int(theirs.counted) - int(stands)
    # A row may go below zero by this.
    column_of(state, REFUNDS)
    purchase(state, theirs.day, -orders, -theirs.amount)
    state.lifetime_orders -= orders
    state.lifetime_spend = MinorUnits(state.lifetime_spend - theirs.amount)
    return RememberedOrder(mine.day, mine.amount, refunded, stands)
