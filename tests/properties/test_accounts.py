"""What a partition says adds up: counters, outcomes, versions, texts."""

from collections import Counter
from itertools import pairwise

import pytest
from builders import policy_from
from histories import CENTS, QUARTERS, histories
from hypothesis import given
from hypothesis import strategies as st
from programmes import programmes
from random_policies import documents
from runs import Run, run

from scoring.customer import UNGRADED
from streams.partition.batch import OPEN_CASES
from streams.policies.load import load_policy, presets

POLICIES = {name: load_policy(name) for name in presets()}


def grouped(run_: Run) -> Counter[str]:
    """Tiers and labels of all customers, counted one by one."""
    policy = run_.rules.judge.grader.policy
    found: Counter[str] = Counter()
    waiting = open_cases(run_)
    if waiting:
        found[OPEN_CASES] = len(waiting)
    for state in run_.states.values():
        if state.tier == UNGRADED:
            continue
        found[f"tier:{policy.tiers[state.tier].name}"] += 1
        for name, value in run_.rules.scribe.labels(state.labels).items():
            if value is not None:
                found[f"label:{name}:{value}"] += 1
    return found


def open_cases(run_: Run) -> dict[str, bytes]:
    """The case of everybody who has an open one, as it is to be listed."""
    return {
        name: run_.rules.desk.entry(name, state)
        for name, state in run_.states.items()
        if state.case is not None and state.case.refused is None
    }


def check_counters(run_: Run, records: list) -> None:
    """Counters are a group-by over states, and every record has one outcome."""
    counts = dict(run_.counts)
    outcomes = {k: counts.pop(k) for k in list(counts) if k.startswith("in:")}
    assert counts == grouped(run_)
    assert run_.cases == open_cases(run_)
    assert sum(outcomes.values()) == len(records)
    refused = sum(n for k, n in outcomes.items() if k in ("in:rejected", "in:conflict"))
    assert len(run_.dead_letters) == refused


def check_chains(run_: Run) -> None:
    """Versions are 1..n without holes, and each `from` is the `to` before it."""
    for customer, story in run_.stories.items():
        assert [c["version"] for c in story] == list(range(1, len(story) + 1))
        assert run_.states[customer].version == len(story)
        first = story[0]
        assert (first["type"], first["from"]) == ("tier.assigned", None)
        tiers = [c for c in story if c["type"].startswith("tier.")]
        for before, after in pairwise(tiers):
            assert after["from"] == before["to"] != after["to"]
        for name, value in first["labels"].items():
            known = value
            for change in (c for c in story if c.get("label") == name):
                assert change["from"] == known != change["to"]
                known = change["to"]


@pytest.mark.parametrize("preset", presets())
@given(records=histories(CENTS))
def test_counters_are_a_group_by_over_the_states(preset, records):
    """Counting customers by tier and label gives the counters; no record is lost."""
    check_counters(run(POLICIES[preset], records, chunks=[7]), records)


@given(drawn=programmes())
def test_versions_have_no_holes_and_changes_chain(drawn):
    """Whatever the policy: changes are numbered 1..n and each starts where one ended."""
    document, records = drawn
    done = run(policy_from(document), records)
    check_chains(done)
    check_counters(done, records)


@given(drawn=programmes(), cut=st.integers(1, 20))
def test_the_due_index_is_the_due_days_of_the_states(drawn, cut):
    """Whoever has a due day is in the index under it, and nobody else is."""
    document, records = drawn
    done = run(policy_from(document), records, chunks=[cut])
    due = {name: state.due for name, state in done.states.items()}
    assert done.due == {name: day for name, day in due.items() if day is not None}


@given(document=documents(), records=histories(QUARTERS, most=20))
def test_the_points_of_the_dimensions_add_up_to_the_score(document, records):
    """What each dimension is said to have given is, in sum, the score beside it."""
    for change in run(policy_from(document), records).changes:
        if change["score"] is None or "dimensions" not in change:
            continue
        points = [d["points"] for d in change["dimensions"] if d["points"] is not None]
        # Each of them is rounded to two decimals.
        assert abs(sum(points) - change["score"]) < 0.005 * (len(points) + 1) + 1e-6


@pytest.mark.parametrize("preset", presets())
@given(records=histories(CENTS))
def test_the_text_of_an_event_depends_on_its_cause_alone(preset, records):
    """Two workers that grade the same log write the same bytes, headers included."""
    first, second = (run(POLICIES[preset], records).rows for _ in range(2))
    assert first == second
