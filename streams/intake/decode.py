"""Raw record -> fact, or the reason why it is none. All validation of events is here."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

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
from streams.intake.commands import (
    COMMAND_TYPES,
    COMMANDS_TOPIC,
    AnyCommand,
    CommandError,
    CommandReader,
    Erase,
    Merge,
)
from streams.intake.money import AmountError, Money
from streams.intake.record import RawRecord, is_redriven
from streams.intake.transfers import (
    TRANSFER_TYPES,
    AnyTransfer,
    FactHanded,
    Transfer,
    TransferEvent,
)

Reason = Literal[
    "null_value",
    "too_large",
    "bad_json",
    "unknown_type",
    "missing_customer",
    "bad_field",
    "key_mismatch",
    "wrong_partition",
    "unknown_currency",
    "future",
    "conflict",
    "erased",
    "not_set_up",
    "no_case",
    "merged",
    "not_merged",
]
RECORD_BYTES = 256 * 1024
"""Largest value of a record, unless told otherwise."""

_WELCOME = 200_000
"""Customers known not to be excluded that are remembered."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LATEST_MS = 7_258_118_400_000  # 2200-01-01, where the review calendar ends


class Accepted(NamedTuple):
    """A valid event."""

    customer: str
    fact: Fact


class Ordered(Accepted):
    """A valid command."""

    __slots__ = ()


class Arrived(NamedTuple):
    """A record from the owner of another partition."""

    customer: str
    fact: Transfer


class Repeated(NamedTuple):
    """A record from another partition that was taken before."""


class Rejected(NamedTuple):
    """An invalid record; it goes to dead letters as it came."""

    reason: Reason
    detail: str


class Excluded(NamedTuple):
    """A test event or a customer the policy leaves out."""

    customer: str


class DayReached(NamedTuple):
    """Time written into the log."""

    day: Day


Intake = Accepted | Arrived | Rejected | Excluded | DayReached | Repeated


class _Typed(msgspec.Struct):
    """Of a record that is too large no more is read than this."""

    type: str


class _FieldError(Exception):
    """A field of a well-formed event that cannot be."""


def _no_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is no JSON number")


