"""Instants, and the local days they fall on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"[Tt ]([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def instant_of(value: object) -> datetime:
    """Read an RFC 3339 text with an offset, or integer epoch milliseconds.

    Raises ValueError or OverflowError for anything else.
    """
    if isinstance(value, str) and RFC_3339.fullmatch(value):
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    if isinstance(value, int) and not isinstance(value, bool):
        return EPOCH + timedelta(milliseconds=value)
    raise ValueError("neither RFC 3339 with an offset nor epoch milliseconds")


def local_day(instant: datetime, zone: ZoneInfo) -> int:
    """Return the ordinal of the calendar day of an instant in a time zone."""
    return instant.astimezone(zone).toordinal()


def iso(day: int) -> str:
    """Write a day as an ISO date."""
    return date.fromordinal(day).isoformat()
