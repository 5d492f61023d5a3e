"""Every reading, recomputed from the rows each time it is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.customer import Customer, Row, retained
from oracle.exact import Number, exact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = Number | None


@dataclass(frozen=True)
class Scope:
    """What an evaluation sees: a customer as of a day, and the fact, if any.

    `scale` is the number of minor units in a major one. `fields` are the fields of
    the fact; a tick has none.
    """

    customer: Customer
    today: int
    scale: int
    fields: Mapping[str, Number | str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """One reading as written: `spend(365)`, `interactions(30, login)`, `trend(90)`."""

    name: str
    days: int = 0
    kind: str | None = None
    ending: int = 0

    def read(self, scope: Scope) -> Value:
        """Compute the reading; None is null."""
        if self.name in PLAIN:
            return PLAIN[self.name](scope)
        return WINDOWED[self.name](Window(scope, self.days, self.ending, self.kind))


@dataclass(frozen=True)
class Window:
    """The days `today-ending-days+1 .. today-ending` of a customer."""

    scope: Scope
    days: int
    ending: int
    kind: str | None

    def covers(self, day: int) -> bool:
        """Say whether a day lies in the window and is still retained."""
        last = self.scope.today - self.ending
        return last - self.days < day <= last and retained(day, self.scope.today)

    def rows(self) -> list[Row]:
        """Return the rows of the window's days."""
        rows = self.scope.customer.rows
        return [row for day, row in rows.items() if self.covers(day)]

    def earlier(self) -> Window:
        """Return the window of the same length just before this one."""
        return replace(self, ending=self.ending + self.days)

    def major(self, minor: int) -> Number:
        """Write money in major units."""
        return Fraction(minor, self.scope.scale)


def _ratio(part: Number, whole: Number) -> Value:
    """Divide; null when there is nothing to divide by."""
    return Fraction(part) / whole if whole else None


def _spend(window: Window) -> Number:
    """Money spent, net of refunds, read as 0 when below."""
    return window.major(max(0, sum(row.spend for row in window.rows())))


def _orders(window: Window) -> int:
    """Orders, less the fully refunded ones; may fall below zero."""
    return sum(row.orders for row in window.rows())


def _margin(window: Window) -> Number:
    """Margin of the order lines."""
    return window.major(sum(row.margin for row in window.rows()))


def _refunds(window: Window) -> Number:
    """Money refunded, by the day of the refund."""
    return window.major(sum(row.refunds for row in window.rows()))


def _refund_rate(window: Window) -> Value:
    """Refunds as a part of spend and refunds together."""
    return _ratio(_refunds(window), _spend(window) + _refunds(window))


def _average_order(window: Window) -> Value:
    """Spend by order; null without a positive number of orders."""
    orders = _orders(window)
    return _ratio(_spend(window), orders) if orders > 0 else None


def _active_days(window: Window) -> int:
    """Days whose row still has an order."""
    return sum(1 for row in window.rows() if row.orders > 0)


def _order_volatility(window: Window) -> Value:
    """Population standard deviation of the active days' spend, by its mean."""
    spends = [row.spend for row in window.rows() if row.orders > 0]
    if len(spends) < 2 or sum(spends) <= 0:
        return None
    mean = Fraction(sum(spends), len(spends))
    variance = sum((spend - mean) ** 2 for spend in spends) / len(spends)
    return exact(math.sqrt(variance / mean**2))


def _categories(window: Window) -> int:
    """Categories whose last purchase lies in the window."""
    last_days = window.scope.customer.categories.values()
    return sum(1 for day in last_days if window.covers(day))


def _high_margin_share(window: Window) -> Value:
    """Line amount flagged high-margin, as a part of all line amount."""
    rows = window.rows()
    return _ratio(sum(row.high_margin for row in rows), sum(row.lines for row in rows))


def _new_product_share(window: Window) -> Value:
    """Line amount flagged new, as a part of all line amount."""
    rows = window.rows()
    return _ratio(sum(row.new_product for row in rows), sum(row.lines for row in rows))


def _on_time_rate(window: Window) -> Value:
    """Invoices settled on time, as a part of all settled."""
    rows = window.rows()
    on_time = sum(row.on_time for row in rows)
    return _ratio(on_time, on_time + sum(row.late for row in rows))


def _overdue(window: Window) -> int:
    """Invoices that became overdue."""
    return sum(row.overdue for row in window.rows())


def _interactions(window: Window) -> int:
    """Interactions, of one kind when one is named."""
    if window.kind is not None:
        return sum(row.kinds.get(window.kind, 0) for row in window.rows())
    return sum(sum(row.kinds.values()) for row in window.rows())


def _kind(name: str) -> Callable[[Window], int]:
    """Make the reading that counts one kind of interaction."""
    return lambda window: _interactions(replace(window, kind=name))


def _trend(window: Window) -> Value:
    """Growth of orders against the window before; null when that one is empty."""
    before = _orders(window.earlier())
    return Fraction(_orders(window), before) - 1 if before > 0 else None


def _since(scope: Scope, day: int | None) -> Value:
    """Days since a day; null when it never came."""
    return None if day is None else scope.today - day


def _tenure_days(scope: Scope) -> Value:
    """Days since registration, else since the first fact; none before there was one."""
    customer = scope.customer
    known = customer.registered
    if customer.first_fact is None:
        return 0
    return _since(scope, customer.first_fact if known is None else known)


def _last_order_amount(scope: Scope) -> Value:
    """Amount of the paid order latest by its instant."""
    order = scope.customer.last_order
    return None if order is None else Fraction(order[1], scope.scale)


WINDOWED: dict[str, Callable[[Window], Value]] = {
    "spend": _spend,
    "orders": _orders,
    "margin": _margin,
    "refunds": _refunds,
    "refund_rate": _refund_rate,
    "average_order": _average_order,
    "active_days": _active_days,
    "order_volatility": _order_volatility,
    "categories": _categories,
    "high_margin_share": _high_margin_share,
    "new_product_share": _new_product_share,
    "on_time_rate": _on_time_rate,
    "overdue": _overdue,
    "interactions": _interactions,
    "referrals": _kind("referral"),
    "complaints": _kind("complaint"),
    "surveys": _kind("survey"),
    "trend": _trend,
}

PLAIN: dict[str, Callable[[Scope], Value]] = {
    "recency_days": lambda scope: _since(scope, scope.customer.last_purchase),
    "inactive_days": lambda scope: _since(scope, scope.customer.last_activity),
    "tenure_days": _tenure_days,
    "lifetime_orders": lambda scope: scope.customer.lifetime_orders,
    "lifetime_spend": lambda scope: Fraction(scope.customer.lifetime_spend, scope.scale),
    "last_order_amount": _last_order_amount,
}