class Decoder:
    """Decodes records under one policy."""

    def __init__(
        self,
        policy: Policy,
        commands_topic: str = COMMANDS_TOPIC,
        record_bytes: int = RECORD_BYTES,
    ) -> None:
        """`commands_topic` is the full name of the topic on which commands come."""
        self._record_bytes = record_bytes
        self._commands_topic = commands_topic
        self._commands = CommandReader(policy)
        self._decode_command = msgspec.json.Decoder(AnyCommand | AnyTransfer).decode
        self._decode = msgspec.json.Decoder(wire.AnyEvent).decode
        # A refused fact of shared topics comes again among a programme's own commands.
        self._decode_redriven = msgspec.json.Decoder(
            AnyCommand | AnyTransfer | wire.AnyEvent
        ).decode
        self._days = LocalDays(ZoneInfo(policy.time_zone))
        self._money = Money(policy.currency, policy.rates)
        self._kinds = frozenset((*INTERACTION_KINDS, *policy.kinds))
        self._exclude = [re.compile(pattern) for pattern in policy.exclude]
        self._welcome: set[str] = set()
        self._make = {
            wire.OrderPaidEvent: self._paid,
            wire.OrderRefundedEvent: self._refunded,
            wire.OrderCancelledEvent: self._cancelled,
            wire.InvoiceSettledEvent: self._settled,
            wire.InvoiceOverdueEvent: self._overdue,
            wire.InteractionEvent: self._interaction,
            wire.RegisteredEvent: self._registered,
        }

    def decode(self, record: RawRecord) -> Intake:  # noqa: PLR0911 - each way ends here
        """What `record` says."""
        value = record.value
        if value is None:
            return Rejected("null_value", "the record has no value")
        ordered = record.topic == self._commands_topic
        if len(value) > self._record_bytes and not (ordered and _is_transfer(value)):
            told = f"the value has {len(value)} bytes, of at most {self._record_bytes}"
            return Rejected("too_large", told)
        try:
            event = self._commanded(record, value) if ordered else self._decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            types = wire.TYPES
            if ordered:
                types = COMMAND_TYPES | wire.TYPES if is_redriven(record) else COMMAND_TYPES
            return self._diagnose(record, value, str(error), types)
        if type(event) is wire.DayReachedEvent:
            return self._day_reached(event)
        if record.key is None:
            return Rejected("missing_customer", "the record has no key")
        if isinstance(event, TransferEvent):
            return self._transfer(event)  # type: ignore[arg-type]
        if ordered and type(event) not in self._make:
            return self._command(record.key, event)
        return self._event(record.key, event)

    def _commanded(self, record: RawRecord, value: bytes) -> Any:
        """What stands among the commands: they, transfers, and facts sent again."""
        decode = self._decode_redriven if is_redriven(record) else self._decode_command
        return decode(value)

    def _event(self, key: bytes, event: wire.Event) -> Intake:
        customer = event.customer_id
        try:
            ms = self._instant(event.occurred_at, "occurred_at")
            fact: Fact | None = None
            currency = event.currency
            if currency is None or currency in self._money.known:
                make = self._make[type(event)]
                fact = make(event, ms, self._days.of(ms))  # type: ignore[operator]
        except (_FieldError, AmountError) as error:
            return Rejected("bad_field", str(error))
        if event.test or self._left_out(customer):
            return Excluded(customer)
        if key != customer.encode():
            return Rejected("key_mismatch", f"key {key!r} is not customer_id {customer!r}")
        if fact is None:
            known = ", ".join(sorted(self._money.known))
            return Rejected("unknown_currency", f"{currency}; known are {known}")
        return Accepted(customer, fact)

    def _command(self, key: bytes, event: wire.Event) -> Intake:
        customer = event.customer_id
        try:
            ms = self._instant(event.occurred_at, "occurred_at")
            command = self._commands.command(event, ms, self._days.of(ms))
        except (_FieldError, CommandError) as error:
            return Rejected("bad_field", str(error))
        if type(command) is Merge and self._left_out(command.into):
            return Rejected("bad_field", f"the policy leaves {command.into!r} out")
        # Who is left out today may have been graded before, and has a right to go as well.
        if event.test or (type(command) is not Erase and self._left_out(customer)):
            return Excluded(customer)
        if key != customer.encode():
            return Rejected("key_mismatch", f"key {key!r} is not customer_id {customer!r}")
        return Ordered(customer, command)

    def _transfer(self, event: AnyTransfer) -> Intake:
        """A record of another worker: it has been judged, so nothing in it is refused again."""
        inner = self._handed(event.fact) if type(event) is FactHanded else None
        ms = EpochMs(event.occurred_at if isinstance(event.occurred_at, int) else 0)
        fact = Transfer(event.event_id, ms, Day(event.day), event, inner)
        return Arrived(event.customer_id, fact)

    def _handed(self, value: bytes) -> Fact | None:
        """The fact of an event that another worker accepted; None if this policy would not."""
        try:
            event = self._decode(value)
            ms = self._instant(event.occurred_at, "occurred_at")
            fact: Fact = self._make[type(event)](event, ms, self._days.of(ms))  # type: ignore[index, operator]
        except (msgspec.DecodeError, _FieldError, AmountError, KeyError):
            return None
        return fact

    def _left_out(self, customer: str) -> bool:
        """Whether a pattern of the policy excludes a customer; asked once per customer."""
        if customer in self._welcome:
            return False
        if any(pattern.search(customer) for pattern in self._exclude):
            return True
        if len(self._welcome) >= _WELCOME:
            self._welcome.clear()
        self._welcome.add(customer)
        return False

    def _day_reached(self, event: wire.DayReachedEvent) -> Intake:
        try:
            return DayReached(self._day(event.occurred_at, "occurred_at"))
        except _FieldError as error:
            return Rejected("bad_field", str(error))

    def _instant(self, value: int | datetime, name: str) -> EpochMs:
        ms = value if type(value) is int else (value - _EPOCH) // _MILLISECOND  # type: ignore[operator]
        if not 0 <= ms < _LATEST_MS:
            raise _FieldError(f"{name} {value} is not between 1970 and 2200")
        return EpochMs(ms)

    def _day(self, value: int | datetime, name: str) -> Day:
        return self._days.of(self._instant(value, name))

    def _past_day(self, value: int | datetime, name: str, day: Day) -> Day:
        """A day that must not come after the day of the event."""
        found = self._day(value, name)
        if found > day:
            raise _FieldError(f"{name} lies after occurred_at")
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
        on_time = paid <= self._day(event.due_at, "due_at")
        return InvoiceSettled(event.event_id, ms, day, paid, on_time)

    def _overdue(self, event: wire.InvoiceOverdueEvent, ms: EpochMs, day: Day) -> InvoiceOverdue:
        self._instant(event.due_at, "due_at")
        return InvoiceOverdue(event.event_id, ms, day)

    def _interaction(self, event: wire.InteractionEvent, ms: EpochMs, day: Day) -> Interaction:
        if event.kind not in self._kinds:
            known = ", ".join(sorted(self._kinds))
            raise _FieldError(f"unknown kind {event.kind!r}; known are {known}")
        return Interaction(event.event_id, ms, day, event.kind)

    def _registered(self, event: wire.RegisteredEvent, ms: EpochMs, day: Day) -> Registered:
        registered = self._past_day(event.registered_at, "registered_at", day)
        for name, value in event.attributes.items():
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise _FieldError(f"attribute {name!r} does not fit in 64 bits")
        return Registered(event.event_id, ms, day, registered, event.attributes)

    @staticmethod
    def _diagnose(record: RawRecord, value: bytes, problem: str, types: frozenset[str]) -> Rejected:
        """Why msgspec refused a value, in the order in which reasons count."""
        try:
            loose = json.loads(value, parse_constant=_no_constant)
            # Half of a surrogate pair can be escaped in JSON, but is no text.
            json.dumps(loose, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            return Rejected("bad_json", f"the value is not JSON: {error}")
        if problem.startswith("JSON is malformed"):
            return Rejected("bad_json", problem)
        if not isinstance(loose, dict):
            return Rejected("bad_json", "the value is not a JSON object")
        if not isinstance(loose.get("type"), str) or loose["type"] not in types:
            known = ", ".join(sorted(types))
            return Rejected("unknown_type", f"type {loose.get('type')!r:.80}; known are {known}")
        customer = loose.get("customer_id")
        is_day = loose["type"] == "day.reached"
        if not is_day and (record.key is None or customer is None or customer == ""):
            return Rejected("missing_customer", "customer_id or the key is missing")
        return Rejected("bad_field", problem)


def _is_transfer(value: bytes) -> bool:
    """Whether a worker wrote it: the parts of a customer may be larger than any event."""
    try:
        return msgspec.json.decode(value, type=_Typed).type in TRANSFER_TYPES
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
