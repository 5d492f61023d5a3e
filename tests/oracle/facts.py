"""The facts: which fields each type has, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oracle.fields import FieldError
from oracle.overrides import (
    BOUNDS,
    OVERRIDE_CLEAR,
    OVERRIDE_SET,
    RECALCULATE,
    REVIEW_RESOLVE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from oracle.exact import Number
    from oracle.fields import Fields

DAY_REACHED = "day.reached"
ERASE = "customer.erase"

KINDS = frozenset(
    {
        "login",
        "view",
        "like",
        "comment",
        "share",
        "campaign",
        "coupon",
        "survey",
        "review",
        "referral",
        "complaint",
        "service",
        "ad_click",
    }
)


@dataclass(frozen=True)
class Line:
    """One line of an order, money in minor units."""

    amount: int
    margin: int
    category: str | None
    high_margin: bool
    new_product: bool


@dataclass(frozen=True)
class Fact:
    """One record that is well formed. Days are ordinals, money is in minor units."""

    type: str
    event_id: str
    customer_id: str | None
    instant: datetime
    day: int
    test: bool = False
    currency: str | None = None
    source: str | None = None
    order_id: str | None = None
    invoice_id: str | None = None
    channel: str | None = None
    kind: str | None = None
    amount: int | None = None
    full: bool = False
    lines: tuple[Line, ...] = ()
    ordered_day: int | None = None
    due_day: int = 0
    paid_day: int = 0
    registered_day: int = 0
    attributes: dict[str, Any] = field(default_factory=dict)
    bound: str = ""
    tier: str = ""
    reason: str = ""
    author: str = ""
    last_day: int | None = None
    decision: str = ""
    case: str | None = None

    def named(self, scale: int) -> dict[str, Number | str | None]:
        """Return the fields a trigger's `when` may name, money in major units."""
        return {
            "amount": None if self.amount is None else Fraction(self.amount, scale),
            "type": self.type,
            "event_id": self.event_id,
            "customer_id": self.customer_id,
            "currency": self.currency,
            "source": self.source,
            "order_id": self.order_id,
            "invoice_id": self.invoice_id,
            "channel": self.channel,
            "kind": self.kind,
        }


def fact_of(fields: Fields, customer_id: str | None, kinds: Collection[str]) -> Fact:
    """Read one record of a known type; raises FieldError."""
    kind_of_fact = fields.document["type"]
    common = {
        "type": kind_of_fact,
        "event_id": fields.identifier("event_id"),
        "customer_id": customer_id,
        "instant": fields.instant("occurred_at"),
        "day": fields.day("occurred_at"),
        "test": fields.flag("test"),
    }
    if kind_of_fact == DAY_REACHED:
        return Fact(**common)
    fact = Fact(
        **common,
        currency=fields.text("currency"),
        source=fields.text("source"),
        **TYPES[kind_of_fact](fields, common["day"]),
    )
    if fact.kind is not None and fact.kind not in KINDS.union(kinds):
        raise FieldError("kind")
    return fact


def _paid(fields: Fields, _day: int) -> dict[str, Any]:
    """Read the fields of `order.paid`."""
    return {
        "order_id": fields.identifier("order_id"),
        "amount": fields.money("amount"),
        "channel": fields.text("channel"),
        "lines": tuple(_line(entry) for entry in fields.objects("lines")),
    }


def _line(fields: Fields) -> Line:
    """Read one order line; its `sku` is checked but not used by any reading."""
    fields.text("sku")
    return Line(
        amount=fields.money("amount"),
        margin=fields.money("margin", signed=True) if fields.has("margin") else 0,
        category=fields.text("category"),
        high_margin=fields.flag("high_margin"),
        new_product=fields.flag("new_product"),
    )


def _refunded(fields: Fields, day: int) -> dict[str, Any]:
    """Read the fields of `order.refunded`."""
    return {
        "order_id": fields.identifier("order_id"),
        "amount": fields.money("amount"),
        "full": fields.flag("full"),
        "ordered_day": _ordered_day(fields, day),
    }


def _cancelled(fields: Fields, day: int) -> dict[str, Any]:
    """Read the fields of `order.cancelled`, a refund that is always full."""
    return {
        "order_id": fields.identifier("order_id"),
        "amount": fields.money("amount") if fields.has("amount") else None,
        "full": True,
        "ordered_day": _ordered_day(fields, day),
    }


def _ordered_day(fields: Fields, day: int) -> int | None:
    """Read the optional day on which the refunded order was placed."""
    return fields.past_day("ordered_at", day) if fields.has("ordered_at") else None


def _settled(fields: Fields, day: int) -> dict[str, Any]:
    """Read the fields of `invoice.settled`."""
    return {
        "invoice_id": fields.identifier("invoice_id"),
        "due_day": fields.day("due_at"),
        "paid_day": fields.past_day("paid_at", day),
    }


def _overdue(fields: Fields, _day: int) -> dict[str, Any]:
    """Read the fields of `invoice.overdue`."""
    return {
        "invoice_id": fields.identifier("invoice_id"),
        "due_day": fields.day("due_at"),
    }


def _interaction(fields: Fields, _day: int) -> dict[str, Any]:
    """Read the fields of `interaction`."""
    return {"kind": fields.identifier("kind")}


def _registered(fields: Fields, day: int) -> dict[str, Any]:
    """Read the fields of `customer.registered`."""
    return {
        "registered_day": fields.past_day("registered_at", day),
        "attributes": fields.scalars("attributes"),
    }


def _override(fields: Fields, _day: int) -> dict[str, Any]:
    """Read the fields of `override.set`; its `kind` is not one of interaction."""
    bound = fields.identifier("kind")
    if bound not in BOUNDS:
        raise FieldError("kind")
    return {
        "bound": bound,
        "tier": fields.identifier("tier"),
        "reason": fields.identifier("reason"),
        "author": fields.identifier("author"),
        "last_day": fields.date("until") if fields.has("until") else None,
    }


def _answer(fields: Fields, _day: int) -> dict[str, Any]:
    """Read the fields of `review.resolve`."""
    decision = fields.identifier("decision")
    if decision not in {"approve", "reject"}:
        raise FieldError("decision")
    return {
        "decision": decision,
        "case": fields.identifier("case") if fields.has("case") else None,
        "reason": fields.identifier("reason"),
        "author": fields.identifier("author"),
    }


def _signed(fields: Fields, _day: int) -> dict[str, Any]:
    """Read the fields of a command that says who and why, and nothing else."""
    return {"reason": fields.identifier("reason"), "author": fields.identifier("author")}


def _nothing(_fields: Fields, _day: int) -> dict[str, Any]:
    """Read a command that has no fields of its own."""
    return {}


TYPES: dict[str, Callable[[Fields, int], dict[str, Any]]] = {
    "order.paid": _paid,
    "order.refunded": _refunded,
    "order.cancelled": _cancelled,
    "invoice.settled": _settled,
    "invoice.overdue": _overdue,
    "interaction": _interaction,
    "customer.registered": _registered,
    OVERRIDE_SET: _override,
    OVERRIDE_CLEAR: _nothing,
    RECALCULATE: _nothing,
    REVIEW_RESOLVE: _answer,
    ERASE: _signed,
}
