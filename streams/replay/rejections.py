"""The refusals a replay source can make of one row."""

from streams.replay.event import RejectedRow

SHOWN_CHARACTERS = 60
LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999; the first one accepted is 0, as in Kafka."""


def bad_field(line: int, field: str, value: object, must: str) -> RejectedRow:
    """Refuse a row for the value of one field.

    >>> bad_field(7, "amount", "12,50", "must be a plain decimal number").detail
    "amount is '12,50', it must be a plain decimal number."
    """
    return RejectedRow(line, "bad_field", f"{field} is {shown(value)}, it {must}.")


def bad_row(line: int, detail: str) -> RejectedRow:
    """Refuse a row whose cells cannot be told apart or decoded."""
    return RejectedRow(line, "bad_field", detail)


def bad_json(line: int, detail: str) -> RejectedRow:
    """Refuse a line that is not one JSON object."""
    return RejectedRow(line, "bad_json", detail)


def too_large(line: int, limit: int) -> RejectedRow:
    """Refuse a line that is longer than any event."""
    return RejectedRow(line, "too_large", f"It has more than {limit} bytes.")


def missing_customer(line: int) -> RejectedRow:
    """Refuse a row that names no customer."""
    return RejectedRow(line, "missing_customer", "customer_id is empty or missing.")


def unknown_type(line: int, value: object) -> RejectedRow:
    """Refuse an event whose `type` belongs to no topic."""
    return RejectedRow(line, "unknown_type", f"type is {shown(value)}, which belongs to no topic.")


def shown(value: object) -> str:
    """Write a value for a message: quoted, printable and not long.

    >>> shown("5 EUR"), len(shown("x" * 100_000))
    ("'5 EUR'", 63)
    """
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."
