"""Who would move if a policy were used: counted by hand, and against the engine day by day."""

import json

import pytest
from builders import day_reached, log, order, policy, registration
from runs import FIRST, run

from scoring.advance import advance
from scoring.calendar import date_of
from scoring.facts import OverrideSet, Tick
from scoring.units import Day, EpochMs
from streams.bootstrap import judge_of
from streams.inquiry.simulate import Simulator
from streams.inquiry.simulate_result import Simulation
from streams.inquiry.simulate_review import Reviews

REVIEWS = """
move:
  hold_days: {hold}
  triggers:
    - {{name: crossing, fires_on: any, promote: true}}
    - {{name: review, fires_on: tick, calendar: {calendar}, demote: true, steps: {steps}}}
"""
BENEFITS = """
benefits:
  silver: [{name: discount, value: 3 %}]
  gold: [{name: discount, value: 5 %}, {name: lounge}]
"""
TODAY = 40
"""2024-02-10; the next reviews are on March 1, April 1."""
SPENT = {"ann": 40, "bob": 120, "cat": 250, "dan": 250, "eve": 1000}
"""Once on the first day, but dan on day 35: he is held until day 65, March 6."""


def customers(given=None):
    """States under the lasting policy on the day the new one comes, by customer."""
    events = [
        order(35 if name == "dan" else 0, amount, customer_id=name)
        for name, amount in SPENT.items()
    ]
    known = registration(1, customer_id="kim")
    events = sorted([*events, known], key=lambda event: event["occurred_at"])
    return run(given or lasting(), log(*events, day_reached(TODAY))).states


def lasting(snippet: str = "", **bounds):
    """A policy whose ranks time alone does not change: a review finds what was found today."""
    tiers = [{"name": "bronze", "enter": 0}]
    tiers += [{"name": name, "enter": bound} for name, bound in bounds.items()]
    tiers = f"tiers: {json.dumps(tiers)}\n" if bounds else ""
    return policy("by: lifetime_spend\n" + tiers + snippet)


def simulated(new, current=None) -> Simulation:
    """The five customers, and kim who is not graded, under a new policy."""
    current = current or lasting(BENEFITS)
    simulator = Simulator(judge_of(current), judge_of(new))
    for name, state in customers(current).items():
        simulator.add(name, state, Day(FIRST + TODAY))
    return simulator.done()


def test_who_moves_at_once_and_who_at_the_review():
    """Lower bounds promote at once; higher ones demote at the review, a level at a time."""
    found = simulated(lasting("version: 2", silver=30, gold=500))
    assert found.paths == {
        ("bronze", "silver", "silver"): 1,
        ("silver", "silver", "silver"): 1,
        ("gold", "gold", "silver"): 2,
        ("gold", "gold", "gold"): 1,
    }
    assert (found.customers, found.not_graded) == (5, 1)
    assert (found.at_once.directions["up"], found.at_once.directions["down"]) == (1, 0)
    assert (found.at_review.directions["up"], found.at_review.directions["down"]) == (0, 2)
    assert (found.demoted, found.anyway, found.pending) == (2, 0, 0)
    assert found.after == {
        ("bronze", "silver"): 1,
        ("silver", "silver"): 1,
        ("gold", "silver"): 2,
        ("gold", "gold"): 1,
    }


def test_the_hold_puts_a_demotion_off_to_a_later_review():
    """Dan, whose tier was set five days ago, goes down a month after cat."""
    found = simulated(lasting("version: 2", silver=30, gold=500))
    days = {date_of(day).isoformat(): count for day, count in found.reviews.items()}
    assert days == {"2024-03-01": 1, "2024-04-01": 1}


def test_without_a_review_who_stands_too_high_is_counted_as_pending():
    """Nothing of the calendar would take them down."""
    rules = "move: {triggers: [{name: crossing, fires_on: any, promote: true}]}"
    found = simulated(lasting(rules, silver=30, gold=500))
    assert (found.pending, found.demoted, found.at_review.moved) == (2, 0, 0)


@pytest.mark.parametrize("calendar", ["monthly", "quarterly"])
@pytest.mark.parametrize("steps", ["1", "all"])
@pytest.mark.parametrize("hold", [0, 30, 90])
def test_the_review_is_the_engine_s_own(calendar, steps, hold):
    """Ticked day by day, every customer stands still until that day, and then where it says."""
    rules = REVIEWS.format(hold=hold, calendar=calendar, steps=steps)
    judge = judge_of(lasting(rules, silver=300, gold=900))
    reviews = Reviews(judge)
    moved = 0
    for state in customers().values():
        today = Day(FIRST + TODAY)
        reviewed = reviews.next(state, today)
        last = reviewed.on or Day(today + 200)
        for day in range(today + 1, last + 1):
            before = state.tier
            advance(state, Tick(Day(day)), judge, Day(day))
            if day != reviewed.on:
                assert state.tier == before
        assert state.tier == reviewed.tier
        moved += reviewed.on is not None
    assert moved == 3


