"""Events that are well formed -> facts: days resolved, money in minor units."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scoring.calendar import LocalDays
from scoring.facts import (
    INTERACTION_KINDS,
    Fact,
    Interaction,
    InvoiceOverdue,
    InvoiceSettled,
    OrderCancelled,
    OrderLine,
    OrderPaid,
    OrderRefunded,
    Registered,
)
from scoring.policy import Policy
from scoring.units import Day, EpochMs, MinorUnits
from streams.intake import wire
from streams.intake.money import Money

Make = Callable[[Any, EpochMs, Day], Fact]
"""(event, its instant, its local day) -> fact; raises `FieldError` and `AmountError`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LATEST_MS = 7_258_118_400_000  # 2200-01-01, where the review calendar ends


class FieldError(Exception):
    """A field of a well-formed event that cannot be."""


class FactMaker:
    """Makes facts under one policy."""

    def __init__(self, policy: Policy) -> None:
        self.days = LocalDays(ZoneInfo(policy.time_zone))
        self._money = Money(policy.currency, policy.rates)
        self.currencies = self._money.known
        self._kinds = frozenset((*INTERACTION_KINDS, *policy.kinds))
        self.by_event: Mapping[type, Make] = {
            wire.OrderPaidEvent: self._paid,
            wire.OrderRefundedEvent: self._refunded,
            wire.OrderCancelledEvent: self._cancelled,
            wire.InvoiceSettledEvent: self._settled,
            wire.InvoiceOverdueEvent: self._overdue,
            wire.InteractionEvent: self._interaction,
            wire.RegisteredEvent: self._registered,
        }

    def instant(self, value: int | datetime, name: str) -> EpochMs:
        """A point in time.

        Raises:
            FieldError: it is not one that orders may have.
        """
        ms = value if type(value) is int else (value - _EPOCH) // _MILLISECOND  # type: ignore[operator]
        if not 0 <= ms < _LATEST_MS:
            raise FieldError(f"{name} {value} is not between 1970 and 2200")
        return EpochMs(ms)

    def day(self, value: int | datetime, name: str) -> Day:
        """The local day of a point in time."""
        return self.days.of(self.instant(value, name))

    def _past_day(self, value: int | datetime, name: str, day: Day) -> Day:
        """A day that must not come after the day of the event."""
        found = self.day(value, name)
        if found > day:
            raise FieldError(f"{name} lies after occurred_at")
        return found

    def _paid(self, event: wire.OrderPaidEvent, ms: EpochMs, day: Day) -> OrderPaid:
        amount = self._money.minor(event.amount, event.currency)
        lines: tuple[OrderLine, ...] = ()
        if event.lines:
            lines = tuple([self._line(n, event.currency) for n in event.lines])
        return OrderPaid(event.event_id, ms, day, event.order_id, amount, lines, event.channel)

    def _line(self, line: wire.Line, currency: str | None) -> OrderLine:
        margin = MinorUnits(0)
        if line.margin is not None:
            margin = self._money.signed(line.margin, currency)
        return OrderLine(
            self._money.minor(line.amount, currency),
            line.category,
            margin,
            line.high_margin,
            line.new_product,
        )

    def _refunded(self, event: wire.OrderRefundedEvent, ms: EpochMs, day: Day) -> OrderRefunded:
        ordered = event.ordered_at
        return OrderRefunded(
            event.event_id,
            ms,
            day,
            event.order_id,
            self._money.minor(event.amount, event.currency),
            None if ordered is None else self._past_day(ordered, "ordered_at", day),
            event.full,
        )

    def _cancelled(self, event: wire.OrderCancelledEvent, ms: EpochMs, day: Day) -> OrderCancelled:
        ordered, amount = event.ordered_at, event.amount
        return OrderCancelled(
            event.event_id,
            ms,
            day,
            event.order_id,
            None if amount is None else self._money.minor(amount, event.currency),
            None if ordered is None else self._past_day(ordered, "ordered_at", day),
        )

    def _settled(self, event: wire.InvoiceSettledEvent, ms: EpochMs, day: Day) -> InvoiceSettled:
        paid = self._past_day(event.paid_at, "paid_at", day)
        on_time = paid <= self.day(event.due_at, "due_at")
        return InvoiceSettled(event.event_id, ms, day, paid, on_time)

    def _overdue(self, event: wire.InvoiceOverdueEvent, ms: EpochMs, day: Day) -> InvoiceOverdue:
        self.instant(event.due_at, "due_at")
        return InvoiceOverdue(event.event_id, ms, day)

    def _interaction(self, event: wire.InteractionEvent, ms: EpochMs, day: Day) -> Interaction:
        if event.kind not in self._kinds:
            known = ", ".join(sorted(self._kinds))
            raise FieldError(f"unknown kind {event.kind!r}; known are {known}")
        return Interaction(event.event_id, ms, day, event.kind)

    def _registered(self, event: wire.RegisteredEvent, ms: EpochMs, day: Day) -> Registered:
        registered = self._past_day(event.registered_at, "registered_at", day)
        for name, value in event.attributes.items():
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise FieldError(f"attribute {name!r} does not fit in 64 bits")
        return Registered(event.event_id, ms, day, registered, event.attributes)
