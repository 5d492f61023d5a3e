"""Folding: what each fact does to a customer.

`today` is the partition day after the fact has moved it. A row older than the
retained span is never written: of such a fact only the first fact day, and the
lifetime totals of orders and refunds, remain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle.customer import Order, retained
from oracle.overrides import (
    COMMANDS,
    OVERRIDE_CLEAR,
    OVERRIDE_SET,
    RECALCULATE,
    REVIEW_RESOLVE,
    Override,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle.customer import Customer
    from oracle.facts import Fact, Line


def fold(customer: Customer, fact: Fact, today: int) -> None:
    """Fold one accepted fact."""
    if fact.type not in COMMANDS:
        customer.first_fact = _earlier(customer.first_fact, fact.day)
    FOLDS[fact.type](customer, fact, today)
    customer.events.append(fact.event_id)


def _earlier(known: int | None, day: int) -> int:
    """Return the earlier of two days, of which one may be unknown."""
    return day if known is None else min(known, day)


def _later(known: int | None, day: int) -> int:
    """Return the later of two days, of which one may be unknown."""
    return day if known is None else max(known, day)


def _paid(customer: Customer, fact: Fact, today: int) -> None:
    """Add an order to its day and to the totals."""
    amount = fact.amount or 0
    customer.ever_paid = True
    customer.lifetime_orders += 1
    customer.lifetime_spend += amount
    if not retained(fact.day, today):
        return
    row = customer.row(fact.day)
    row.orders += 1
    row.spend += amount
    for line in fact.lines:
        _line(customer, line, fact.day)
    customer.last_purchase = _later(customer.last_purchase, fact.day)
    customer.last_activity = _later(customer.last_activity, fact.day)
    # On equal instants the later in the log stands, hence "not before".
    if customer.last_order is None or fact.instant >= customer.last_order[0]:
        customer.last_order = (fact.instant, amount)
    customer.remember(fact.order_id or "", Order(fact.day, amount), today)


def _line(customer: Customer, line: Line, day: int) -> None:
    """Add one order line to the row of its day."""
    row = customer.row(day)
    row.margin += line.margin
    row.lines += line.amount
    row.high_margin += line.amount if line.high_margin else 0
    row.new_product += line.amount if line.new_product else 0
    if line.category is not None:
        seen = customer.categories.get(line.category)
        customer.categories[line.category] = _later(seen, day)


def _refunded(customer: Customer, fact: Fact, today: int) -> None:
    """Take spend and count back on the day of the order; note it on its own day."""
    order = customer.remembered(fact.order_id, today)
    amount = _refund_amount(fact, order)
    count = _count_given_back(fact, order, amount)
    customer.lifetime_spend -= amount
    customer.lifetime_orders -= count
    ordered = _day_of_order(fact, order)
    if retained(ordered, today):
        row = customer.row(ordered)
        row.spend -= amount
        row.orders -= count
    if retained(fact.day, today):
        row = customer.row(fact.day)
        row.refunds += amount
        row.refund_count += 1


def _refund_amount(fact: Fact, order: Order | None) -> int:
    """Return the amount given, else what is left of the order, else nothing."""
    if fact.amount is not None:
        return fact.amount
    return max(0, order.amount - order.refunded) if order else 0


def _day_of_order(fact: Fact, order: Order | None) -> int:
    """Return the day the refund names, else the order's, else the refund's own."""
    if fact.ordered_day is not None:
        return fact.ordered_day
    return order.day if order else fact.day


def _count_given_back(fact: Fact, order: Order | None, amount: int) -> int:
    """Return 1 when this refund makes the order a fully refunded one, else 0."""
    if order is None:
        return 1 if fact.full else 0
    order.refunded += amount
    if order.count_given_back or not (fact.full or order.refunded >= order.amount):
        return 0
    order.count_given_back = True
    return 1


def _settled(customer: Customer, fact: Fact, today: int) -> None:
    """Count an invoice on the day it was paid."""
    if retained(fact.paid_day, today):
        row = customer.row(fact.paid_day)
        on_time = fact.paid_day <= fact.due_day
        row.on_time += 1 if on_time else 0
        row.late += 0 if on_time else 1


def _overdue(customer: Customer, fact: Fact, today: int) -> None:
    """Count an invoice that is overdue."""
    if retained(fact.day, today):
        customer.row(fact.day).overdue += 1


def _interaction(customer: Customer, fact: Fact, today: int) -> None:
    """Count an interaction by its kind."""
    if retained(fact.day, today):
        kinds, kind = customer.row(fact.day).kinds, fact.kind or ""
        kinds[kind] = kinds.get(kind, 0) + 1
        customer.last_activity = _later(customer.last_activity, fact.day)


def _registered(customer: Customer, fact: Fact, today: int) -> None:
    """Set the day of registration; the latest in the log stands."""
    if retained(fact.day, today):
        customer.registered = fact.registered_day
        customer.attributes |= fact.attributes


def _override(customer: Customer, fact: Fact, _today: int) -> None:
    """Put an override in place of whatever there was."""
    customer.override = Override(
        bound=fact.bound,
        tier=fact.tier,
        reason=fact.reason,
        author=fact.author,
        set_on=fact.day,
        last_day=fact.last_day,
    )


def _clear(customer: Customer, _fact: Fact, _today: int) -> None:
    """Take the override away."""
    customer.override = None


def _recalculate(_customer: Customer, _fact: Fact, _today: int) -> None:
    """Change nothing: what it asks for is done by the re-grade."""


FOLDS: dict[str, Callable[[Customer, Fact, int], None]] = {
    "order.paid": _paid,
    "order.refunded": _refunded,
    "order.cancelled": _refunded,
    "invoice.settled": _settled,
    "invoice.overdue": _overdue,
    "interaction": _interaction,
    "customer.registered": _registered,
    OVERRIDE_SET: _override,
    OVERRIDE_CLEAR: _clear,
    RECALCULATE: _recalculate,
    REVIEW_RESOLVE: _recalculate,
}
