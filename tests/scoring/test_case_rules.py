"""Moves that wait for somebody to decide. Spend of 30 days: silver from 100, gold from 200.

Day 0 is January 1, 2024. `o` is an order, `?` a case opened, `+` and `-` its answers.
"""

from typing import Any

import pytest
from agreement import check_agreement
from builders import clear, day_reached, document, log, order, override, policy, recalculate, refund
from builders import event as event_
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from runs import FIRST, Run, run

from scoring.customer import Case, CustomerState, Refusal
from scoring.units import Day
from streams.storage.codec import BlobCodec

BIG = """
move:
  hold_days: 0
  triggers:
    - {name: crossing, fires_on: any, promote: true}
    - {name: fall, fires_on: any, demote: true}
review_when:
  default: reject
  after_days: 5
  rules:
    - {name: big, on: promotion, when: "amount >= 100"}
"""
JUMPS = BIG.replace('name: big, on: promotion, when: "amount >= 100"', "name: jump, levels: 2")
FALLS = BIG.replace('name: big, on: promotion, when: "amount >= 100"', "name: fall, on: demotion")


def answer(day: int, decision: str, **fields: Any) -> dict[str, Any]:
    """The case of ann answered by kim."""
    known = {"decision": decision, "reason": "asked her", "author": "kim"}
    return event_("review.resolve", day, **known | fields)


def ran(rules: str, *events: dict[str, Any]) -> Run:
    """A run whose every record the oracle agrees with."""
    check_agreement(policy(rules), document(rules), log(*events))
    return run(policy(rules), log(*events))


def moves(done: Run) -> list[tuple[Any, ...]]:
    """The moves after the first grade: day, from, to, trigger."""
    return [(day, *rest) for day, what, *rest in done.moves if what == "tier"][1:]


def case_of(done: Run) -> tuple[str, int, bool] | None:
    """What the case of ann proposes, the day of the test it was opened, whether it is open."""
    case = done.states["ann"].case
    if case is None:
        return None
    names = [tier.name for tier in done.rules.judge.grader.policy.tiers]
    return names[case.to], case.opened - FIRST, case.refused is None


def test_a_move_that_a_rule_names_waits():
    """The tier stays, nothing is published, the case says what is proposed."""
    # day   0 o40     1 o150 ?
    done = ran(BIG, order(0, 40), order(1, 150))
    assert (moves(done), case_of(done)) == ([], ("silver", 1, True))
    assert done.states["ann"].due == FIRST + 2


def test_an_approval_makes_the_move_and_says_who():
    """The trigger is that of moves by hand; the change tells of the review behind it."""
    done = ran(BIG, order(0, 40), order(1, 150), answer(2, "approve"))
    assert (moves(done), case_of(done)) == ([(2, "bronze", "silver", "manual")], None)
    *_, change = done.changes
    assert change["review"] == {
        "rule": "big",
        "trigger": "crossing",
        "event_id": "e1",
        "opened_on": "2024-01-02",
        "author": "kim",
        "reason": "asked her",
    }


def test_small_orders_do_not_get_past_an_open_case():
    """What no rule names would be free to move the tier, but there is a question open."""
    done = ran(BIG, order(0, 40), order(1, 150), order(2, 1), recalculate(3))
    assert (moves(done), case_of(done)) == ([], ("silver", 1, True))


def test_a_case_follows_its_target_up_and_down():
    """To gold with an order more, back to silver with a refund; day and deadline stay."""
    up = [order(0, 40), order(1, 150), order(2, 60)]
    assert case_of(ran(BIG, *up)) == ("gold", 1, True)
    assert case_of(ran(BIG, *up, refund(3, 60, "o2"))) == ("silver", 1, True)


def test_a_case_whose_target_comes_back_is_withdrawn():
    """The order is taken back; the same order size asks anew later."""
    gone = [order(0, 40), order(1, 150), refund(2, 150, "o1")]
    assert case_of(ran(BIG, *gone)) is None
    assert case_of(ran(BIG, *gone, order(3, 150))) == ("silver", 3, True)


def test_time_alone_withdraws_a_case():
    """The order of day 1 leaves the window on day 31: nothing is left to decide."""
    patient = BIG.replace("after_days: 5", "after_days: 90")
    events = [order(0, 40), order(1, 150)]
    assert case_of(ran(patient, *events, day_reached(30))) == ("silver", 1, True)
    assert case_of(ran(patient, *events, day_reached(31))) is None


def test_a_refusal_stands_until_the_target_changes():
    """Not one order more proposes it again; another target does, a recalculation does."""
    # day   1 o150 ?     2 -     3 o1     4 o100 ?
    refused = [order(0, 40), order(1, 150), answer(2, "reject"), order(3, 1)]
    done = ran(BIG, *refused)
    assert (moves(done), case_of(done)) == ([], ("silver", 1, False))
    assert done.states["ann"].case.refused == Refusal(1, Day(FIRST + 2), "kim", "asked her")
    assert case_of(ran(BIG, *refused, order(4, 100))) == ("gold", 4, True)
    assert moves(ran(BIG, *refused, recalculate(4))) == [(4, "bronze", "silver", "manual")]


