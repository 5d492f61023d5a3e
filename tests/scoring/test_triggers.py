"""Which trigger moves a tier, and when. Spend of 30 days: silver from 100, gold from 200.

Day 0 is January 1, 2024. `o` is an order, `r` a refund, `^` a promotion, `v` a demotion.
"""

import pytest
from agreement import check_agreement, grades
from builders import (
    cancellation,
    day_reached,
    document,
    interaction,
    log,
    order,
    policy,
    refund,
)
from moving import DAILY, moves
from runs import run


@pytest.mark.parametrize(
    ("calendar", "day"), [("monthly", 31), ("quarterly", 91), ("half-yearly", 182)]
)
def test_a_review_is_on_the_first_of_its_months(calendar, day):
    """A value lost on January 31 costs the tier on the next first of the calendar."""
    # day   0 Jan 1     30 Jan 31     31 Feb 1    91 Apr 1    182 Jul 1
    rules = policy_with_review(calendar)
    assert moves(rules, order(0, 100), day_reached(200)) == [(day, "silver", "bronze", "review")]


def policy_with_review(calendar: str) -> str:
    """Demotes on the review days of a calendar."""
    return DAILY.replace("fires_on: tick,", f"fires_on: tick, calendar: {calendar},").replace(
        "daily", "review"
    )


def test_a_review_within_the_hold_is_put_off_to_the_next():
    """The demotion is due on the first review on or after the end of the hold."""
    # day   2 Jan 3     31 Feb 1     32 hold over     60 Mar 1
    #       o100 ^      (held)       |0               v
    events = [order(2, 50), order(2, 50), order(1, 50), day_reached(100)]
    assert moves("", *events)[1:] == [(60, "silver", "bronze", "review")]


@pytest.mark.parametrize(("set_on", "lost"), [(1, 31), (2, 60)])
def test_a_review_on_the_day_the_hold_ends_is_late_enough(set_on, lost):
    """On or after: a tier set on January 2 may go on February 1, one of January 3 in March."""
    # day   1 o100 (or 2)     31 Feb 1     60 Mar 1
    events = [order(0, 10, order_id="x"), order(set_on, 95), refund(set_on, 95, "o1")]
    assert moves("", *events, day_reached(90))[1:] == [(lost, "silver", "bronze", "review")]


def test_a_demotion_nothing_permits_is_pending():
    """Until the review the tier stays and the grade shows the lower target."""
    done = run(policy(), log(order(5, 100), day_reached(59)))
    grade = grades(done)["ann"]
    assert (grade["tier"], grade["target"]) == ("silver", "bronze")
    done = run(policy(), log(order(5, 100), day_reached(60)))
    assert grades(done)["ann"]["tier"] == "bronze"


CHURN = """
by: lifetime_orders
tiers: [{name: bronze, enter: 0}, {name: silver, enter: 2, keep: 2}]
move:
  triggers:
    - {name: crossing, fires_on: any, promote: true}
    - {name: churn-window, fires_on: tick, when: "recency_days == 90", demote: true}
"""


def test_the_churn_window_closes_on_its_day():
    """At 89 days without a purchase nothing happens; at 90 the pending move is made."""
    # day   0      1      2               91    92
    #       o      o ^    r (pending)     |89   |90 v
    events = [order(0), order(2), refund(3, order_id="o1", full=True)]
    assert moves(CHURN, *events, day_reached(91))[1:] == []
    assert moves(CHURN, *events, day_reached(92))[1:] == [(92, "silver", "bronze", "churn-window")]


def test_a_purchase_moves_the_churn_window():
    """A new purchase starts the count of days again."""
    events = [order(0), order(2), refund(3, order_id="o1", full=True)]
    events += [order(50), refund(51, order_id="o3", full=True), day_reached(140)]
    assert moves(CHURN, *events)[1:] == [(140, "silver", "bronze", "churn-window")]


def test_after_its_day_the_churn_window_is_shut():
    """What becomes pending on day 91 without a purchase waits for another trigger."""
    events = [order(0), order(1), refund(92, order_id="o0", full=True), day_reached(300)]
    assert moves(CHURN, *events)[1:] == []


