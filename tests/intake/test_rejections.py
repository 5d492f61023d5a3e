"""Every reason for which a record is refused."""

import pytest
from builders import (
    cancellation,
    day_reached,
    event,
    interaction,
    order,
    overdue,
    refund,
    registration,
    settlement,
    stamp,
)
from decoding import decoded

from streams.intake.outcomes import DayReached, Rejected

LINE = {"amount": 1}


@pytest.mark.parametrize(
    ("value", "reason", "told"),
    [
        (None, "null_value", "no value"),
        (b"", "bad_json", "not JSON"),
        (b"{", "bad_json", "not JSON"),
        (b'{"type": "order.paid",}', "bad_json", "not JSON"),
        (b'{"type": "order.paid"} x', "bad_json", "not JSON: Extra data"),
        (b'{"type": NaN}', "bad_json", "NaN is no JSON number"),
        (b'{"type": "order.paid", "amount": Infinity}', "bad_json", "no JSON number"),
        (b'\xef\xbb\xbf{"type": "order.paid"}', "bad_json", "malformed"),
        (b'{"type": "\xff"}', "bad_json", "not JSON"),
        (b'{"type": "\\ud800"}', "bad_json", "JSON"),
        (b"[" * 100_000, "bad_json", "not JSON"),
        (b"[]", "bad_json", "not a JSON object"),
        (b"null", "bad_json", "not a JSON object"),
        (b'"order.paid"', "bad_json", "not a JSON object"),
        (b"{}", "unknown_type", "known are"),
        (event("order.lost", 3), "unknown_type", "'order.lost'"),
        (order(type=7), "unknown_type", "type 7"),
        (order(type=None), "unknown_type", "type None"),
        (order(type="x" * 1000), "unknown_type", "xxx"),
        (event("grade.recalculated", 3), "unknown_type", "day.reached"),
        (order(customer_id=None), "missing_customer", "customer_id"),
        (order(customer_id=""), "missing_customer", "customer_id"),
    ],
)
def test_what_is_no_event_is_refused(value, reason, told):
    """No value, no JSON object, no known type, no customer: each has its reason."""
    found = decoded(value)
    assert isinstance(found, Rejected)
    assert found.reason == reason
    assert told in found.detail


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": None},
        {"amount": -1},
        {"amount": "-0.01"},
        {"amount": True},
        {"amount": []},
        {"amount": "12,50"},
        {"amount": " 12"},
        {"amount": "12."},
        {"amount": ".5"},
        {"amount": "+1"},
        {"amount": "01"},
        {"amount": "0x10"},
        {"amount": "1_0"},
        {"amount": "NaN"},
        {"amount": "Infinity"},
        {"amount": ""},
        {"amount": "\uff11\uff12"},
        {"amount": "100000000000.01"},
        {"amount": 1e300},
        {"amount": "1e300"},
        {"event_id": ""},
        {"event_id": 7},
        {"event_id": "x" * 257},
        {"order_id": ""},
        {"order_id": 7},
        {"customer_id": 7},
        {"customer_id": "x" * 257},
        {"occurred_at": None},
        {"occurred_at": ""},
        {"occurred_at": "yesterday"},
        {"occurred_at": "2024-01-04"},
        {"occurred_at": "2024-01-04T12:00:00"},
        {"occurred_at": "2024-02-30T12:00:00Z"},
        {"occurred_at": 1.5},
        {"occurred_at": -1},
        {"occurred_at": 2**63},
        {"occurred_at": "2200-01-01T00:00:00Z"},
        {"occurred_at": "1969-12-31T23:59:59Z"},
        {"currency": 7},
        {"test": "yes"},
        {"source": 7},
        {"channel": 7},
        {"lines": {}},
        {"lines": [7]},
        {"lines": [{}]},
        {"lines": [{"amount": -1}]},
        {"lines": [LINE | {"margin": "x"}]},
        {"lines": [LINE | {"category": 7}]},
        {"lines": [LINE | {"high_margin": 1}]},
        {"lines": [LINE | {"new_product": "no"}]},
        {"lines": [LINE | {"sku": 7}]},
    ],
    ids=str,
)
def test_a_wrong_field_of_an_order_is_refused(fields):
    """A field of the wrong type, or a value that cannot be, refuses the whole order."""
    given = {k: v for k, v in (order() | fields).items() if v is not None}
    found = decoded(given, key=b"ann")
    assert isinstance(found, Rejected)
    assert found.reason == "bad_field"
    assert found.detail


@pytest.mark.parametrize(
    "value",
    [
        refund(amount=-1),
        refund(amount=None),
        refund(order_id=""),
        refund(4, ordered_at=stamp(5)),
        refund(full="yes"),
        cancellation(amount=-1),
        cancellation(4, ordered_at=stamp(5)),
        cancellation(order_id=""),
        settlement(3, paid_at=stamp(4)),
        settlement(paid_at=None),
        settlement(due_at="soon"),
        settlement(invoice_id=""),
        overdue(due_at=None),
        overdue(due_at=-1),
        interaction(kind="yawn"),
        interaction(kind=""),
        interaction(kind=7),
        registration(3, 4),
        registration(registered_at=None),
        registration(attributes=[]),
        registration(attributes={"a": {}}),
        registration(attributes={"a": [1]}),
        registration(attributes={"a": 2**63}),
        registration(attributes={"a": -(2**63) - 1}),
        day_reached(3) | {"occurred_at": "x"},
    ],
    ids=str,
)
def test_a_wrong_field_of_another_event_is_refused(value):
    """Each type of event has its own fields, and days that may not lie ahead of it."""
    found = decoded(value, key=b"ann")
    assert isinstance(found, Rejected)
    assert found.reason == "bad_field"


@pytest.mark.parametrize("key", [b"bob", b"Ann", b"ann ", b"", b"\xff", "Ann".encode("utf-16")])
def test_the_key_must_be_the_customer(key):
    """A key of another customer would fold the event in the wrong place."""
    found = decoded(order(), key=key)
    assert isinstance(found, Rejected)
    assert found.reason == "key_mismatch"


def test_a_record_without_a_key_has_no_customer():
    """A customer named in the value alone does not say which partition is right."""
    found = decoded(order(), key=None)
    assert isinstance(found, Rejected)
    assert found.reason == "missing_customer"
    assert isinstance(decoded(day_reached(3), key=None), DayReached)


@pytest.mark.parametrize("value", [order(currency="GBP"), interaction(currency="usd")])
def test_an_unknown_currency_is_refused(value):
    """There is no rate for it: known are the policy's currency and its table."""
    told = f"{value['currency']}; known are CNY, USD"
    assert decoded(value) == Rejected("unknown_currency", told)
