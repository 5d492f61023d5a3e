"""Synthetic orders are skewed, ordered and always the same."""

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from statistics import median

import orjson
import pytest

from streams.replay.generator import DAY_MS, Extras, generate_orders


def bodies(events, event_type="order.paid"):
    """Decode the events of one type."""
    decoded = (orjson.loads(event.value) for event in events)
    return [event for event in decoded if event["type"] == event_type]


def test_a_generated_order_is_an_order_on_the_wire():
    """An event is an `order.paid` of its key, at its time, numbered from 1."""
    events = list(generate_orders(10, 3))
    assert [event.line for event in events] == [1, 2, 3]
    for event in events:
        order = orjson.loads(event.value)
        assert event.topic == "orders"
        assert event.key.decode() == order["customer_id"]
        assert event.timestamp_ms == order["occurred_at"]
        assert order["event_id"] == f"order.paid:{order['order_id']}"
        assert order.keys() == {
            "type",
            "event_id",
            "customer_id",
            "occurred_at",
            "order_id",
            "amount",
        }


def test_a_seed_gives_the_same_bytes_everywhere():
    """The bytes of a seed are fixed: these were made once, on another day."""
    digest = hashlib.sha256()
    for event in generate_orders(100, 2_000, seed=7, extras=Extras(0.1, 0.5)):
        digest.update(event.key + event.value)
    assert digest.hexdigest()[:16] == "fc20f2b85a254ac1"


def test_another_seed_gives_other_orders():
    """Seeds, also neighbouring and opposite ones, do not share their draws."""
    seeds = (0, 1, 2, -1)
    drawn = {tuple(e.value for e in generate_orders(100, 50, seed=s)) for s in seeds}
    assert len(drawn) == len(seeds)


@pytest.mark.parametrize("orders", [0, 1, 999, 10_000])
def test_the_number_of_orders_is_exact_and_their_ids_differ(orders):
    """As many orders come as were asked for, each with its own id."""
    events = bodies(generate_orders(50, orders))
    assert len(events) == len({event["order_id"] for event in events}) == orders


def test_times_ascend_over_the_months_asked_for():
    """Orders are sorted by time and spread evenly from the start on."""
    start = date(2023, 5, 6)
    times = [event.timestamp_ms for event in generate_orders(10, 3_650, months=12, start=start)]
    assert times == sorted(times)
    first = datetime(2023, 5, 6, tzinfo=UTC)
    days = Counter((at - int(first.timestamp()) * 1000) // DAY_MS for at in times)
    assert days == dict.fromkeys(range(365), 10)
    last = datetime.fromtimestamp(times[-1] / 1000, UTC)
    assert first + timedelta(364) < last < first + timedelta(365)


def test_few_customers_buy_much_and_many_buy_little():
    """Activity is skewed: a tenth of the customers buys two thirds."""
    bought = Counter(event.key for event in generate_orders(1_000, 20_000))
    counts = sorted(bought.values(), reverse=True)
    assert 0.6 < sum(counts[:100]) / 20_000 < 0.75
    assert median(counts) < 20_000 / 1_000 / 2
    assert bought[b"c0000000"] > bought[b"c0000500"] > 0
    assert max(bought) <= b"c0000999"


def test_amounts_are_lognormal_in_whole_cents():
    """Amounts have two decimals, a median of 60 and a mean half as much more."""
    amounts = [event["amount"] for event in bodies(generate_orders(10, 20_000))]
    assert 58 < median(amounts) < 62
    assert 85 < sum(amounts) / len(amounts) < 95
    assert min(amounts) > 0
    assert all(round(amount, 2) == amount for amount in amounts)


def test_extras_leave_the_orders_as_they_are():
    """Refunds and interactions come between the orders and do not change them."""
    plain = bodies(generate_orders(20, 500))
    events = list(generate_orders(20, 500, extras=Extras(0.1, 2.5)))
    assert bodies(events) == plain
    assert [event.line for event in events] == list(range(1, 501 + 50 + 1250))
    times = [event.timestamp_ms for event in events]
    assert times == sorted(times)


@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
def test_a_refund_gives_back_an_earlier_order_once(share):
    """Each refund is of one order before it, all of it, and of no order twice."""
    paid = {}
    refunds = 0
    for event in generate_orders(20, 3_000, extras=Extras(refunds=share)):
        order = orjson.loads(event.value)
        what = (order["customer_id"], order["amount"])
        if order["type"] == "order.paid":
            paid[order["order_id"]] = what
        else:
            assert paid.pop(order["order_id"]) == what
            assert order["event_id"] == f"order.refunded:{order['order_id']}"
            refunds += 1
    assert refunds == int(3_000 * share)


def test_interactions_have_customers_kinds_and_ids_of_their_own():
    """Interactions go to their topic with a kind, and no two share an id."""
    made = generate_orders(20, 400, extras=Extras(interactions=1.5))
    events = [event for event in made if event.topic == "interactions"]
    decoded = bodies(events, "interaction")
    assert len(events) == len({event["event_id"] for event in decoded}) == 600
    assert len({event["kind"] for event in decoded}) == 8
    assert [e.key.decode() for e in events] == [e["customer_id"] for e in decoded]


def test_orders_come_as_they_are_drawn():
    """The first orders of a thousand million are there at once."""
    assert len(list(islice(generate_orders(10, 10**9, months=1200), 5))) == 5


@pytest.mark.parametrize("sizes", [{"customers": 0}, {"orders": -1}, {"months": 0}], ids=str)
def test_sizes_that_make_no_sense_are_refused_at_once(sizes):
    """Without customers or months there is nothing to draw from."""
    with pytest.raises(ValueError, match="nothing to draw"):
        generate_orders(**({"customers": 1, "orders": 1} | sizes))


@pytest.mark.parametrize("shares", [(-0.1, 0), (1.1, 0), (0, -1)])
def test_shares_out_of_range_cannot_be_asked_for(shares):
    """There are not more refunds than orders, and less than none of anything."""
    with pytest.raises(ValueError, match="out of range"):
        Extras(*shares)