def test_an_override_holds_the_tier_and_a_review_moves_its_shadow_only():
    """A pinned customer neither rises nor falls."""
    (state,) = run(lasting(), log(order(0, 1000), day_reached(TODAY))).states.values()
    today, judge = Day(FIRST + TODAY), judge_of(lasting())
    pin = OverrideSet("o", EpochMs(0), today, "pin", 2, "key account", "kim")
    advance(state, pin, judge, today)
    simulator = Simulator(judge, judge_of(lasting("version: 2", silver=5000, gold=9000)))
    simulator.add("ann", state, today)
    found = simulator.done()
    assert found.paths == {("gold", "gold", "gold"): 1}
    assert (found.reviews, found.pending) == ({}, 0)


def test_a_tier_that_is_gone_is_told_by_name():
    """Silver is gone: its customers are bronze at once; who deserves plus rises to it."""
    found = simulated(lasting("version: 2", plus=100, gold=200))
    assert found.paths[("silver", "plus", "plus")] == 1
    assert found.at_once.directions["other"] == 1
    assert found.demoted == 0
    found = simulated(lasting("version: 2", plus=130, gold=200))
    assert found.paths[("silver", "bronze", "bronze")] == 1
    assert (found.at_once.directions["down"], found.demoted) == (1, 1)


def test_who_goes_down_anyway_is_told_apart():
    """Cat and eve spent nothing for 30 days: they fall under either policy, dan under the new."""
    fading = policy(BENEFITS)
    assert simulated(policy("version: 2"), fading).demoted == 2
    tiers = (
        "tiers: [{name: bronze, enter: 0}, {name: silver, enter: 100}, {name: gold, enter: 500}]"
    )
    found = simulated(policy(f"version: 2\n{tiers}"), fading)
    assert found.paths[("silver", "silver", "bronze")] == 2
    assert found.paths[("gold", "gold", "silver")] == 1
    assert (found.demoted, found.anyway) == (3, 2)


def test_labels_are_counted_on_both_sides():
    """By value now and then, and how many differ; a label of one policy has one side."""
    size = "labels: {size: [{value: big, when: lifetime_spend >= %d}, {value: small}]%s}\n"
    current = lasting(size % (100, ", mood: [{value: fine}]"))
    found = simulated(lasting("version: 2\n" + size % (500, ""), silver=100, gold=200), current)
    assert found.labels.counts == {
        "size": {"big": [4, 1], "small": [1, 4]},
        "mood": {"fine": [5, 0]},
    }
    assert found.at_once.labels == {"size": 3}
    assert found.at_once.labels_only == 3


def test_who_moves_is_told_by_label_as_well():
    """Of the big ones cat and dan fall at the review; ann, who is small, rises at once."""
    size = "labels: {size: [{value: big, when: lifetime_spend >= 100}, {value: small}]}\n"
    found = simulated(lasting("version: 2\n" + size, silver=30, gold=500), lasting(size))
    assert found.as_json()["labels"]["size"] == [
        {"value": "big", "now": 4, "then": 4, "up": 0, "down": 2},
        {"value": "small", "now": 1, "then": 1, "up": 1, "down": 0},
    ]


def test_benefits_gained_and_lost_are_counted():
    """Ann comes to have the discount at once; cat and dan lose the lounge at the review."""
    found = simulated(lasting("version: 2\n" + BENEFITS, silver=30, gold=500))
    counts = {name: tuple(count) for name, count in found.benefits().items()}
    assert counts == {"discount": (1, 0, 1, 0, 2), "lounge": (0, 0, 0, 2, 0)}


def test_the_sample_has_both_scores_and_the_main_reason():
    """Of who moves at once, and of who moves at the review."""
    score = "score: [{name: money, reading: lifetime_spend, cap: %d, weight: 1}]\n"
    tiers = "tiers: [{name: bronze, enter: 0}, {name: silver, enter: 50}]\n"
    current = policy(score % 200 + tiers)
    found = simulated(policy("version: 2\n" + score % 400 + tiers), current)
    (bob,) = found.at_review.sample
    assert (bob.customer_id, bob.direction) == ("bob", "down")
    assert (bob.score, bob.score_against) == (60.0, 30.0)
    assert bob.reason == ("money", 60.0, 30.0)
    assert found.at_once.sample == ()


@pytest.mark.parametrize(("allowed", "holds"), [(0.39, True), (0.4, False), (1, False)])
def test_the_guard_holds_above_its_share(allowed, holds):
    """Two of five go down."""
    rules = REVIEWS.format(hold=30, calendar="monthly", steps=1).rstrip()
    rules += f"\n  max_move_share: {allowed}\n"
    found = simulated(lasting(rules + "version: 2", silver=30, gold=500))
    assert found.guard.share == 0.4
    assert found.guard.holds == holds
    assert simulated(lasting("version: 2")).guard is None


def test_states_are_left_as_they_were():
    """What was simulated can be graded on."""
    states, untouched = customers(), customers()
    simulator = Simulator(judge_of(lasting()), judge_of(lasting("version: 2", silver=9, gold=500)))
    for name, state in states.items():
        simulator.add(name, state, Day(FIRST + TODAY))
    assert states == untouched
    assert json.loads(json.dumps(simulator.done().as_json()))["as_of"] == [
        date_of(Day(FIRST + TODAY)).isoformat()
    ]


def test_nobody_moves_under_the_same_policy():
    """And without customers there is nothing to share."""
    found = simulated(lasting())
    assert (found.at_once.moved, found.at_review.moved, found.demoted) == (0, 0, 0)
    nothing = Simulator(judge_of(lasting()), judge_of(lasting())).done()
    assert nothing.as_json()["demoted_share"] is None