LARGE = """
move:
  steps: all
  triggers:
    - {name: large-order, fires_on: order.paid, when: "amount >= 100", promote: true}
    - {name: crossing, fires_on: any, promote: true}
    - {name: refund, fires_on: [order.refunded, order.cancelled], demote: true, ignore_hold: true}
"""


@pytest.mark.parametrize(("amount", "trigger"), [("99.99", "crossing"), (100, "large-order")])
def test_the_first_trigger_that_permits_gives_its_name(amount, trigger):
    """A large order crosses too, but the policy names large orders first."""
    found = moves(LARGE, order(0, 50), order(1, amount))
    assert found == [(1, "bronze", "silver", trigger)]


@pytest.mark.parametrize("given_back", [refund(2, 90), cancellation(2)])
def test_a_refund_takes_the_tier_back_at_once(given_back):
    """A refund ignores the hold, names itself, and goes as far as its steps say."""
    assert moves(LARGE, order(0, 100), order(1, 100), given_back) == [
        (1, "silver", "gold", "large-order"),
        (2, "gold", "silver", "refund"),
    ]


@pytest.mark.parametrize(
    ("back", "tier"),
    [
        (refund(1, 250, "o1"), "bronze"),
        (refund(1, 240, "o1", full=True), "bronze"),
        (cancellation(1, "o1"), "bronze"),
        (refund(9, 250, "o1"), "bronze"),
        (refund(1, 100, "o1"), "silver"),
        (refund(1, "80.01", "o1"), "silver"),
        (refund(1, 80, "o1"), None),
    ],
)
def test_the_order_that_promoted_is_taken_back(back, tier):
    """At once, wholly or in part: over two levels and within the hold, to what is deserved."""
    # day   0 o10    1 o250 ^gold, r v        spent: 10 (full), 160 (part), 180 keeps gold
    events = [order(0, 10), order(1, 250), back]
    check_agreement(policy(LARGE), document(LARGE), log(*events))
    promoted, *rest = moves(LARGE, *events)
    assert promoted == (1, "bronze", "gold", "large-order")
    assert [(to, trigger) for _, _, to, trigger in rest] == ([(tier, "refund")] if tier else [])


def test_a_refund_of_another_order_takes_back_no_more_than_its_part():
    """Whichever order is given back, the tier is the one the rest deserves."""
    events = [order(0, 90), order(1, 150), refund(2, 90), refund(3, 150, "o1")]
    assert moves(LARGE, *events)[1:] == [
        (2, "gold", "silver", "refund"),
        (3, "silver", "bronze", "refund"),
    ]


def test_a_refund_that_still_keeps_the_tier_moves_nothing():
    """Down to nine tenths of the bound the tier stays."""
    assert moves(LARGE, order(0, 100), refund(2, 10)) == []


def test_time_alone_may_promote():
    """A tenure that grows into a tier is noticed on the day, without a fact."""
    rules = "by: tenure_days\ntiers: [{name: new, enter: 0}, {name: old, enter: 90}]"
    assert moves(rules, order(0), day_reached(89)) == []
    assert moves(rules, order(0), day_reached(90)) == [(90, "new", "old", "crossing")]


def test_a_trigger_only_permits_what_it_says():
    """Without a trigger that promotes, a customer stays where the first grade put it."""
    rules = "move: {triggers: [{name: daily, fires_on: tick, demote: true}]}"
    assert moves(rules, order(0, 1), order(1, 500), day_reached(20)) == []


def test_a_tick_is_judged_before_the_facts_of_its_day():
    """An order on the review day comes too late to save the tier that day."""
    # day   0 Jan 1     31 Feb 1
    #       o100 ^      v, then o100 ^
    assert moves("", order(0, 100), order(31, 100)) == [
        (31, "silver", "bronze", "review"),
        (31, "bronze", "silver", "crossing"),
    ]


def test_the_first_order_makes_a_customer_eligible():
    """Interactions alone are no reason for a grade, unless the policy says so."""
    events = [interaction(1), interaction(40), order(50, 150), day_reached(60)]
    assert run(policy(), log(*events)).moves == [(50, "tier", None, "silver", "first-grade")]
    first_fact = run(policy("eligible: first_fact"), log(*events)).moves
    assert first_fact == [
        (1, "tier", None, "bronze", "first-grade"),
        (50, "tier", "bronze", "silver", "crossing"),
    ]
