"""The due day: when to look at a customer again if nothing happens."""

import pytest
from builders import day_reached, iso, log, order, policy, refund, registration
from runs import FIRST, run


def due(rules: str, *events: dict) -> int | None:
    """The due day of ann after the events, as a day of the test."""
    day = run(policy(rules), log(*events)).states["ann"].due
    return None if day is None else day - FIRST


DAILY = """
move:
  hold_days: 10
  triggers: [{name: daily, fires_on: any, promote: true, demote: true}]
"""
MONTHLY = "move: {triggers: [{name: r, fires_on: tick, calendar: monthly, demote: true}]}\n"
FACTS_ONLY = "move: {triggers: [{name: crossing, fires_on: order.paid, promote: true}]}\n"


def test_a_tier_is_looked_at_when_its_row_leaves():
    """Spend of day 0 leaves a 30-day window on day 30: then the tier may be lost."""
    assert due(DAILY, order(0, 150)) == 30


def test_a_demotion_is_due_when_the_hold_is_over():
    """Earlier than the hold permits there is nothing to look at."""
    assert due(DAILY.replace("10", "45"), order(0, 150)) == 45


def test_a_demotion_is_due_on_the_review_after_it_is_possible():
    """The row leaves on day 30, January 31; the review is on February 1."""
    assert due(MONTHLY, order(0, 150)) == 31


def test_the_lowest_tier_has_nothing_to_lose():
    """Without a label that ages and without a tier to rise to on its own: never."""
    assert due(DAILY, order(0, 1)) is None


def test_triggers_that_wait_for_facts_make_no_due_day():
    """If no trigger fires on a tick, time moves no tier."""
    assert due(FACTS_ONLY, order(0, 150)) is None


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("recency_days >= 90", 90),
        ("recency_days > 90", 91),
        ("recency_days < 12", 12),
        ("recency_days == 7", 7),
        ("not recency_days != 7", 7),
        ("90.5 <= recency_days", 91),
        ("tenure_days >= 90", 87),
        ("inactive_days >= 5 or recency_days >= 9", 5),
        ("spend(7) > 0", 7),
        ("orders(7, ending=7) > 0", 7),
        ("recency_days + 1 > 90", 1),
        ("lifetime_orders > 3", None),
        ("recency_days >= 2000000", None),
    ],
)
def test_a_label_is_looked_at_on_the_day_it_may_turn(when, day):
    """Boundaries of ages, rows that leave or enter, or every day when it is not plain."""
    rules = FACTS_ONLY + f'labels: {{x: [{{value: a, when: "{when}"}}, {{value: b}}]}}'
    assert due(rules, order(0), registration(0, -3)) == day


def test_an_exact_day_makes_a_due_day():
    """A trigger for the day of 90 days without a purchase is looked at on that day."""
    trigger = '{name: churn, fires_on: tick, when: "recency_days == 90", demote: true}'
    rules = f"move: {{hold_days: 0, triggers: [{trigger}]}}\n"
    assert due(rules, order(0, 150)) == 90
    assert due(rules, order(0, 150), refund(1, 100)) == 90
    assert due(rules + "by: lifetime_orders", order(0, 150)) is None


def test_a_score_that_drifts_is_looked_at_when_it_may_reach_its_bound():
    """Recency decays to 0 in 100 days: at most half of the score is left on day 50."""
    rules = DAILY + 'score: [{name: r, reading: "recency_days", decay: 100, weight: 1}]\n'
    rules += "tiers: [{name: a, enter: 0}, {name: b, enter: 50, keep: 50}]"
    # Never late; a day early is allowed: the score is compared rounded.
    assert due(rules, order(0)) in (49, 50)


def test_a_slow_drift_is_noticed_when_the_rounded_score_reaches_its_bound():
    """At 0.001 points a day the bound of 0.3 is reached on day 295, as 0.295 rounds up."""
    # day   294        295        300
    #       0.294      0.295      0.300
    #       0.29       0.30 ^     (too late)
    rules = 'score: [{name: t, reading: "tenure_days", cap: 100000, weight: 1}]\n'
    rules += "tiers: [{name: new, enter: 0}, {name: old, enter: 0.3}]"
    moves = run(policy(rules), log(order(0), day_reached(310))).moves
    assert moves[1:] == [(295, "tier", "new", "old", "crossing")]


@pytest.mark.parametrize(
    "normaliser", ["decay: 100", "steps: [{from: 0, value: 1}, {from: 1, value: 0}]"]
)
def test_where_less_is_better_a_row_that_leaves_may_promote(normaliser):
    """A refund that leaves its window raises the score: that day is a due day."""
    # day   0      1           29        30
    #       r80    o (a)       0.2       1.0 ^
    rules = f'score: [{{name: r, reading: "refunds(30)", weight: 1, {normaliser}}}]\n'
    rules += "tiers: [{name: a, enter: 0}, {name: b, enter: 50}]"
    events = [refund(0, 80, order_id="lost"), order(1), day_reached(40)]
    assert run(policy(rules), log(*events)).moves[1:] == [(30, "tier", "a", "b", "crossing")]


def test_a_day_beyond_the_calendar_is_never():
    """A tenure that would take centuries is not waited for, whatever the calendar."""
    score = '\nscore: [{name: t, reading: "tenure_days", cap: 1000000, weight: 1}]'
    promote = MONTHLY.replace("demote", "promote") + score
    assert due(promote + "\ntiers: [{name: a, enter: 0}, {name: b, enter: 50}]", order(0)) is None


def test_the_due_day_is_told_with_the_change():
    """Every change says when its customer is looked at next."""
    (change,) = run(policy(DAILY), log(order(0, 150))).changes
    assert change["due_on"] == iso(30)