def test_a_recalculation_after_a_refusal_asks_again_where_a_rule_says_so():
    """It is a move like any other to the rules."""
    refused = [order(0, 40), order(1, 250), answer(2, "reject")]
    assert case_of(ran(JUMPS, *refused, recalculate(4))) == ("gold", 4, True)


@pytest.mark.parametrize(
    ("default", "moved"), [("approve", [(6, "bronze", "silver", "crossing")]), ("reject", [])]
)
def test_a_case_nobody_answers_ends_as_the_policy_says(default, moved):
    """On the tick of its deadline, not a day before it."""
    rules = BIG.replace("default: reject", f"default: {default}")
    events = [order(0, 40), order(1, 150)]
    assert case_of(ran(rules, *events, day_reached(5))) == ("silver", 1, True)
    done = ran(rules, *events, day_reached(6))
    assert moves(done) == moved
    assert case_of(done) == (None if moved else ("silver", 1, False))
    if moved:
        review = done.changes[-1]["review"]
        assert (review["author"], review["reason"], review["trigger"]) == (None, None, "crossing")


def test_the_deadline_is_that_of_the_first_proposal():
    """A target that goes on rising does not put the decision off for ever."""
    rules = BIG.replace("default: reject", "default: approve")
    events = [order(0, 40), order(1, 150), order(5, 60), day_reached(6)]
    assert moves(ran(rules, *events)) == [(6, "bronze", "gold", "crossing")]


def test_a_first_grade_begins_at_the_lowest_tier_and_the_rest_waits():
    """A new customer is graded at once; the abnormal first order buys no tier."""
    done = ran(BIG, order(0, 250))
    assert done.moves == [(0, "tier", None, "bronze", "first-grade")]
    assert case_of(done) == ("gold", 0, True)
    done = ran(BIG, order(0, 250), answer(1, "approve"))
    assert moves(done) == [(1, "bronze", "gold", "manual")]


def test_levels_count_how_far_a_move_goes():
    """One level is free, two wait."""
    assert case_of(ran(JUMPS, order(0, 40), order(1, 100))) is None
    assert case_of(ran(JUMPS, order(0, 40), order(1, 200))) == ("gold", 1, True)


def test_a_demotion_may_wait_as_well():
    """A step down: of two levels, one is proposed; a longer fall changes nothing about it."""
    # day   0 o250 gold     2 refund 180 ?     3 -     4 refund 70: another target, asked again
    fall = [order(0, 250), refund(2, 180, "o0")]
    assert case_of(ran(FALLS, *fall)) == ("silver", 2, True)
    assert moves(ran(FALLS, *fall, answer(3, "approve"))) == [(3, "gold", "silver", "manual")]
    assert case_of(ran(FALLS, *fall, answer(3, "reject"))) == ("silver", 2, False)
    assert case_of(ran(FALLS, *fall, order(3, 200))) is None


def test_an_override_neither_opens_nor_closes_a_case():
    """Reviews are about the computed tier: the one that is back when the override ends."""
    events = [order(0, 40), override(0, "pin", "gold"), order(1, 150), answer(2, "approve")]
    done = ran(BIG, *events)
    assert moves(done) == [(0, "bronze", "gold", "manual")]
    assert done.states["ann"].override.computed == 1
    assert moves(ran(BIG, *events, clear(3)))[1:] == [(3, "gold", "silver", "manual")]


@pytest.mark.parametrize(
    "wrong",
    [
        answer(1, "approve"),
        answer(2, "approve", case="ann:2024-01-02:gold"),
        answer(2, "approve", case="ann:2024-01-01:silver"),
        answer(2, "approve", customer_id="bob"),
    ],
)
def test_an_answer_that_finds_no_case_is_refused(wrong):
    """Before there is one, to another tier, of another day, of somebody unknown: no_case."""
    events = [order(0, 40), order(1, 150)]
    events.insert(2 if wrong["occurred_at"] > "2024-01-03" else 1, wrong)
    done = ran(BIG, *events)
    assert done.reasons == {"no_case": 1}
    assert (moves(done), set(done.states)) == ([], {"ann"})


def test_an_answer_that_comes_twice_counts_once():
    """By its event id, even if a new case is open by then."""
    first = answer(2, "approve", event_id="a")
    done = ran(BIG, order(0, 40), order(1, 150), first, first, order(3, 100), first)
    assert moves(done) == [(2, "bronze", "silver", "manual")]
    assert case_of(done) == ("gold", 3, True)
    assert done.outcomes["duplicate"] == 2


CASES = st.builds(
    Case,
    to=st.integers(0, 3),
    trigger=st.text(),
    rule=st.text(),
    opened=st.integers(0, 80_000).map(Day),
    deadline=st.integers(0, 80_000).map(Day),
    event_id=st.none() | st.text(),
    refused=st.none()
    | st.builds(
        Refusal,
        target=st.integers(0, 3),
        on=st.integers(0, 80_000).map(Day),
        author=st.none() | st.text(),
        reason=st.none() | st.text(),
    ),
)


@given(case=st.none() | CASES)
def test_a_case_survives_being_stored(case):
    """Whatever its texts say; and where there is none it costs one byte."""
    codec = BlobCodec()
    state = CustomerState(case=case)
    blob = codec.encode(state)
    assert codec.decode(blob) == state
    assert (blob == codec.encode(replace(state, case=None))) == (case is None)
    assert len(blob) > len(codec.encode(CustomerState())) or case is None
