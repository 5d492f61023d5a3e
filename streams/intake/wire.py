"""The events as they stand on the topics, typed for msgspec."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=256)]
Instant = int | Annotated[datetime, Meta(tz=True)]
"""RFC 3339 with offset, or epoch milliseconds."""
Text = Annotated[str, Meta(max_length=256)]
Amount = float | str
Attribute = Annotated[str, Meta(max_length=1024)] | int | float | bool | None

MAX_LINES: Final = 1000
"""Most lines of one order."""
MAX_ATTRIBUTES: Final = 64
"""Most attributes of one registration."""


class Event(msgspec.Struct, tag_field="type", kw_only=True, gc=False):
    """Common fields."""

    event_id: Id
    customer_id: Id
    occurred_at: Instant
    currency: Text | None = None
    source: Text | None = None
    test: bool = False


class Line(msgspec.Struct, kw_only=True, gc=False):
    """One line of an order."""

    amount: Amount
    sku: Text | None = None
    category: Text | None = None
    margin: Amount | None = None
    high_margin: bool = False
    new_product: bool = False


class OrderPaidEvent(Event, tag="order.paid", kw_only=True, gc=False):
    """A paid order."""

    order_id: Id
    amount: Amount
    lines: Annotated[list[Line], Meta(max_length=MAX_LINES)] = []
    channel: Text | None = None


class OrderRefundedEvent(Event, tag="order.refunded", kw_only=True, gc=False):
    """A refund."""

    order_id: Id
    amount: Amount
    ordered_at: Instant | None = None
    full: bool = False


class OrderCancelledEvent(Event, tag="order.cancelled", kw_only=True, gc=False):
    """A cancelled order."""

    order_id: Id
    amount: Amount | None = None
    ordered_at: Instant | None = None


class InvoiceSettledEvent(Event, tag="invoice.settled", kw_only=True, gc=False):
    """A paid invoice."""

    invoice_id: Id
    due_at: Instant
    paid_at: Instant


class InvoiceOverdueEvent(Event, tag="invoice.overdue", kw_only=True, gc=False):
    """An overdue invoice."""

    invoice_id: Id
    due_at: Instant


class InteractionEvent(Event, tag="interaction", kw_only=True, gc=False):
    """An interaction."""

    kind: Id


class RegisteredEvent(Event, tag="customer.registered", kw_only=True, gc=False):
    """A customer made known."""

    registered_at: Instant
    attributes: Annotated[dict[Text, Attribute], Meta(max_length=MAX_ATTRIBUTES)] = {}


class DayReachedEvent(msgspec.Struct, tag_field="type", tag="day.reached", kw_only=True):
    """Time written into the log: moves the partition day and nothing else."""

    event_id: Id
    occurred_at: Instant


AnyEvent = (
    OrderPaidEvent
    | OrderRefundedEvent
    | OrderCancelledEvent
    | InvoiceSettledEvent
    | InvoiceOverdueEvent
    | InteractionEvent
    | RegisteredEvent
    | DayReachedEvent
)

TYPES: Final = frozenset(str(t.__struct_config__.tag) for t in AnyEvent.__args__)
"""The event types that exist."""
