"""What the tables say of customers who are not as most are (R53)."""

from io import StringIO

import pytest
from builders import day_reached, event, log, order, policy, refund, registration
from rich.console import Console
from runs import run

from scoring.why.explanation import OneOrder
from scoring.why.reasons import Reasons
from streams.inquiry.source import Found
from streams.inquiry.tables import draw
from streams.inquiry.wording import Words, summary

BY_SPEND = """
time_zone: UTC
labels:
  mood:
    - {value: angry, when: "complaints(30) >= 1"}
"""
BY_SCORE = """
score:
  - {name: spend, reading: "spend(30)", cap: 200, weight: 1}
  - {name: timely, reading: "on_time_rate(30)", share: true, weight: 1, missing: skip}
tiers:
  - {name: bronze, enter: 0}
  - {name: silver, enter: 50}
"""
FLOOR = {"kind": "floor", "tier": "gold", "reason": "key account", "author": "kim"}


def shown(rules: str, *events: dict) -> str:
    """The tables about ann, blanks squeezed."""
    given = policy(rules)
    done = run(given, log(*events))
    assert done.meta.day is not None
    told = Reasons(done.rules.judge).explain(done.states["ann"], done.meta.day)
    found = Found("ann", 0, done.meta.day, done.states["ann"], given)
    page = StringIO()
    Console(file=page, width=200).print(draw(found, given, told))
    return " ".join((page.getvalue() + summary("ann", given, told)).split())


def test_who_has_no_tier_is_told_what_they_wait_for():
    """Points there are, but no target and no triggers."""
    text = shown(BY_SCORE, registration(3))
    assert "ann is not graded yet: eligible is first_order" in text
    assert "Score 0.00" in text
    assert "left out" in text
    assert "Triggers" not in text
    assert "tier none yet: eligible is first_order" in text


def test_an_override_is_told_with_its_author_and_the_computed_tier():
    """With and without a last day."""
    text = shown(BY_SPEND, order(3, 120), event("override.set", 4, **FLOOR, until="2024-01-20"))
    assert "ann is gold, spend(30) 120.00; target silver" in text
    assert "floor gold until 2024-01-20, set on 2024-01-05 by kim: key account" in text
    assert "without it the tier would be silver" in text
    assert "Triggers: tier silver, target silver" in text
    assert "tier: gold → silver (manual)" in text
    assert "tier gold (floor gold; computed silver)" in text
    endless = shown(BY_SPEND, order(3, 120), event("override.set", 4, **FLOOR))
    assert "floor gold until it is cleared" in endless


def test_a_reading_that_ranks_is_told_in_its_unit():
    """Money with its decimals: bound, margin, what is missing."""
    text = shown(BY_SPEND, order(3, 120), day_reached(9))
    assert "silver is kept from 90.00 on: 30.00 above" in text
    assert "To gold, from 200.00 on: 80.00 missing" in text
    assert "│ spend(30) │ 80.00 more, by 2024-02-02 │" in text
    assert "│ one order │ of 80.00, by 2024-02-02 │" in text
    assert "│ mood │ none │ no rule is true │ complaints(30) is 0 │" in text


def test_a_pending_demotion_and_the_hold_are_told():
    """The day, the trigger, and how far below the bound."""
    text = shown(BY_SPEND, order(3, 120), refund(4, 120))
    assert "silver is kept from 90.00 on: 90.00 below" in text
    assert "set on 2024-01-04, held until 2024-02-03" in text
    assert "a demotion is pending: bronze on 2024-03-01 by review" in text
    without = shown(
        f"{BY_SPEND}\nmove: {{triggers: [{{name: up, fires_on: any, promote: true}}]}}",
        *(order(3, 120), refund(4, 120)),
    )
    assert "a demotion to bronze is pending; no day in sight brings it" in without


@pytest.mark.parametrize(
    ("order_", "words"),
    [(None, "cannot do it alone"), (OneOrder(0, None), "of any amount, on any day to come")],
)
def test_an_order_that_cannot_do_it_is_not_an_order_of_nothing(order_, words):
    """The two ends."""
    assert Words(policy(BY_SPEND)).one_order(order_) == words
