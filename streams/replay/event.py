"""What a replay source yields: wire events in time order, and rows it had to refuse."""

from typing import NamedTuple


class WireEvent(NamedTuple):
    """One event as it goes onto a topic; `line` is its place in the source, from 1."""

    topic: str
    """Unprefixed topic name: `orders` or `interactions`."""
    key: bytes
    """The customer id, UTF-8."""
    value: bytes
    """The JSON text of the event."""
    timestamp_ms: int
    """Event time, epoch milliseconds; becomes the Kafka timestamp."""
    line: int


class RejectedRow(NamedTuple):
    """A row that could not become an event."""

    line: int
    reason: str
    """A short code: `missing_customer`, `bad_field`, `bad_json`, ..."""
    detail: str
    """One sentence naming the field and the value."""
