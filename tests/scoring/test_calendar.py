"""Local days and their midnights, against zoneinfo asked instant by instant."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.calendar import LAST_DAY, LocalDays, date_of, day_of, first_on_or_after, review_days
from scoring.units import MS_PER_DAY, NEVER

ZONES = [
    "UTC",
    "America/New_York",
    "Asia/Shanghai",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = 3_600_000


def asked(instant: int, zone: ZoneInfo) -> date:
    """The local date that zoneinfo gives for an instant."""
    return (EPOCH + timedelta(milliseconds=instant)).astimezone(zone).date()


def clock_changes(name: str, first: int, last: int) -> list[int]:
    """The hours from year `first` to `last` before which a zone's offset changes."""
    zone = ZoneInfo(name)
    begin = int(datetime(first, 1, 1, tzinfo=UTC).timestamp()) * 1000
    end = int(datetime(last, 1, 1, tzinfo=UTC).timestamp()) * 1000

    def offset(instant: int) -> timedelta | None:
        return (EPOCH + timedelta(milliseconds=instant)).astimezone(zone).utcoffset()

    hours = range(begin, end, HOUR)
    return [hour for hour in hours if offset(hour) != offset(hour - HOUR)]


@pytest.mark.parametrize("zone", ZONES)
@given(instant=st.integers(0, 200 * 365 * MS_PER_DAY))
def test_the_local_day_is_that_of_the_zone(zone, instant):
    """Any instant from 1970 on lies on the date its zone's clock shows."""
    found = LocalDays(ZoneInfo(zone)).of(instant)
    assert date_of(found) == asked(instant, ZoneInfo(zone))


@pytest.mark.parametrize("zone", ZONES)
def test_days_with_a_clock_change_are_no_exception(zone):
    """Around each change of the clocks every quarter of an hour has the right day."""
    days = LocalDays(ZoneInfo(zone))
    for change in clock_changes(zone, 2010, 2024):
        for quarter in range(-100, 101):
            instant = change + quarter * HOUR // 4
            for exact in (instant - 1, instant):
                assert date_of(days.of(exact)) == asked(exact, ZoneInfo(zone))


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "Pacific/Apia"])
def test_midnight_is_where_a_day_begins(zone):
    """The millisecond before midnight is the day before, for every day of 15 years."""
    days = LocalDays(ZoneInfo(zone))
    for day in range(day_of(date(2010, 1, 1)), day_of(date(2025, 1, 1))):
        midnight = days.midnight(day)
        assert asked(midnight, ZoneInfo(zone)) == date_of(day)
        assert asked(midnight - 1, ZoneInfo(zone)) == date_of(day - 1)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Asia/Shanghai", date(2024, 3, 1), "2024-02-29T16:00+00:00"),
        ("Asia/Kathmandu", date(2024, 3, 1), "2024-02-29T18:15+00:00"),
        ("America/New_York", date(2024, 3, 10), "2024-03-10T05:00+00:00"),
        ("America/New_York", date(2024, 3, 11), "2024-03-11T04:00+00:00"),
        ("America/New_York", date(2024, 11, 4), "2024-11-04T05:00+00:00"),
        ("Africa/Cairo", date(2023, 4, 28), "2023-04-27T22:00+00:00"),
        ("Africa/Cairo", date(2023, 10, 27), "2023-10-26T22:00+00:00"),
        ("America/Sao_Paulo", date(2017, 10, 15), "2017-10-15T03:00+00:00"),
        ("America/Sao_Paulo", date(2017, 2, 19), "2017-02-19T03:00+00:00"),
        ("America/Havana", date(2017, 11, 5), "2017-11-05T04:00+00:00"),
    ],
)
def test_midnights_that_were_skipped_or_came_twice(zone, day, begins):
    """Where the clocks jump over midnight, the day begins at the jump."""
    midnight = LocalDays(ZoneInfo(zone)).midnight(day_of(day))
    assert EPOCH + timedelta(milliseconds=midnight) == datetime.fromisoformat(begins)


def test_a_date_that_never_was_begins_with_the_next():
    """Samoa had no 2011-12-30: its midnight is the instant the 31st began."""
    days = LocalDays(ZoneInfo("Pacific/Apia"))
    skipped = day_of(date(2011, 12, 30))
    assert days.midnight(skipped) == days.midnight(skipped + 1)


@given(st.dates())
def test_days_and_dates_are_the_same_numbers(when):
    """A day number and its date name each other."""
    assert date_of(day_of(when)) == when


@pytest.mark.parametrize(
    ("calendar", "months"),
    [("monthly", range(1, 13)), ("quarterly", (1, 4, 7, 10)), ("half-yearly", (1, 7))],
)
def test_review_days_are_first_days_of_months(calendar, months):
    """Every first of the calendar's months is a review day, and no other day is."""
    reviews = review_days(calendar)
    every = (date_of(day) for day in range(LAST_DAY + 1))
    assert reviews == [day_of(d) for d in every if d.day == 1 and d.month in months]
    assert first_on_or_after(reviews, reviews[5]) == reviews[5]
    assert first_on_or_after(reviews, reviews[5] + 1) == reviews[6]
    assert first_on_or_after(reviews, reviews[-1] + 1) == NEVER
