"""Instants on the wire: RFC 3339 with an offset, or epoch milliseconds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from decoding import decoded
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.outcomes import Accepted
from streams.replay.json_lines import instant_ms

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = 1_704_110_400_000
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30))  # noqa: DTZ001
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


def read(value: object) -> int | None:
    """The epoch milliseconds that intake reads, None when it refuses."""
    event = {"type": "interaction", "customer_id": "ann", "kind": "login"}
    found = decoded(event | {"occurred_at": value})
    return found.fact.occurred_ms if isinstance(found, Accepted) else None


@pytest.mark.parametrize(
    "value",
    [
        NOON,
        "2024-01-01T12:00:00Z",
        "2024-01-01t12:00:00z",
        "2024-01-01 12:00:00.000+00:00",
        "2024-01-01T12:00:00-00:00",
        "2024-01-01T20:00:00+08:00",
        "2024-01-01T06:30:00.0009-05:30",
    ],
)
def test_one_instant_may_be_written_in_many_ways(value):
    """The same moment gives the same milliseconds, cut off."""
    assert read(value) == NOON


@given(MOMENTS, OFFSETS, st.sampled_from("Tt "), st.integers(0, 6))
def test_intake_and_replay_read_the_same_instant(moment, offset, letter, digits):
    """Any RFC 3339 text with up to six decimals is the same to both, to the millisecond."""
    local = moment.replace(tzinfo=offset)
    text = local.strftime(f"%Y-%m-%d{letter}%H:%M:%S")
    text += f".{local.microsecond:06}"[: digits + 1] if digits else ""
    text += local.isoformat()[-6:]
    cut = local.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits)
    exact = (local.replace(microsecond=cut) - EPOCH) // timedelta(milliseconds=1)
    assert read(text) == instant_ms(text) == exact


CLOCKS = st.tuples(
    st.integers(1969, 2199),
    st.integers(0, 13),
    st.integers(0, 32),
    st.integers(0, 25),
    st.integers(0, 61),
    st.integers(0, 61),
    st.sampled_from(["", ".5", ".000999", ".999999"]),
    st.sampled_from(["Z", "z", "+00:00", "-23:59", "+14:00", "+23:59", "+24:00", "-30:00"]),
)


@given(CLOCKS)
def test_intake_and_replay_refuse_the_same_texts(parts):
    """A date, a clock or an offset that does not exist is refused by both."""
    text = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}".format(*parts)
    assert read(text) == instant_ms(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-01-01",
        "12:00:00Z",
        "2024-01-01T12:00Z",
        "2024-01-01T12:00:00",
        "2024-01-01T12:00:00.Z",
        "2024-01-01T12:00:00,5Z",
        "2024-01-01T12:00:00+08",
        "2024-01-01T12:00:00+24:00",
        "2024-01-01T24:00:00Z",
        "2024-01-01T12:60:00Z",
        "2016-12-31T23:59:60Z",
        "2023-02-29T12:00:00Z",
        "2024-13-01T12:00:00Z",
        "2024-W01-1T12:00:00Z",
        "20240101T120000Z",
        " 2024-01-01T12:00:00Z",
        "2024-01-01T12:00:00Z ",
        "1704110400000",
        "1969-12-31T23:59:59.999Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_no_instant_is_refused_by_both(text):
    """Other forms of ISO 8601, leap seconds and days before 1970 are no instants here."""
    assert read(text) is None
    assert instant_ms(text) is None


@pytest.mark.parametrize("value", [0, 1, NOON, 7_258_118_399_999])
def test_epoch_milliseconds_are_taken_as_they_are(value):
    """Every instant from 1970 to the end of 2199 is accepted as a number."""
    assert read(value) == instant_ms(value) == value


@pytest.mark.parametrize("value", [7_258_118_400_000, "2200-01-01T00:00:00Z"])
def test_the_calendar_ends_with_2199(value):
    """Replay passes on what lies beyond the review calendar; intake refuses it."""
    assert read(value) is None
    assert instant_ms(value) == 7_258_118_400_000
