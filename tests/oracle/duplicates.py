"""Facts that were already taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.customer import Customer
    from oracle.facts import Fact


def repeated(customer: Customer, fact: Fact, today: int) -> str | None:
    """Return `duplicate` or `conflict` for a fact that changes nothing, else None."""
    if fact.event_id in customer.events:
        return "duplicate"
    if fact.type != "order.paid":
        return None
    order = customer.remembered(fact.order_id, today)
    if order is None:
        return None
    return "duplicate" if order.amount == fact.amount else "conflict"
