"""Rows of three systems become events (R39); what cannot is refused by line and field."""

import gzip
import json
from pathlib import Path

import pytest
from mapping_rows import DEBEZIUM, ERP

from streams.mapping.document import MappingRefused, load_mapping
from streams.mapping.feed import Counts, map_file
from streams.mapping.mapper import Mapper

ROOT = Path(__file__).parents[2]

CRM = """Contact ID,Created,Last Modified,Region,Industry,Employees
K7,2025-01-02,2026-02-01 08:00,华东,retail,
K8,2025-01-02,2026-02-01 08:00,Mars,retail,12
"""


def mapped(name: str, path: Path) -> tuple[list[dict], Counts, list[tuple[int, str]]]:
    """Events, counts, and line and detail of refused rows."""
    source = str(ROOT / "examples" / "mappings" / f"{name}.yaml")
    counts, refused = Counts(), []
    mapper = Mapper(load_mapping(source), source)
    events = list(map_file(mapper, str(path), counts, refused.append))
    bodies = [json.loads(event.value) for event in events]
    assert [event.key.decode() for event in events] == [body["customer_id"] for body in bodies]
    return bodies, counts, [(row.line, row.detail) for row in refused]


def test_debezium_change_events_of_orders(tmp_path):
    """A state of the row is an event once it means one; a deletion is passed over."""
    path = tmp_path / "orders.jsonl"
    path.write_text("\n".join(map(json.dumps, DEBEZIUM)), "utf-8")
    events, counts, _ = mapped("debezium-orders", path)
    assert events == [
        {
            "type": "order.paid",
            "event_id": "order.paid:7781",
            "customer_id": "42",
            "order_id": "7781",
            "occurred_at": 1772328600000,
            "amount": "1280.5",
            "currency": "CNY",
        },
        {
            "type": "order.cancelled",
            "event_id": "order.cancelled:7781",
            "customer_id": "42",
            "order_id": "7781",
            "occurred_at": 1772350000123,
        },
    ]
    assert (counts.rows, counts.events, counts.passed, counts.refused) == (4, 2, 2, 0)


def test_flat_rows_of_an_erp(tmp_path):
    """Gzip and a byte order mark are no matter; a sign, a zone and a date alone are read."""
    path = tmp_path / "bookings.csv.gz"
    path.write_bytes(gzip.compress(ERP.encode()))
    events, counts, refused = mapped("erp-rows", path)
    told = [(e["type"], e["event_id"], e["occurred_at"], e.get("amount")) for e in events]
    assert told == [
        ("order.paid", "SALE:1", 1772328600000, "1280.50"),
        ("order.refunded", "RETURN:2", 1772676000000, "80.5"),
        ("invoice.settled", "PAYMENT:3", 1773936000000, None),
    ]
    assert (counts.rows, counts.passed) == (7, 1)
    assert [line for line, _ in refused] == [6, 7, 8]
    assert "BOOKED_AT is 'tomorrow'" in refused[0][1]
    assert "customer_id" in refused[1][1]
    assert "NET_AMOUNT is 'plenty'; it must be a number" in refused[2][1]


def test_attributes_of_a_crm(tmp_path):
    """Values are translated, missing ones have a default, unknown ones are refused."""
    path = tmp_path / "contacts.csv"
    path.write_text(CRM, "utf-8")
    events, _, refused = mapped("crm-contacts", path)
    (event,) = events
    assert event["attributes"] == {"region": "east", "industry": "retail", "size": "unknown"}
    assert event["registered_at"] == 1735747200000
    assert refused == [(3, "Region is 'Mars'; it must be one of 华东, 华南, 华北.")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mapping: x\nevents: []", "events: List should have at least 1 item"),
        ("mapping: x\nevents: [{type: order.sold, fields: {}}]", "'order.sold' is no event"),
        (
            "mapping: x\nevents: [{type: order.paid, fields: {colour: c}}]",
            "events.0.fields.colour: order.paid has no such field",
        ),
        ("mapping: x\nevents: [{type: order.paid, fields: {}}]", "order_id is needed"),
        (
            "mapping: x\nevents: [{type: order.paid, fields: {amount: {path: a, const: 1}}}]",
            "say exactly one of path, const and join",
        ),
        ("mapping: x\ntopic: y\nevents: []", "topic: Extra inputs are not permitted"),
        ("a: [", "not YAML"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_place(tmp_path, text, problem):
    """Before the first row is read."""
    path = tmp_path / "wrong.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(MappingRefused) as refused:
        Mapper(load_mapping(str(path)), str(path))
    assert problem in str(refused.value)
