"""Raw record -> fact, or the reason why it is none. All validation of events is here."""

import json
import re
from typing import Any

import msgspec

from scoring.facts import Fact
from scoring.policy import Policy
from scoring.units import Day, EpochMs
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
from streams.intake.make import FactMaker, FieldError
from streams.intake.money import AmountError
from streams.intake.outcomes import (
    Accepted,
    Arrived,
    DayReached,
    Excluded,
    Intake,
    Ordered,
    Rejected,
)
from streams.intake.record import RawRecord, is_redriven
from streams.intake.transfers import (
    TRANSFER_TYPES,
    AnyTransfer,
    FactHanded,
    Transfer,
    TransferEvent,
)

RECORD_BYTES = 256 * 1024
"""Largest value of a record, unless told otherwise."""

_WELCOME = 200_000
"""Customers known not to be excluded that are remembered."""


class _Typed(msgspec.Struct):
    """Of a record that is too large no more is read than this."""

    type: str


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
        maker = FactMaker(policy)
        self._make = maker.by_event
        self._currencies = maker.currencies
        self._instant = maker.instant
        self._day = maker.day
        self._days = maker.days
        self._exclude = [re.compile(pattern) for pattern in policy.exclude]
        self._welcome: set[str] = set()

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
            if currency is None or currency in self._currencies:
                make = self._make[type(event)]
                fact = make(event, ms, self._days.of(ms))
        except (FieldError, AmountError) as error:
            return Rejected("bad_field", str(error))
        if event.test or self._left_out(customer):
            return Excluded(customer)
        if key != customer.encode():
            return Rejected("key_mismatch", f"key {key!r} is not customer_id {customer!r}")
        if fact is None:
            known = ", ".join(sorted(self._currencies))
            return Rejected("unknown_currency", f"{currency}; known are {known}")
        return Accepted(customer, fact)

    def _command(self, key: bytes, event: wire.Event) -> Intake:
        customer = event.customer_id
        try:
            ms = self._instant(event.occurred_at, "occurred_at")
            command = self._commands.command(event, ms, self._days.of(ms))
        except (FieldError, CommandError) as error:
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
            fact: Fact = self._make[type(event)](event, ms, self._days.of(ms))
        except (msgspec.DecodeError, FieldError, AmountError, KeyError):
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
        except FieldError as error:
            return Rejected("bad_field", str(error))

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
