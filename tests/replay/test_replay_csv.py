"""CSV rows become wire events, or are refused one by one."""

import csv
import io
from decimal import Decimal

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.replay.csv_rows import OPTIONAL, REQUIRED, CsvRows
from streams.replay.errors import HeaderError
from streams.replay.event import RejectedRow, WireEvent

HEADER = "ts_ms,event_type,customer_id,order_id,amount,currency,category"
NOON = 1_483_272_000_000


def read(*rows, header=HEADER, end="\n"):
    """Read rows of text below a header."""
    text = end.join((header, *rows, "")).encode()
    return list(CsvRows("a.csv", io.BytesIO(text)))


def only(*rows, header=HEADER):
    """Read the event of the only row."""
    (event,) = read(*rows, header=header)
    assert isinstance(event, WireEvent)
    return event


def body(event):
    """Decode an event."""
    return orjson.loads(event.value)


def test_an_order_row_is_a_paid_order():
    """An `order` row carries its id, amount, currency and category to the wire."""
    event = only(f"{NOON},order,ann,A1,12.50,EUR,wine")
    assert event[:2] == ("orders", b"ann")
    assert event[3:] == (NOON, 2)
    assert body(event) == {
        "type": "order.paid",
        "event_id": "order.paid:A1",
        "customer_id": "ann",
        "occurred_at": NOON,
        "order_id": "A1",
        "amount": 12.5,
        "currency": "EUR",
        "lines": [{"category": "wine", "amount": 12.5}],
    }


def test_a_refund_row_is_a_refund_without_its_sign_and_lines():
    """A `refund` row is `order.refunded` of its own id; its sign is dropped."""
    for amount in ("-3.00", "3.00"):
        event = only(f"{NOON},refund,ann,C1,{amount},,wine")
        assert event.topic == "orders"
        assert b'"amount":3.00' in event.value
        assert body(event) == {
            "type": "order.refunded",
            "event_id": "order.refunded:C1",
            "customer_id": "ann",
            "occurred_at": NOON,
            "order_id": "C1",
            "amount": 3.0,
        }


def test_any_other_type_is_an_interaction_of_that_kind():
    """A row that is neither order, refund nor adjustment is an interaction."""
    event = only(f"{NOON},login,ann,,,,")
    assert event == WireEvent("interactions", b"ann", event.value, NOON, 2)
    assert body(event) == {
        "type": "interaction",
        "event_id": "interaction:2",
        "customer_id": "ann",
        "occurred_at": NOON,
        "kind": "login",
    }


@pytest.mark.parametrize("event_type", ["order", "refund"])
def test_a_row_without_order_id_is_named_for_its_line(event_type):
    """Without an order id the line names both the event and the order."""
    event = body(only(f"{NOON},{event_type},ann,,5,,"))
    assert (event["event_id"], event["order_id"]) == ("line:2", "line-2")


def test_adjustments_are_skipped_and_counted():
    """An `adjustment` row yields nothing, even without a customer, and is counted."""
    text = f"{HEADER}\n{NOON},adjustment,,,-1,,\n{NOON},adjustment,ann,,x,,\n"
    rows = CsvRows("a.csv", io.BytesIO(text.encode()))
    assert list(rows) == []
    assert rows.adjustments == 2


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("0", "0"),
        ("19.90", "19.90"),
        ("007.50", "7.50"),
        ("000", "0"),
        ("-0.00", "0.00"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
    ],
)
def test_an_amount_keeps_its_decimal_text(written, sent):
    """An amount reaches the wire digit by digit, as a number JSON allows."""
    value = only(f"{NOON},order,ann,A1,{written},,").value
    assert f'"amount":{sent}'.encode() in value
    amount = msgspec.json.decode(value, type=dict[str, msgspec.Raw])["amount"]
    assert Decimal(bytes(amount).decode()) == Decimal(written.lstrip("-"))


