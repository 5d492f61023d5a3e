"""Moves that a new policy would put into the review queue: counted, and as the engine does."""

import json

import pytest
from builders import day_reached, log, order
from policies.test_policy_simulation import TODAY, customers, lasting, simulated
from runs import FIRST, run

from scoring.advance import advance
from scoring.cases import is_open
from scoring.facts import ReviewResolved, Tick
from scoring.units import Day, EpochMs
from streams.bootstrap import judge_of
from streams.inquiry.simulate import Simulator
from streams.inquiry.simulate_cases import open_case
from streams.inquiry.simulate_review import Reviews
from streams.inquiry.simulate_view import headline, verdict

ASKED = """
review_when:
  default: %s
  after_days: 5
  rules: [{name: rise, on: promotion}, {name: fall, on: demotion}]
"""
GUARDED = "move: {max_move_share: 0.39}\n"


def asking(default: str = "reject", **bounds):
    """A second version that lets nobody move unasked."""
    return lasting("version: 2" + ASKED % default, **bounds)


def test_what_goes_to_the_queue_is_not_counted_as_a_move():
    """Ann would rise at once, cat and dan fall at the review: all three are asked about."""
    moved = simulated(lasting("version: 2", silver=30, gold=500))
    asked = simulated(asking(silver=30, gold=500))
    assert (moved.at_once.moved, moved.at_review.moved) == (1, 2)
    assert (asked.at_once.moved, asked.at_review.moved, asked.demoted) == (0, 0, 0)
    assert (asked.reviews, asked.pending) == ({}, 0)
    cases = asked.cases
    assert (cases.at_once, cases.at_review, cases.waiting) == (1, 2, 0)
    assert cases.rules == {"rise": 1, "fall": 2}
    assert cases.proposed.matrix == {("bronze", "silver"): 1, ("gold", "silver"): 2}
    assert {one.customer_id for one in cases.proposed.sample} == {"ann", "cat", "dan"}
    assert moved.cases.opened == 0
    assert "3 (60.0%) are put into review instead" in headline(asked)
    told = json.loads(json.dumps(asked.as_json()))["cases"]
    assert (told["at_once"], told["at_review"], told["rules"]) == (1, 2, {"rise": 1, "fall": 2})
    assert told["directions"]["down"] == 2


@pytest.mark.parametrize(
    ("default", "unanswered", "holds"), [("approve", 2, True), ("reject", 0, 0)]
)
def test_the_guard_counts_a_fall_that_nobody_has_to_agree_to(default, unanswered, holds):
    """Cases that silence approves are demotions; those that silence refuses are none."""
    move = "\nmove:\n  max_move_share: 0.39\n  triggers:\n"
    move += "    - {name: review, fires_on: tick, calendar: monthly, demote: true}\n"
    found = simulated(lasting("version: 2" + ASKED % default + move, silver=30, gold=500))
    assert (found.cases.unanswered, found.demoted) == (unanswered, 0)
    assert found.guard.holds == holds
    assert ("2 of them if nobody answers their case" in verdict(found, found.guard)) == holds


@pytest.mark.parametrize("hold", [0, 30])
def test_the_review_opens_the_case_the_engine_opens(hold):
    """Ticked day by day everybody keeps their tier, and has the case that was foretold."""
    rules = f"move: {{hold_days: {hold}, triggers: "
    rules += "[{name: review, fires_on: tick, calendar: monthly, demote: true}]}\n"
    judge = judge_of(lasting(rules + ASKED % "reject", silver=300, gold=900))
    foretold = 0
    for state in customers().values():
        reviewed = Reviews(judge).next(state, Day(FIRST + TODAY))
        tier, case = state.tier, None
        for day in range(FIRST + TODAY + 1, FIRST + TODAY + 60):
            advance(state, Tick(Day(day)), judge, Day(day))
            case = case or open_case(state)
            assert state.tier == tier
        wanted = reviewed.case
        assert (case and (case.to, case.opened)) == (wanted and (wanted.to, wanted.opened))
        foretold += wanted is not None
    assert foretold == 3


def test_a_case_that_is_open_already_waits_on_and_a_refused_one_waits_for_nobody():
    """Asked the same by the new version, it is not counted as new."""
    current = lasting(ASKED % "reject")
    states = run(current, log(order(0, 40), order(39, 110), day_reached(TODAY))).states
    (state,) = states.values()
    assert open_case(state) is not None

    def counted():
        simulator = Simulator(judge_of(current), judge_of(asking()))
        simulator.add("ann", state, Day(FIRST + TODAY))
        return simulator.done().cases

    found = counted()
    assert (found.opened, found.waiting) == (0, 1)
    day = Day(FIRST + TODAY)
    answer = ReviewResolved("no", EpochMs(0), day, False, "a reseller", "kim", None, None)
    assert is_open(state, answer)
    advance(state, answer, judge_of(current), day)
    found = counted()
    assert (found.opened, found.waiting) == (0, 0)
