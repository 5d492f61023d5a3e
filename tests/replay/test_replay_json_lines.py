"""JSON lines go to their topic as they are, or are refused one by one."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.replay.event import RejectedRow, WireEvent
from streams.replay.json_lines import instant_ms, read_json_lines

NOON = 1_483_272_000_000
GOOD = {"type": "interaction", "customer_id": "ann", "occurred_at": NOON}


def line(**members):
    """Write an event that is good but for the members given; None leaves one out."""
    event = {k: v for k, v in (GOOD | members).items() if v is not None}
    return orjson.dumps(event) + b"\n"


def read(*lines):
    """Read lines of bytes."""
    return list(read_json_lines(lines))


@pytest.mark.parametrize(
    ("event_type", "topic"),
    [
        ("order.paid", "orders"),
        ("order.refunded", "orders"),
        ("order.cancelled", "orders"),
        ("invoice.settled", "orders"),
        ("invoice.overdue", "orders"),
        ("interaction", "interactions"),
        ("customer.registered", "interactions"),
    ],
)
def test_the_type_names_the_topic(event_type, topic):
    """Every fact goes to the topic of its type, keyed by its customer."""
    text = line(type=event_type)
    assert read(text) == [WireEvent(topic, b"ann", text.strip(), NOON, 1)]


def test_a_day_reached_needs_no_customer():
    """A `day.reached` goes to orders with an empty key, for every partition."""
    (event,) = read(line(type="day.reached", customer_id=None))
    assert (event.topic, event.key) == ("orders", b"")


def test_the_value_is_the_line_as_it_stands():
    """Spaces, member order and number texts of a line are not rewritten."""
    text = b'{ "occurred_at": 5, "amount": 1.50, "type":"order.paid","customer_id":"a" }'
    (event,) = read(b" \t" + text + b"\r\n")
    assert event.value == text


def test_blank_lines_are_skipped_but_counted():
    """A blank line is no event, and the lines after it keep their numbers."""
    assert [event.line for event in read(b"\n", line(), b"  \r\n", line())] == [2, 4]


@pytest.mark.parametrize(
    ("text", "reason", "told"),
    [
        (b"{'type': 1}\n", "bad_json", "not JSON"),
        (b'{"type":"interaction"\n', "bad_json", "not JSON"),
        (b'{"type":"\xff"}\n', "bad_json", "not JSON"),
        (b'{"type":"interaction","customer_id":"\\ud800"}', "bad_json", "not JSON"),
        (b"[1]\n", "bad_json", "not a JSON object"),
        (b"null\n", "bad_json", "not a JSON object"),
        (line(type=None), "unknown_type", "None"),
        (line(type=7), "unknown_type", "7"),
        (line(type="order"), "unknown_type", "'order'"),
        (line(type="day.reached.twice"), "unknown_type", "'day.reached.twice'"),
        (line(type="grade.recalculated"), "unknown_type", "'grade.recalculated'"),
        (line(customer_id=None), "missing_customer", "customer_id"),
        (line(customer_id=""), "missing_customer", "customer_id"),
        (line(customer_id=17850), "bad_field", "customer_id is 17850"),
        (line(occurred_at=None), "bad_field", "occurred_at is None"),
        (line(occurred_at=-1), "bad_field", "occurred_at is -1"),
        (line(occurred_at=1.5), "bad_field", "occurred_at is 1.5"),
        (line(occurred_at=True), "bad_field", "occurred_at is True"),
        (line(occurred_at=2**60), "bad_field", "occurred_at is 1152"),
        (line(occurred_at="2017-01-01"), "bad_field", "occurred_at is '2017"),
        (line(occurred_at="2017-01-01T12:00:00"), "bad_field", "with an offset"),
        (line(occurred_at="2017-02-30T12:00:00Z"), "bad_field", "'2017-02-30"),
        (line(occurred_at="1969-12-31T23:59:59Z"), "bad_field", "from 1970 on"),
        (line(occurred_at="0001-01-01T00:00:00+14:00"), "bad_field", "'0001"),
        (line(occurred_at="20170101T120000Z"), "bad_field", "RFC 3339"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_a_reason(text, reason, told):
    """A bad line is refused with number, code and cause; its neighbours are not."""
    before, refused, after = read(line(), text, line())
    assert isinstance(refused, RejectedRow)
    assert (refused.line, refused.reason) == (2, reason)
    assert told in refused.detail
    assert isinstance(before, WireEvent)
    assert isinstance(after, WireEvent)


@pytest.mark.parametrize(
    "text",
    [
        "2017-01-01T12:00:00Z",
        "2017-01-01t12:00:00z",
        "2017-01-01 12:00:00.000+00:00",
        "2017-01-01T20:00:00+08:00",
        "2017-01-01T12:00:00.000999999Z",
    ],
)
def test_one_instant_may_be_written_in_many_ways(text):
    """RFC 3339 texts of one instant give its epoch milliseconds."""
    assert instant_ms(text) == instant_ms(NOON) == NOON


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_instants_are_exact_to_the_millisecond(moment, offset_minutes):
    """A timestamp in any offset is the whole milliseconds since 1970, cut off."""
    local = moment.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    passed = local - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = (passed.days * 86_400 + passed.seconds) * 10**6 + passed.microseconds
    assert instant_ms(local.isoformat()) == microseconds // 1000
