"""Which days a window covers.

Timelines read from left to right: `o` is an order, `r` a refund, `|` the partition day.
"""

import pytest
from asof import as_of
from builders import (
    cancellation,
    interaction,
    order,
    overdue,
    refund,
    registration,
    settlement,
)

TWO_HALVES = [order(day, 10) for day in (0, 10, 40, 50, 55)]


@pytest.mark.parametrize(("day", "spend"), [(0, 40), (29, 40), (30, 0)])
def test_a_row_leaves_a_window_of_n_days_on_day_n(day, spend):
    """spend(30) covers today and the 29 days before it."""
    # day   0 ........... 29    30
    #       o40           |40   |0
    #       [--- 30 days ---]
    assert as_of(day, "spend(30)", events=[order(0, 40)]) == [spend]


@pytest.mark.parametrize(("day", "orders"), [(29, 0), (30, 1), (59, 1), (60, 0)])
def test_a_shifted_window_ends_k_days_ago(day, orders):
    """orders(30, ending=30) covers the 30 days before the last 30."""
    # day   0 ........ 29   30 ............ 59    60
    #       o          |0   |1              |1    |0
    #                  [..] the last 30 days are not covered
    assert as_of(day, "orders(30, ending=30)", events=[order(0)]) == [orders]


def test_adjoining_windows_share_no_day():
    """x(N) and x(N, ending=N) split the last 2N days without overlap or gap."""
    # day   0 ... 10 ... 29 | 30 ... 40 ... 50 ... 55 .. 59|
    #       o     o           [      o      o      o       ]
    found = as_of(59, "orders(30)", "orders(30, ending=30)", "orders(60)", events=TWO_HALVES)
    assert found == [3, 2, 5]


def test_trend_compares_a_window_with_the_one_before():
    """trend(30) is orders(30) over orders(30, ending=30), less one."""
    assert as_of(59, "trend(30)", events=TWO_HALVES) == [0.5]


def test_trend_needs_an_order_in_the_window_before():
    """With nothing to compare with, trend is null."""
    assert as_of(29, "trend(30)", events=TWO_HALVES[:2]) == [None]


def test_a_late_order_counts_as_if_it_had_come_in_time():
    """Every later reading is the same whether the order came late or not."""
    # day   0 ....... 20 ...... 40|
    #       o1        o2 (comes on day 40)
    readings = ("spend(30)", "orders(30)", "recency_days", "tenure_days")
    on_time = [order(0, 10), order(20, 7), order(40, 5)]
    late = [order(0, 10), order(40, 5), order(20, 7)]
    assert as_of(40, *readings, events=late) == as_of(40, *readings, events=on_time)


@pytest.mark.parametrize(("age", "kept"), [(400, 1), (401, 0)])
def test_a_row_older_than_400_days_only_counts_for_life(age, kept):
    """At 400 days a late order is still folded; at 401 only totals and tenure take it."""
    # day   0 .................. 400    401
    #       o (comes now) ...... |      |
    readings = ("lifetime_orders", "lifetime_spend", "tenure_days", "recency_days")
    events = [order(age, 5), order(0, 40, customer_id="ann")]
    assert as_of(age, *readings, events=events) == [2, 45, age, 0]
    remembered = [*events, refund(age, 40, order_id="o1")]
    found = as_of(age, "orders(400, ending=0)", "lifetime_orders", events=remembered)
    assert found == [1, 2 - kept]


def test_recency_counts_from_the_latest_purchase_by_day():
    """A late order does not make the last purchase older."""
    assert as_of(50, "recency_days", events=[order(20), order(10)]) == [30]


def test_a_refund_is_no_purchase_and_no_undoing_of_one():
    """Refunds and cancellations leave recency and the last order's amount."""
    events = [order(0, 40), refund(5, 40), order(6, 10), cancellation(7, "o2")]
    assert as_of(10, "recency_days", "last_order_amount", events=events) == [4, 10]


def test_the_last_order_is_the_latest_by_instant():
    """Of two orders of one instant the later in the log is the last."""
    events = [order(5, 1), order(3, 2), order(5, 3)]
    assert as_of(9, "last_order_amount", events=events) == [3]
    assert as_of(9, "last_order_amount", events=events[:2]) == [1]


def test_activity_is_an_order_or_an_interaction():
    """Refunds, registrations and invoices do not end inactivity."""
    events = [order(0), interaction(3), refund(6), registration(7), settlement(8)]
    assert as_of(10, "inactive_days", "recency_days", events=events) == [7, 10]


def test_tenure_counts_from_registration_when_it_is_known():
    """Without a registration the first fact counts, whatever its kind."""
    events = [interaction(4), order(9)]
    assert as_of(10, "tenure_days", events=events) == [6]
    assert as_of(10, "tenure_days", events=[*events, registration(9, 1)]) == [9]
    both = [registration(9, 1), registration(9, 8)]
    assert as_of(10, "tenure_days", events=both) == [2]


def test_invoices_are_counted_on_the_day_they_were_paid():
    """On time is paid on or before the due day; overdue notices are counted apart."""
    events = [settlement(0, 0), settlement(10, 9), settlement(20, 25), overdue(20)]
    readings = ("on_time_rate(30)", "on_time_rate(10)", "overdue(30)")
    assert as_of(29, *readings, events=events) == [pytest.approx(2 / 3), 1, 1]
    assert as_of(30, "on_time_rate(30)", events=events) == [0.5]


def test_interactions_are_counted_by_kind():
    """Without a kind all count; complaints, referrals and surveys have names."""
    kinds = ["login", "complaint", "survey", "login"]
    events = [interaction(day, kind) for day, kind in enumerate(kinds)]
    readings = ("interactions(30)", "interactions(30, login)", "complaints(30)")
    assert as_of(9, *readings, "surveys(30)", "referrals(30)", events=events) == [4, 2, 1, 1, 0]


def test_a_category_is_seen_on_the_day_it_was_last_bought():
    """categories(N) counts those whose last purchase lies in the window."""

    def basket(day, *names):
        return order(day, 1, lines=[{"amount": 1, "category": name} for name in names])

    events = [basket(0, "milk", "fish"), basket(20, "milk"), basket(10, "milk")]
    assert as_of(30, "categories(30)", "categories(31)", events=events) == [1, 2]
    assert as_of(30, "categories(10, ending=20)", events=events) == [0]


def test_shares_are_of_the_line_amount():
    """High-margin and new-product shares weigh lines by amount, null without any."""
    lines = [{"amount": 30, "high_margin": True}, {"amount": 10, "new_product": True}]
    readings = ("high_margin_share(30)", "new_product_share(30)", "margin(30)")
    assert as_of(3, *readings, events=[order(3, lines=lines)]) == [0.75, 0.25, 0]
    assert as_of(3, *readings, events=[order(3)]) == [None, None, 0]


def test_a_loss_is_a_margin_below_zero():
    """Margins may be negative and are summed as they are."""
    lines = [{"amount": 30, "margin": -5}, {"amount": 10, "margin": "2.5"}]
    assert as_of(3, "margin(30)", events=[order(3, lines=lines)]) == [-2.5]
