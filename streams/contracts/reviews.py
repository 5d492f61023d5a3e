"""What bodies say of moves that wait, or waited, for somebody to decide."""

from datetime import date
from typing import Literal

import msgspec


class ReviewedMove(msgspec.Struct):
    """The review behind a change that had waited for somebody."""

    rule: str
    trigger: str
    event_id: str | None
    opened_on: date
    author: str | None
    reason: str | None


class OpenCase(msgspec.Struct):
    """A move that waits for somebody to decide."""

    case: str
    from_: str = msgspec.field(name="from")
    to: str
    rule: str
    trigger: str
    event_id: str | None
    opened_on: date
    deadline: date
    default: Literal["approve", "reject"] | None


class AuditedCase(msgspec.Struct):
    """A move that waited, or was refused."""

    to: str
    rule: str
    opened_on: date
    refused: bool
