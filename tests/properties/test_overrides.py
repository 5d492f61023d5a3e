"""What an operator orders moves what counts, never what is computed."""

import json

import pytest
from agreement import check_agreement
from builders import policy_from
from histories import QUARTERS, histories
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from programmes import programmes
from runs import Run, run

from scoring.advance import advance
from scoring.customer import UNGRADED, CustomerState, Override
from scoring.facts import OverrideCleared, Recalculate
from scoring.movement import target_of
from scoring.override import computed_of, effective
from scoring.units import Day, EpochMs
from streams.intake.record import LogRecord

ASKED = EpochMs(0)

LIVELY = {
    "policy": "lively",
    "version": 1,
    "time_zone": "UTC",
    "rates": {"USD": "7.10"},
    "by": "spend(7)",
    "tiers": [
        {"name": "t0", "enter": 0},
        {"name": "t1", "enter": 40, "keep": 10},
        {"name": "t2", "enter": 100, "keep": 40},
        {"name": "t3", "enter": 250, "keep": 99.5},
    ],
}
"""Most orders move the tier here, and a week later it falls."""
PROMOTE = {"name": "up", "fires_on": ["order.paid", "interaction"], "promote": True}
WAYS_DOWN = {
    "a step a fact": {"fires_on": "any", "when": "type != 'order.paid'", "ignore_hold": True},
    "a step a day": {"fires_on": "tick", "ignore_hold": True},
    "held": {"fires_on": "any"},
    "reviewed": {"fires_on": "tick", "calendar": "monthly", "steps": 2},
    "by hand": {"fires_on": ["manual", "order.refunded"]},
}


@pytest.mark.parametrize("way", WAYS_DOWN)
@given(records=histories(QUARTERS, tiers=("t0", "t1", "t2", "t3"), most=60))
def test_where_tiers_move_all_the_time_the_oracle_agrees(way, records):
    """Overrides begin and end while the computed tier rises, waits and falls."""
    down = {"name": "down", "demote": True} | WAYS_DOWN[way]
    document = LIVELY | {"move": {"hold_days": 9, "triggers": [PROMOTE, down]}}
    check_agreement(policy_from(document), document, records)


def without_overrides(records: list[LogRecord]) -> list[LogRecord]:
    """The same log, where setting and clearing an override only take their time."""
    found = []
    for record in records:
        said = json.loads(record.value) if b'"override.' in (record.value or b"") else None
        if said is not None:
            time = {"type": "day.reached", "event_id": "t", "occurred_at": said["occurred_at"]}
            found.append(record._replace(topic="orders", key=None, value=json.dumps(time).encode()))
        else:
            found.append(record)
    return found


def computed(run_: Run) -> dict[str, CustomerState]:
    """Every state as it would be without its override, if anything but commands made it."""
    return {
        name: replace(state, tier=computed_of(state), override=None, version=0, due=None, recent=[])
        for name, state in run_.states.items()
        if state.first_day is not None
    }


@given(drawn=programmes())
def test_the_computed_tier_goes_on_as_if_there_were_no_override(drawn):
    """Tier, hold, labels and ledger in shadow are those of the log without overrides."""
    document, records = drawn
    policy = policy_from(document)
    assert computed(run(policy, records)) == computed(run(policy, without_overrides(records)))


@given(drawn=programmes())
def test_labels_and_scores_do_not_know_of_overrides(drawn):
    """The label changes are the same, and no override is a reason for one."""
    document, records = drawn
    policy = policy_from(document)
    told = [
        [
            (c["customer_id"], c["label"], c["from"], c["to"], c["score"], c["effective_on"])
            for c in run(policy, log).changes
            if "label" in c
        ]
        for log in (records, without_overrides(records))
    ]
    assert told[0] == told[1]


@given(drawn=programmes())
def test_what_is_published_is_the_effective_tier(drawn):
    """The last tier told of is the one that override and computed tier make together."""
    document, records = drawn
    done = run(policy_from(document), records)
    names = [tier["name"] for tier in document["tiers"]]
    for name, state in done.states.items():
        told = [c["to"] for c in done.stories.get(name, []) if "label" not in c]
        assert state.tier == effective(state.override, computed_of(state))
        assert told[-1:] == ([] if state.tier == UNGRADED else [names[state.tier]])
        override = state.override
        assert override is None or override.until is None or override.until >= done.meta.day


@given(drawn=programmes())
def test_a_recalculation_gives_what_is_deserved_and_asked_again_nothing(drawn):
    """With the built-in trigger: straight to the target, then not one byte differs."""
    document, records = drawn
    for trigger in document["move"]["triggers"]:
        named = trigger["fires_on"]
        named = [named] if isinstance(named, str) else named
        trigger["fires_on"] = [on for on in named if on != "manual"] or ["any"]
    done = run(policy_from(document), records)
    judge = done.rules.judge
    day = done.meta.day
    for state in done.states.values():
        version = state.version
        advance(state, Recalculate("first", ASKED, day), judge, day)
        graded = state.tier != UNGRADED
        if graded and state.case is None:
            tier = computed_of(state)
            assert tier == target_of(judge.grader, judge.grader.measure(state, day)[1], tier)
        assert state.version - version <= 1
        once = done.rules.codec.encode(replace(state, recent=[]))
        assert advance(state, Recalculate("again", ASKED, day), judge, day).changes == []
        assert done.rules.codec.encode(replace(state, recent=[])) == once
        assert advance(state, Recalculate("again", ASKED, day), judge, day).outcome == "duplicate"


@given(drawn=programmes())
def test_a_recalculation_under_any_trigger_asked_again_does_nothing(drawn):
    """Whatever triggers a policy has for it, asking twice on a day is asking once."""
    document, records = drawn
    done = run(policy_from(document), records)
    day = done.meta.day
    for state in done.states.values():
        advance(state, Recalculate("first", ASKED, day), done.rules.judge, day)
        assert advance(state, Recalculate("again", ASKED, day), done.rules.judge, day).changes == []


OVERRIDES = st.builds(
    Override,
    kind=st.sampled_from(["floor", "ceiling", "pin"]),
    rank=st.integers(0, 3),
    reason=st.text(),
    author=st.text(),
    set_on=st.integers(0, 80_000).map(Day),
    until=st.none() | st.integers(0, 80_000).map(Day),
    computed=st.integers(-1, 3),
)


@given(override=st.none() | OVERRIDES)
def test_an_override_survives_being_stored(override):
    """Whatever its reason says; and where there is none it costs one byte."""
    codec = run(policy_from(BARE), []).rules.codec
    state = CustomerState(override=override)
    blob = codec.encode(state)
    assert codec.decode(blob) == state
    assert (len(blob) == len(codec.encode(CustomerState()))) == (override is None)


BARE = {
    "policy": "bare",
    "version": 1,
    "by": "lifetime_orders",
    "tiers": [{"name": "a", "enter": 0}, {"name": "b", "enter": 1}],
    "move": {"triggers": [{"name": "any", "fires_on": "any", "promote": True}]},
}


@pytest.mark.parametrize("tier", [UNGRADED, 0, 1])
def test_clearing_what_is_not_there_changes_nothing(tier):
    """Without an override a clearing leaves nothing but its event id."""
    judge = run(policy_from(BARE), []).rules.judge
    state = CustomerState(tier=tier)
    fact = OverrideCleared("c", ASKED, Day(9))
    assert advance(state, fact, judge, Day(9)).changes == []
    assert replace(state, recent=[]) == CustomerState(tier=tier)
