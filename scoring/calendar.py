"""Days, months and the local day of an instant."""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from scoring.units import MS_PER_DAY, NEVER, Day, EpochMs

_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_LAST_YEAR: Final = 2200
_CALENDARS: Final = {
    "monthly": frozenset(range(1, 13)),
    "quarterly": frozenset({1, 4, 7, 10}),
    "half-yearly": frozenset({1, 7}),
}
CALENDARS: Final = tuple(_CALENDARS)
"""The review calendars a policy may name."""


def day_of(when: date) -> Day:
    """The day number of a calendar date.

    >>> day_of(date(1970, 1, 2))
    1
    """
    return Day(when.toordinal() - _EPOCH_ORDINAL)


LAST_DAY: Final = day_of(date(_LAST_YEAR - 1, 12, 31))
"""The last day of the calendar: no event of a later day is accepted."""


@lru_cache(maxsize=4096)
def iso(day: Day) -> str:
    """A day as ISO 8601 text.

    >>> iso(Day(20_000))
    '2024-10-04'
    """
    return date_of(day).isoformat()


def date_of(day: Day) -> date:
    """The calendar date of a day number.

    >>> date_of(Day(20_000)).isoformat()
    '2024-10-04'
    """
    return date.fromordinal(day + _EPOCH_ORDINAL)


def review_days(calendar: str) -> list[Day]:
    """Every first-of-month on which `calendar` falls, 1970 to 2199, ascending.

    >>> [date_of(d).isoformat() for d in review_days("half-yearly")[:3]]
    ['1970-01-01', '1970-07-01', '1971-01-01']
    """
    months = _CALENDARS[calendar]
    return [
        day_of(date(year, month, 1)) for year in range(1970, _LAST_YEAR) for month in sorted(months)
    ]


def first_on_or_after(days: list[Day], day: Day) -> Day:
    """The first of the ascending `days` that is not before `day`, or NEVER.

    >>> first_on_or_after([Day(0), Day(31)], Day(1))
    31
    """
    at = bisect_left(days, day)
    return days[at] if at < len(days) else NEVER


class LocalDays:
    """The local day of an instant in one time zone, days with a clock change included.

    >>> from zoneinfo import ZoneInfo
    >>> LocalDays(ZoneInfo("Asia/Shanghai")).of(EpochMs(16 * 3_600_000))
    1
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._fixed: dict[int, int | None] = {}
        self._midnights: dict[Day, EpochMs] = {}

    def of(self, instant: EpochMs) -> Day:
        """The local day on which `instant` lies."""
        utc_day = instant // MS_PER_DAY
        try:
            offset = self._fixed[utc_day]
        except KeyError:
            offset = self._learn(utc_day)
        if offset is None:
            offset = self._offset_ms(instant)
        return Day((instant + offset) // MS_PER_DAY)

    def midnight(self, day: Day) -> EpochMs:
        """The instant at which local `day` begins."""
        found = self._midnights.get(day)
        if found is None:
            found = self._midnights[day] = self._midnight(day)
        return found

    def _midnight(self, day: Day) -> EpochMs:
        # Not `datetime(..., tzinfo=zone)` alone: where midnight is skipped by a
        # clock change that names an instant of the day before.
        guess = EpochMs(day * MS_PER_DAY)
        first = EpochMs(guess - self._offset_ms(guess))
        second = EpochMs(guess - self._offset_ms(first))
        candidates = [EpochMs(m) for m in sorted({first, second})]
        return next((m for m in candidates if self._starts(m, day)), candidates[-1])

    def _starts(self, instant: EpochMs, day: Day) -> bool:
        return self.of(instant) == day and self.of(EpochMs(instant - 1)) == day - 1

    def _learn(self, utc_day: int) -> int | None:
        """Remember the offset of a UTC day, or None when it changes within it."""
        start = utc_day * MS_PER_DAY
        first = self._offset_ms(EpochMs(start))
        same = first == self._offset_ms(EpochMs(start + MS_PER_DAY - 1))
        self._fixed[utc_day] = first if same else None
        return self._fixed[utc_day]

    def _offset_ms(self, instant: EpochMs) -> int:
        # Not fromtimestamp(): it fails before 1970 on some platforms.
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)
        offset = when.astimezone(self._zone).utcoffset() or timedelta()
        return int(offset.total_seconds() * 1000)
