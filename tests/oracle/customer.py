"""What is held of one customer: rows by day, a few last days, and the grade."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from oracle.overrides import Override
    from oracle.reviews import Case

RETAINED_DAYS = 400
REMEMBERED_ORDERS = 512
REMEMBERED_FACTS = 64


def retained(day: int, today: int) -> bool:
    """Say whether a day is still within the retained span."""
    return today - day <= RETAINED_DAYS


@dataclass
class Row:
    """One active day. Money in minor units; refunds lower the day of the order."""

    spend: int = 0
    orders: int = 0
    margin: int = 0
    lines: int = 0
    high_margin: int = 0
    new_product: int = 0
    refunds: int = 0
    refund_count: int = 0
    on_time: int = 0
    late: int = 0
    overdue: int = 0
    kinds: dict[str, int] = field(default_factory=dict)


@dataclass
class Order:
    """What is remembered of a paid order."""

    day: int
    amount: int
    refunded: int = 0
    count_given_back: bool = False


@dataclass
class Customer:
    """The whole state of one customer."""

    customer_id: str
    rows: dict[int, Row] = field(default_factory=dict)
    first_fact: int | None = None
    registered: int | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    ever_paid: bool = False
    last_purchase: int | None = None
    last_activity: int | None = None
    last_order: tuple[datetime, int] | None = None
    categories: dict[str, int] = field(default_factory=dict)
    lifetime_orders: int = 0
    lifetime_spend: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    events: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED_FACTS))
    tier: int | None = None
    """The computed one."""
    tier_set: int = 0
    override: Override | None = None
    effective: int | None = None
    """The tier last told of."""
    case: Case | None = None
    """The question that is open."""
    refused: Case | None = None
    """The question to which somebody said no last."""
    refused_at: int | None = None
    """The target at which that was."""
    labels: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    def row(self, day: int) -> Row:
        """Return the row of a day, made when the day had none."""
        return self.rows.setdefault(day, Row())

    def remembered(self, order_id: str | None, today: int) -> Order | None:
        """Return an order while it is remembered."""
        order = self.orders.get(order_id or "")
        return order if order and retained(order.day, today) else None

    def remember(self, order_id: str, order: Order, today: int) -> None:
        """Remember an order, forgetting the old ones and those beyond the limit."""
        kept = {k: o for k, o in self.orders.items() if retained(o.day, today)}
        kept[order_id] = order
        self.orders = dict(list(kept.items())[-REMEMBERED_ORDERS:])
