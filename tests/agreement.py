"""The engine beside the oracle: what both say of one history."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import oracle
from pytest import approx  # noqa: PT013 - read as a word, like isclose
from runs import Run, run

from scoring.advance import snapshot_of
from scoring.calendar import iso
from scoring.customer import UNGRADED, CustomerState, Override
from scoring.explain import major
from scoring.movement import target_of
from scoring.override import computed_of
from scoring.policy import Policy
from streams.intake.record import LogRecord

TOLD = (
    "customer_id",
    "version",
    "type",
    "label",
    "from",
    "to",
    "trigger",
    "score",
    "effective_on",
    "override",
    "review",
)
"""The fields of a change that the oracle knows of, its cause beside them."""

Said = list[tuple[Any, ...]]


def recomputed(document: dict[str, Any], records: Sequence[LogRecord]) -> oracle.Result:
    """What the oracle makes of a partition."""
    events = [oracle.Event(r.topic, r.offset, r.key, r.value) for r in records]
    return oracle.replay(document, events)


def said(changes: Sequence[dict[str, Any]]) -> Said:
    """The changes as tuples that engine and oracle share."""
    return [
        (
            *(change.get(name) for name in TOLD),
            {k: v for k, v in change["cause"].items() if k != "partition"},
        )
        for change in changes
    ]


def outcomes_of(result: oracle.Result) -> tuple[Counter[str], Counter[str]]:
    """The oracle's outcomes as the engine counts them: outcomes, and reasons."""
    outcomes = Counter(text.partition(":")[0] for text in result.outcomes)
    reasons = Counter(
        text.partition(":")[2] or text
        for text in result.outcomes
        if text.startswith(("rejected:", "conflict"))
    )
    return outcomes, reasons


def grades(run_: Run) -> dict[str, dict[str, Any]]:
    """Every customer's grade as of the partition day, in the oracle's words."""
    judge = run_.rules.judge
    grader = judge.grader
    policy = grader.policy
    found = {}
    for name, state in run_.states.items():
        shown: dict[str, Any] = {"tier": None, "score": None, "labels": {}}
        shown |= {"version": state.version, "target": None, "computed": None, "override": None}
        shown["review"] = None
        if state.override is not None:
            shown["override"] = override_of(state.override, policy)
        if state.tier != UNGRADED:
            shown["review"] = review_of(state, policy)
            snapshot = snapshot_of(state, judge, run_.meta.day)
            computed = computed_of(state)
            target = target_of(grader, snapshot.value, computed)
            shown["computed"] = policy.tiers[computed].name
            shown["tier"] = policy.tiers[state.tier].name
            shown["score"] = snapshot.score
            shown["labels"] = run_.rules.scribe.labels(snapshot.labels)
            shown["target"] = policy.tiers[target].name
        found[name] = shown
    return found


def review_of(state: CustomerState, policy: Policy) -> dict[str, Any] | None:
    """An open case in the oracle's words."""
    case = state.case
    if case is None or case.refused is not None:
        return None
    told = {"to": policy.tiers[case.to].name, "opened_on": iso(case.opened)}
    return told | {"rule": case.rule, "trigger": case.trigger, "event_id": case.event_id}


def override_of(override: Override, policy: Policy) -> dict[str, Any]:
    """An override in the oracle's words."""
    names = [tier.name for tier in policy.tiers]
    return {
        "kind": override.kind,
        "tier": names[override.rank],
        "computed_tier": None if override.computed == UNGRADED else names[override.computed],
        "reason": override.reason,
        "author": override.author,
        "set_on": iso(override.set_on),
        "until": None if override.until is None else iso(override.until),
    }


def readings(run_: Run, texts: Sequence[str]) -> dict[str, dict[str, float | None]]:
    """Every customer's dimension readings as of the partition day, by their text."""
    grader = run_.rules.judge.grader
    names = [dimension.reading.name for dimension in grader.policy.dimensions]
    found = {}
    for customer, state in run_.states.items():
        values = [value for value, _ in grader.details(state, run_.meta.day)]
        told = zip(texts, names, values, strict=True)
        found[customer] = {text: major(grader, n, value) for text, n, value in told}
    return found


def check_agreement(policy: Policy, document: dict[str, Any], records: Sequence[LogRecord]) -> None:
    """Engine and oracle make the same of a partition, record by record."""
    mine, other = run(policy, records), recomputed(document, records)
    assert said(mine.changes) == said(other.changes)
    assert (mine.outcomes, mine.reasons) == outcomes_of(other)
    texts = ["".join(d["reading"].split()) for d in document.get("score", ())]
    read = readings(mine, [text.replace(",", ", ") for text in texts])
    expected = {name: dict(customer) for name, customer in other.customers.items()}
    # Exact there, binary here: the last digit may differ.
    assert read == {name: approx(e.pop("readings")) for name, e in expected.items()}
    assert grades(mine) == expected
