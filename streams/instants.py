"""Instants as text."""

from scoring.calendar import iso
from scoring.units import MS_PER_DAY, Day, EpochMs

# Looked up, for it is asked once a change: formatting numbers takes three times as long.
_MINUTES = [f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60)]
_SECONDS = [f"{second:02}." for second in range(60)]
_MILLIS = [f"{millis:03}Z" for millis in range(1000)]


def rfc3339(ms: EpochMs) -> str:
    """An instant in UTC to the millisecond.

    >>> rfc3339(EpochMs(1_500))
    '1970-01-01T00:00:01.500Z'
    """
    day, rest = divmod(ms, MS_PER_DAY)
    minute, rest = divmod(rest, 60_000)
    second, millis = divmod(rest, 1000)
    return iso(Day(day)) + _MINUTES[minute] + _SECONDS[second] + _MILLIS[millis]
