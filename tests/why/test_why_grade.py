"""The points, the labels and the triggers of an explanation (R43, R53)."""

from copy import deepcopy

import msgspec
import pytest
from builders import day_reached, interaction, log, order, policy, policy_from, refund, registration
from histories import CENTS, histories
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.overrides import described
from oracle.triggers import TICK
from programmes import programmes, tiers_of
from pytest import approx  # noqa: PT013 - read as a word, like isclose
from ruamel.yaml import YAML
from runs import run
from why.recomputed import cases, written

from scoring.advance import advance
from scoring.facts import Tick
from scoring.override import computed_of
from scoring.why.copies import copy_of
from scoring.why.explanation import Explanation
from scoring.why.reasons import Reasons
from streams.policies.load import load_policy, policy_text, presets

DOCUMENTS = {name: YAML(typ="safe").load(policy_text(name)) for name in presets()}
FEWER = settings(max_examples=settings.default.max_examples // 2)
"""Each example looks at some hundred days."""


def explain(rules: str, *events: dict) -> Explanation:
    """Why ann stands where she stands after the events."""
    done = run(policy(rules), log(*events))
    return Reasons(done.rules.judge).explain(done.states["ann"], done.meta.day)


def check_points(case) -> None:
    """Rounded so that they add up to the score; each within a hundredth of its exact value."""
    told, policy_ = case.told, case.policy
    given_ = [row for row in told.dimensions if row.points is not None]
    if told.score is None:
        return
    assert round(sum(row.points for row in given_), 2) == told.score
    exact = []
    for row, dimension in zip(told.dimensions, policy_.dimensions, strict=True):
        value = dimension.reading.read(case.scope())
        share = dimension.missing if value is None else dimension.normalise(value)
        assert row.reading == written(dimension.reading)
        assert row.value == (None if value is None else approx(float(value)))
        assert row.normalised == (None if share is None else approx(float(share)))
        if share is not None:
            exact.append((row, dimension.weight, share))
    weights = sum(weight for _, weight, _ in exact)
    for row, weight, share in exact:
        assert abs(row.points - 100 * weight * share / weights) < 0.01
        assert row.full_marks == approx(float(100 * weight / weights), abs=0.005001)


def check_grade(case) -> None:
    """Tier, target, labels and bounds are the oracle's."""
    told, customer, policy_ = case.told, case.customer, case.policy
    value = case.value(case.scope())
    assert told.tier == policy_.tiers[customer.effective].name
    assert told.computed_tier == policy_.tiers[customer.tier].name
    described_ = described(customer.override, policy_.tiers, customer.tier) or {}
    assert (told.override is None) == (customer.override is None)
    for name, shown in msgspec.to_builtins(told.override or {}).items():
        assert described_[name] == shown
    assert told.tier_since.toordinal() == customer.tier_set
    assert told.held == (case.today - customer.tier_set < policy_.hold_days)
    assert told.value == (None if value is None else approx(float(value)))
    assert {row.name: row.value for row in told.labels} == customer.labels
    keep = policy_.tiers[customer.tier].keep
    assert told.keep.at == float(keep)
    if value is not None:
        assert told.keep.margin == approx(float(value - keep), abs=0.005001)


def check_triggers(case) -> None:
    """`moves` is what `advance` does; no tick fires a trigger before its next day."""
    copy = copy_of(case.state)
    day = case.run.meta.day
    changes = advance(copy, Tick(day), case.run.rules.judge, day).changes
    first = [row.name for row in case.told.triggers if row.verdict == "moves"][:1]
    assert (computed_of(copy) != computed_of(case.state)) == (first != [])
    if case.state.override is None:
        assert first == [change.trigger for change in changes if change.label is None]
    other = deepcopy(case.customer)
    for row, trigger in zip(case.told.triggers, case.policy.triggers, strict=True):
        last = case.today + 60
        if row.next_on is not None:
            last = min(last, row.next_on.toordinal() - 1)
        for at in range(case.today + 1, last + 1):
            assert not trigger.fires(TICK, case.scope(at, other))


def check_case(case) -> None:
    """All of it."""
    check_points(case)
    check_grade(case)
    check_triggers(case)
    assert msgspec.json.decode(msgspec.json.encode(case.told), type=Explanation) == case.told


@pytest.mark.parametrize("preset", presets())
@FEWER
@given(data=st.data())
def test_a_grade_by_a_preset_is_explained(preset, data):
    """Points, bounds, labels and triggers agree with the oracle."""
    records = data.draw(histories(CENTS, most=25, tiers=tiers_of(DOCUMENTS[preset])))
    for case in cases(load_policy(preset), DOCUMENTS[preset], records):
        check_case(case)


@FEWER
@given(drawn=programmes(most=20))
def test_a_grade_by_any_policy_is_explained(drawn):
    """Whatever the policy."""
    document, records = drawn
    for case in cases(policy_from(document), document, records):
        check_case(case)


SCORED = """
score:
  - {name: spend, reading: "spend(30)", cap: 100, weight: 1}
tiers:
  - {name: bronze, enter: 0}
  - {name: silver, enter: 50, keep: 45}
move:
  hold_days: 10
  triggers:
    - {name: large, fires_on: order.paid, when: "amount >= 50", promote: true}
    - {name: visit, fires_on: interaction, promote: true}
    - {name: quiet, fires_on: tick, when: "recency_days == 90", promote: true, demote: true}
    - {name: review, fires_on: tick, calendar: monthly, promote: true, demote: true}
    - {name: now, fires_on: any, demote: true, ignore_hold: true, when: "orders(30) >= 9"}
"""


def verdicts(*events: dict) -> dict[str, str]:
    """The verdict on each trigger."""
    return {row.name: row.verdict for row in explain(SCORED, *events).triggers}


def test_a_trigger_says_why_it_does_not_promote():
    """Target above tier: each trigger waits for something of its own."""
    assert verdicts(order(3, 40), order(4, 40)) == {
        "large": "depends on the fact",
        "visit": "waits for a fact",
        "quiet": "condition false",
        "review": "waits for its day",
        "now": "not permitted",
        "policy": "waits for a fact",
        "manual": "waits for a fact",
    }


def test_a_trigger_says_why_it_does_not_demote():
    """Target below tier: the hold keeps those that mind it."""
    held = verdicts(order(3, 60), refund(4, 60))
    assert held == {
        "large": "not permitted",
        "visit": "not permitted",
        "quiet": "held",
        "review": "held",
        "now": "condition false",
        "policy": "not permitted",
        "manual": "waits for a fact",
    }
    over = verdicts(order(3, 60), refund(4, 60), day_reached(13))
    assert (over["quiet"], over["review"]) == ("condition false", "waits for its day")


def test_a_trigger_has_nothing_to_move_when_the_target_is_the_tier():
    """All of them."""
    assert set(verdicts(order(3, 60)).values()) == {"nothing to move"}


def test_a_pending_demotion_names_its_review():
    """The first review after the hold, and the tier it leads to."""
    pending = explain(SCORED, order(3, 60), refund(4, 60)).pending
    assert (pending.to, pending.on.isoformat(), pending.trigger) == (
        "bronze",
        "2024-02-01",
        "review",
    )


def test_a_pending_demotion_waits_through_days_on_which_only_the_score_falls():
    """The row leaves the day before the review: the tier is still kept then."""
    told = explain(SCORED, order(0, 65), refund(5, 60))
    assert [day.on.isoformat() for day in told.outlook] == ["2024-01-31", "2024-02-01"]
    assert told.pending.on.isoformat() == "2024-02-01"


def test_a_pending_demotion_is_off_when_the_target_comes_back():
    """An order that will count tomorrow: nothing will demote today."""
    rules = """
by: orders(10, ending=2)
tiers:
  - {name: bronze, enter: 0}
  - {name: silver, enter: 1}
"""
    told = explain(rules, order(0), order(11), day_reached(12))
    assert (told.tier, told.target) == ("silver", "bronze")
    assert (told.pending.to, told.pending.on) == (None, None)


def test_a_label_names_the_rule_and_what_it_read():
    """The readings of every rule that was asked."""
    rules = """
labels:
  mood:
    - {value: angry, when: "complaints(30) >= 1"}
    - {value: fond, when: "(orders(30) >= 1 and not recency_days>9)"}
    - {value: calm}
"""
    (fond,) = explain(rules, order(3)).labels
    assert (fond.value, fond.when) == ("fond", "orders(30) >= 1 and not recency_days > 9")
    assert fond.readings == {"complaints(30)": 0, "orders(30)": 1, "recency_days": 0}
    (angry,) = explain(rules, order(3), interaction(3, "complaint")).labels
    assert (angry.value, angry.readings) == ("angry", {"complaints(30)": 1})
    (calm,) = explain(rules, order(3), day_reached(20)).labels
    assert (calm.value, calm.when, len(calm.readings)) == ("calm", None, 3)


def test_who_is_not_graded_yet_has_readings_and_no_grade():
    """Registered, never bought."""
    told = explain(SCORED, registration(3))
    assert (told.tier, told.target, told.keep, told.next_tier) == (None, None, None, None)
    assert (told.labels, told.triggers, told.outlook, told.pending) == ([], [], [], None)
    assert [row.value for row in told.dimensions] == [0]
