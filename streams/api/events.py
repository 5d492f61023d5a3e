"""Events that come over HTTP: cut into records, validated as the topic is. Pure."""

from typing import Any, Literal, NamedTuple

import msgspec

from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.decode import Decoder
from streams.intake.outcomes import Excluded, Intake, Rejected
from streams.intake.record import LogRecord
from streams.replay.json_lines import DAY_REACHED, topic_of

Outcome = Literal["accepted", "excluded", "rejected"]


class Judged(NamedTuple):
    """One event, and what becomes of it."""

    event_id: str | None
    outcome: Outcome
    record: tuple[str, bytes, bytes] | None
    """(topic, key, value) of an accepted one."""
    reason: str | None = None
    detail: str | None = None


class NoEvents(ValueError):
    """The body is no event, no array of events and no lines of them."""


def cut(body: bytes, *, lines: bool) -> list[bytes]:
    r"""The texts of the events, untouched.

    >>> cut(b'[{"a": 1.50}, 2]', lines=False), cut(b'{}\n\n{"b":1}\n', lines=True)
    ([b'{"a": 1.50}', b'2'], [b'{}', b'{"b":1}'])
    """
    if lines:
        return [text for line in body.splitlines() if (text := line.strip())]
    if not body.lstrip().startswith(b"["):
        return [body.strip()]
    try:
        return [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except msgspec.DecodeError as error:
        raise NoEvents(str(error)) from None


def judge(text: bytes, decoder: Decoder) -> Judged:
    """What the topic would say of an event; neither commands nor days are taken this way."""
    head = _head(text)
    event_id, kind, customer = (head.get(name) for name in ("event_id", "type", "customer_id"))
    named = event_id if isinstance(event_id, str) else None
    topic = topic_of(kind) or "orders"
    if kind == DAY_REACHED or topic == COMMANDS_TOPIC:
        return Judged(named, "rejected", None, "unknown_type", f"{kind} is no event of a customer")
    key = customer.encode(errors="replace") if isinstance(customer, str) and customer else None
    intake: Intake = decoder.decode(LogRecord(topic, 0, 0, 0, key, text))
    if isinstance(intake, Rejected):
        return Judged(named, "rejected", None, intake.reason, intake.detail)
    if isinstance(intake, Excluded) or key is None:
        return Judged(named, "excluded", None)
    return Judged(named, "accepted", (topic, key, text))


def _head(text: bytes) -> dict[str, Any]:
    try:
        loose = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return loose if isinstance(loose, dict) else {}