@pytest.mark.parametrize(
    ("row", "reason", "told"),
    [
        (f"{NOON},order,,A1,5,,", "missing_customer", "customer_id"),
        (f"{NOON},order,  ,A1,5,,", "missing_customer", "customer_id"),
        (f"{NOON},login,,,,,", "missing_customer", "customer_id"),
        ("noon,order,ann,A1,5,,", "bad_field", "ts_ms is 'noon'"),
        (",order,ann,A1,5,,", "bad_field", "ts_ms is ''"),
        ("-1,order,ann,A1,5,,", "bad_field", "ts_ms is '-1'"),
        ("1e12,order,ann,A1,5,,", "bad_field", "ts_ms is '1e12'"),
        ("1_000,order,ann,A1,5,,", "bad_field", "ts_ms is '1_000'"),
        ("253402300800000,order,ann,A1,5,,", "bad_field", "ts_ms is '2534"),
        ("9999999999999999999,order,ann,A1,5,,", "bad_field", "ts_ms is '9999"),
        (f"{NOON},,ann,A1,5,,", "bad_field", "event_type is ''"),
        (f"{NOON},order,ann,A1,,,", "bad_field", "amount is ''"),
        (f"{NOON},order,ann,A1,free,,", "bad_field", "amount is 'free'"),
        (f"{NOON},order,ann,A1,1e3,,", "bad_field", "amount is '1e3'"),
        (f"{NOON},order,ann,A1,NaN,,", "bad_field", "amount is 'NaN'"),
        (f"{NOON},order,ann,A1,5.,,", "bad_field", "amount is '5.'"),
        (f"{NOON},order,ann,A1,+5,,", "bad_field", "amount is '+5'"),
        (f"{NOON},order,ann,A1, 5,,", "bad_field", "amount is ' 5'"),
        (f'{NOON},order,ann,A1,"1,5",,', "bad_field", "amount is '1,5'"),
        (f"{NOON},order,ann,A1,-5,,", "bad_field", "amount is '-5'"),
        (f"{NOON},refund,ann,A1,--5,,", "bad_field", "amount is '--5'"),
        (f"{NOON},order,ann,A1,5", "bad_field", "5 cells, the header has 7"),
        (f"{NOON},order,ann,A1,5,,,", "bad_field", "8 cells, the header has 7"),
        (f'{NOON},order,"a"nn,A1,5,,', "bad_field", "not CSV"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_a_reason(row, reason, told):
    """A bad row is refused with line, code and cause; its neighbours are not."""
    good = f"{NOON},order,ann,A1,5,,"
    before, refused, after = read(good, row, good)
    assert isinstance(refused, RejectedRow)
    assert (refused.line, refused.reason) == (3, reason)
    assert told in refused.detail
    assert (before.line, after.line) == (2, 4)


def test_bytes_that_are_not_utf_8_cost_one_row():
    """A row of another encoding is refused; the lines after it keep their numbers."""
    rows = [f"{NOON},order,{name},A1,5,,".encode("latin-1") for name in "aéb"]
    text = b"\n".join((HEADER.encode(), *rows))
    first, refused, last = CsvRows("a.csv", io.BytesIO(text))
    assert refused == RejectedRow(3, "bad_field", "The row is not UTF-8 text.")
    assert (first.line, last.line) == (2, 4)


def test_a_quote_left_open_is_refused_where_it_opens():
    """An unclosed quote swallows the rest, and the refusal names where it began."""
    good = f"{NOON},order,ann,A1,5,,"
    event, refused = read(good, f'{NOON},order,"ann,A1,5,,', good)
    assert (event.line, refused.line, refused.reason) == (2, 3, "bad_field")


def test_lines_are_counted_as_an_editor_counts_them():
    """Blank lines and cells of several lines count; a row has its first line."""
    good = f"{NOON},order,ann,A1,5,,"
    two_lines = f'{NOON},order,ann,A2,5,,"red\nwine"'
    assert [row.line for row in read("", two_lines, "", "x", good)] == [3, 6, 7]


def test_columns_may_come_in_any_order_and_some_may_be_absent():
    """Cells are found by the header, and currency and category may be left out."""
    header = "amount,customer_id,ts_ms, order_id,event_type"
    event = body(only(f"5.00,ann,{NOON},A1,order", header=header))
    assert (event["amount"], event["customer_id"], event["order_id"]) == (
        5,
        "ann",
        "A1",
    )
    assert event["occurred_at"] == NOON
    assert not {"currency", "lines"} & event.keys()


def test_windows_line_ends_are_no_part_of_a_cell():
    """A file with CRLF line ends reads as one with LF."""
    rows = [f"{NOON},order,ann,A1,5,EUR,wine", "bad"]
    assert read(*rows, end="\r\n") == read(*rows)


@pytest.mark.parametrize("absent", REQUIRED)
def test_a_required_column_must_be_there(absent):
    """A header without a required column refuses the file and names the column."""
    header = ",".join(name for name in REQUIRED + OPTIONAL if name != absent)
    with pytest.raises(HeaderError, match=f"a.csv.*missing '{absent}'") as caught:
        read(header=header)
    assert caught.value.missing == (absent,)
    assert not caught.value.retriable


def test_unknown_and_repeated_columns_are_refused_by_name():
    """A header with a column we do not know, or twice the same, refuses the file."""
    with pytest.raises(HeaderError, match="unknown 'colour'; repeated 'amount'") as caught:
        read(header=f"{HEADER},colour,amount")
    assert caught.value.unknown == ("colour",)
    assert caught.value.repeated == ("amount",)


@pytest.mark.parametrize("text", [b"", b'"ts_ms', HEADER.encode("utf-16")])
def test_a_file_without_a_readable_header_lacks_all_columns(text):
    """An empty file, and a header that is not CSV in UTF-8, lack every column."""
    with pytest.raises(HeaderError) as caught:
        CsvRows("a.csv", io.BytesIO(text))
    assert caught.value.missing == REQUIRED


NASTY = st.text(max_size=20).filter(lambda text: text and not text.isspace())


@given(customer=NASTY, order_id=NASTY, currency=NASTY, category=NASTY)
def test_any_text_survives_from_cell_to_wire(customer, order_id, currency, category):
    """Quotes, commas, line ends, controls and emoji arrive as they were written."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(REQUIRED + OPTIONAL)
    writer.writerow([NOON, "order", customer, order_id, "1.10", currency, category])
    (event,) = CsvRows("a.csv", io.BytesIO(sheet.getvalue().encode()))
    assert event.key.decode() == customer
    assert body(event) == {
        "type": "order.paid",
        "event_id": f"order.paid:{order_id}",
        "customer_id": customer,
        "occurred_at": NOON,
        "order_id": order_id,
        "amount": 1.1,
        "currency": currency,
        "lines": [{"category": category, "amount": 1.1}],
    }


@given(kind=NASTY.filter(lambda text: text not in {"order", "refund", "adjustment"}))
def test_any_kind_survives_from_cell_to_wire(kind):
    """The type of a row is the kind of the interaction, whatever it holds."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(REQUIRED)
    writer.writerow([NOON, kind, "ann", "", ""])
    (event,) = CsvRows("a.csv", io.BytesIO(sheet.getvalue().encode()))
    assert body(event)["kind"] == kind
