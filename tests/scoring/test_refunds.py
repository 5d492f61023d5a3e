"""A refund is taken back on the day of the order."""

from asof import as_of
from builders import cancellation, day_reached, log, order, policy, refund, stamp
from runs import run

PARTS = ("spend(30)", "orders(30)", "refunds(30)", "lifetime_orders", "lifetime_spend")


def test_a_refund_goes_to_the_day_of_the_order():
    """Spend leaves the window with the order, the refund with its own day."""
    # day   0 ....... 20 ...... 30|    50|
    #       o100      r30
    #       spend 70            |0
    #                 refunds 30 ......|0
    events = [order(0, 100), refund(20, 30)]
    assert as_of(29, *PARTS, events=events) == [70, 1, 30, 1, 70]
    assert as_of(30, *PARTS, events=events) == [0, 0, 30, 1, 70]
    assert as_of(50, *PARTS, events=events) == [0, 0, 0, 1, 70]


def test_a_named_order_day_goes_before_the_remembered_one():
    """`ordered_at` says where the money is taken back."""
    events = [order(0, 100), order(10, 100), refund(20, 30, ordered_at=stamp(10))]
    assert as_of(30, "spend(30)", "spend(31)", events=events) == [70, 170]


def test_a_refund_of_an_unknown_order_counts_on_its_own_day():
    """Without an order to find, the refund's day bears it and no order is uncounted."""
    events = [order(0, 100), refund(20, 30, order_id="lost")]
    assert as_of(30, *PARTS, events=events) == [0, 0, 30, 1, 70]
    assert as_of(29, *PARTS, events=events) == [70, 1, 30, 1, 70]


def test_partial_refunds_add_up_to_a_full_one():
    """The order is uncounted once, when its refunds reach its amount."""
    events = [order(0, 100), refund(1, 60), refund(2, 39)]
    assert as_of(2, *PARTS, events=events) == [1, 1, 99, 1, 1]
    events += [refund(3, 1)]
    assert as_of(3, *PARTS, events=events) == [0, 0, 100, 0, 0]
    events += [refund(4, 50), cancellation(5)]
    assert as_of(5, "orders(30)", "lifetime_orders", events=events) == [0, 0]


def test_a_full_refund_uncounts_an_order_nobody_knows():
    """`full: true` takes back one order even when the order is not remembered."""
    events = [order(0, 100), refund(1, 30, order_id="lost", full=True)]
    assert as_of(1, "orders(30)", "lifetime_orders", events=events) == [0, 0]


def test_a_cancellation_gives_back_what_is_left():
    """Without an amount a cancellation takes the rest; with one, that amount."""
    events = [order(0, 100), refund(1, 60), cancellation(2)]
    assert as_of(2, *PARTS, events=events) == [0, 0, 100, 0, 0]
    events = [order(0, 100), cancellation(2, amount=30)]
    assert as_of(2, *PARTS, events=events) == [70, 0, 30, 0, 70]
    events = [order(0, 100), cancellation(2, "lost")]
    assert as_of(2, *PARTS, events=events) == [100, 0, 0, 0, 100]


def test_spend_is_never_read_below_zero_but_orders_may_be():
    """More given back than bought reads as no spend, and as fewer than no orders."""
    events = [order(0, 10), refund(1, 30, order_id="lost", full=True)]
    events += [refund(2, 1, order_id="lost", full=True)]
    found = as_of(2, "spend(30)", "orders(30)", "average_order(30)", events=events)
    assert found == [0, -1, None]


def test_the_refund_rate_is_of_what_was_spent_and_refunded():
    """refund_rate is refunds over spend and refunds together, null when both are 0."""
    assert as_of(1, "refund_rate(30)", events=[order(0, 40), refund(1, 10)]) == [0.25]
    assert as_of(1, "refund_rate(30)", events=[order(0, 0)]) == [None]


def test_a_refund_long_before_its_order_is_not_forgotten_by_the_due_day():
    """A row below zero that leaves a window raises spend: that day is a due day."""
    # day   40    450     451 ......... 480|
    #       r250  o40     o130 (r250 comes now, for the order of day 450)
    #             -210 .................. leaves: 130 is silver
    events = [order(450, 40, order_id="x"), refund(40, 250, order_id="x"), order(451, 130)]
    events = [order(100, 1, customer_id="bob"), *events, day_reached(490)]
    assert (480, "tier", "bronze", "silver", "crossing") in run(policy(), log(*events)).moves
