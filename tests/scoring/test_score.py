"""From readings to a score, and from a score to a tier."""

import pytest
from builders import interaction, log, order, policy
from runs import run

from scoring.advance import rounded

BANDS = "tiers: [{name: gold, enter: 0}, {name: diamond, enter: 85}]\n"


def scored(dimensions: str, *events: dict, more: str = BANDS) -> tuple[str, float]:
    """Tier and score of the first grade under a scorecard."""
    first = run(policy(f"score: [{dimensions}]\n{more}"), log(*events)).changes[-1]
    return first["to"], first["score"]


@pytest.mark.parametrize(
    ("amount", "score", "tier"),
    [("84.994", 84.99, "gold"), ("84.995", 85.0, "diamond"), (85, 85.0, "diamond")],
)
def test_the_rounded_score_is_compared(amount, score, tier):
    """84.99 is below the band of 85 and 84.995 is in it: halves go up, then compare."""
    dimension = '{name: a, reading: "spend(30)", cap: 100, weight: 1}'
    whole = {"currency": "KWD"}
    found = scored(dimension, order(3, amount, **whole), more=BANDS + "currency: KWD")
    assert found == (tier, score)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(0.0, 0.0), (84.994999, 84.99), (84.995, 85.0), (100.0, 100.0), (1.005, 1.01)],
)
def test_halves_are_rounded_up(raw, shown):
    """A score is shown with two decimals, half up in spite of binary fractions."""
    assert rounded(raw) == shown


@pytest.mark.parametrize(
    ("normaliser", "score"),
    [
        ("cap: 160", 25),
        ("cap: 40", 100),
        ("cap: 10", 100),
        ("decay: 160", 75),
        ("decay: 40", 0),
        ("decay: 10", 0),
        ("share: true", 100),
        ("steps: [{from: 40, value: 0.5}, {from: 40.01, value: 1}]", 50),
        ("steps: [{from: 40.01, value: 1}]", 0),
    ],
)
def test_a_normaliser_puts_a_reading_on_0_to_1(normaliser, score):
    """Cap divides, decay inverts, share clips, steps look up the last bound reached."""
    dimension = f'{{name: a, reading: "spend(30)", weight: 1, {normaliser}}}'
    assert scored(dimension, order(3, 40))[1] == score


@pytest.mark.parametrize("amount", ["1.09", "1.1", "1.11"])
def test_a_step_in_yuan_is_reached_to_the_cent(amount):
    """A step from 1.1 yuan is reached at 110 fen, not at the float just above."""
    steps = '{name: a, reading: "spend(30)", weight: 1, steps: [{from: 1.1, value: 1}]}'
    assert scored(steps, order(3, amount))[1] == (0 if amount == "1.09" else 100)


def test_a_share_of_money_is_in_yuan():
    """`share` clips the reading in major units, as people write it."""
    dimension = '{name: a, reading: "spend(30)", share: true, weight: 1}'
    assert scored(dimension, order(3, "0.25"))[1] == 25


def test_weights_are_relative():
    """The score is the weighted mean, whatever the weights add up to."""
    parts = [
        '{name: a, reading: "spend(30)", cap: 80, weight: 6}',
        '{name: b, reading: "orders(30)", cap: 4, weight: 2}',
    ]
    assert scored(", ".join(parts), order(3, 40))[1] == 43.75


@pytest.mark.parametrize(
    ("missing", "score"),
    [("", 50), ("missing: 0", 50), ("missing: 1", 100), ("missing: skip", 100)],
)
def test_a_missing_reading_counts_as_the_policy_says(missing, score):
    """A null reading takes its `missing` value, or its weight leaves both sums."""
    parts = [
        '{name: a, reading: "spend(30)", cap: 40, weight: 1}',
        f'{{name: b, reading: "on_time_rate(30)", share: true, weight: 1, {missing}}}',
    ]
    assert scored(", ".join(parts), order(3, 40))[1] == score


def test_nothing_to_weigh_is_a_score_of_zero():
    """When every dimension is skipped the score is 0, not an error."""
    dimension = '{name: a, reading: "trend(30)", share: true, weight: 1, missing: skip}'
    assert scored(dimension, order(3, 40)) == ("gold", 0)


def test_a_reading_that_is_null_ranks_lowest():
    """Who has nothing to be ranked by starts at the bottom."""
    rules = policy("by: last_order_amount\neligible: first_fact")
    assert run(rules, log(interaction())).moves[0][3] == "bronze"


def test_a_policy_may_rank_by_a_reading():
    """`by` compares enter and keep in the unit of the reading; a score is optional."""
    done = run(policy(), log(order(3, "99.99"), order(4, "0.01")))
    assert [(c["to"], c["score"]) for c in done.changes] == [("bronze", None), ("silver", None)]
