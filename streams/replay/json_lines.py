"""JSON lines: events as they are on the wire, one per line."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import orjson

from streams.intake.commands import COMMAND_TYPES, COMMANDS_TOPIC
from streams.replay.bounded import MAX_LINE_BYTES
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.rejections import (
    LAST_MS,
    bad_field,
    bad_json,
    missing_customer,
    too_large,
    unknown_type,
)

DAY_REACHED = "day.reached"
TOPICS = {
    DAY_REACHED: "orders",
    "interaction": "interactions",
    "customer.registered": "interactions",
    **dict.fromkeys(COMMAND_TYPES, COMMANDS_TOPIC),
}
ORDER_PREFIXES = ("order.", "invoice.")

# `fromisoformat` takes all of ISO 8601: week dates, missing seconds, missing offsets.
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def read_json_lines(
    lines: Iterable[bytes], first_line: int = 1
) -> Iterator[WireEvent | RejectedRow]:
    """Yield an event or a refusal per line that is not blank, its text untouched."""
    for number, line in enumerate(lines, first_line):
        text = line.strip()
        if len(text) > MAX_LINE_BYTES:
            yield too_large(number, MAX_LINE_BYTES)
        elif text:
            yield read_line(text, number)


def read_line(text: bytes, line: int) -> WireEvent | RejectedRow:
    """Read as much of one event as its place on a topic needs."""
    try:
        event = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return bad_json(line, f"The line is not JSON: {error}.")
    if not isinstance(event, dict):
        return bad_json(line, "The line is not a JSON object.")
    event_type = event.get("type")
    topic = topic_of(event_type)
    if topic is None:
        return unknown_type(line, event_type)
    # A day belongs to no customer: with an empty key it is for every partition.
    key = b"" if event_type == DAY_REACHED else key_of(event.get("customer_id"))
    if key is None:
        return customer_refused(line, event.get("customer_id"))
    at = instant_ms(event.get("occurred_at"))
    if at is None:
        return occurred_at_refused(line, event.get("occurred_at"))
    return WireEvent(topic, key, text, at, line)


def key_of(customer: object) -> bytes | None:
    """Make the record key of a customer id; None when it is no text."""
    return customer.encode() if isinstance(customer, str) and customer else None


def customer_refused(line: int, customer: object) -> RejectedRow:
    """Refuse a customer that is missing, or that is no text and so can be no key."""
    if customer is None or customer == "":
        return missing_customer(line)
    return bad_field(line, "customer_id", customer, "must be text")


def occurred_at_refused(line: int, value: object) -> RejectedRow:
    """Refuse an instant that cannot be a Kafka timestamp."""
    must = "must be epoch milliseconds or RFC 3339 with an offset, from 1970 on"
    return bad_field(line, "occurred_at", value, must)


def topic_of(event_type: object) -> str | None:
    """Name the topic of a wire type.

    >>> topic_of("invoice.settled"), topic_of("customer.registered"), topic_of("order")
    ('orders', 'interactions', None)
    """
    if not isinstance(event_type, str):
        return None
    return "orders" if event_type.startswith(ORDER_PREFIXES) else TOPICS.get(event_type)


def instant_ms(value: object) -> int | None:
    """Read an instant as epoch milliseconds, cut to whole ones; None if it is none.

    >>> instant_ms("2017-01-01T00:00:00.5+08:00"), instant_ms("2017-01-01")
    (1483200000500, None)
    """
    if isinstance(value, str):
        value = text_ms(value)
    # bool is an int to Python, and not a time.
    if type(value) is not int or not 0 <= value <= LAST_MS:
        return None
    return value


def text_ms(text: str) -> int | None:
    """Read RFC 3339 with an offset as epoch milliseconds; None when it is not that."""
    if not RFC_3339.fullmatch(text):
        return None
    try:
        return (datetime.fromisoformat(text.upper()) - EPOCH) // MILLISECOND
    except ValueError:
        return None
