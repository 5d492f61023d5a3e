"""The one door of the core: a fact or a tick goes in, a decision comes out."""

from typing import Literal, NamedTuple

from scoring.changes import Change, ChangeType, Snapshot
from scoring.compile import Grader
from scoring.customer import UNGRADED, CustomerState
from scoring.due import DuePlan
from scoring.facts import Fact, OrderPaid, Tick
from scoring.fold import fold
from scoring.movement import move, target_of
from scoring.units import NEVER, Day


class Judge(NamedTuple):
    """A policy ready to judge by."""

    grader: Grader
    plan: DuePlan


class Decision(NamedTuple):
    """What became of one fact."""

    outcome: Literal["folded", "duplicate", "conflict", "ticked"]
    changes: list[Change]
    """The tier's change first, then labels in policy order."""


_DUPLICATE = Decision("duplicate", [])
_CONFLICT = Decision("conflict", [])
_FOLDED = Decision("folded", [])
_TICKED = Decision("ticked", [])


def advance(state: CustomerState, fact: Fact | Tick, judge: Judge, today: Day) -> Decision:
    """Take `fact` into `state`, in place, and re-grade as of the partition day `today`.

    The new due day is left in `state.due`. A tick must carry `today` as its day.
    """
    if type(fact) is Tick:
        quiet = _TICKED
    else:
        outcome = fold(state, fact, today)  # type: ignore[arg-type]
        if outcome != "folded":
            return _DUPLICATE if outcome == "duplicate" else _CONFLICT
        quiet = _FOLDED
    if state.tier == UNGRADED:
        return _first_grade(state, fact, judge, today, quiet)
    grader = judge.grader
    raw, value, labels = grader.measure(state, today)
    tier = state.tier
    target = target_of(grader, value, tier)
    moved = None
    if target != tier:
        moved = move(grader, state, target, fact, today)
        if moved is not None:
            state.tier = moved[0]
            state.tier_since = today
    before = state.labels
    state.labels = labels
    due = judge.plan.due(state, today, raw, value)
    state.due = None if due == NEVER else due
    if moved is None and labels == before:
        return quiet
    return Decision(
        quiet.outcome, _changes(state, fact, judge, today, (tier, before, moved))
    )


def _first_grade(
    state: CustomerState, fact: Fact | Tick, judge: Judge, today: Day, quiet: Decision
) -> Decision:
    grader = judge.grader
    if grader.policy.eligible == "first_order" and type(fact) is not OrderPaid:
        return quiet
    raw, value, labels = grader.measure(state, today)
    # With no tier yet every tier is above: only `enter` counts.
    state.tier = target_of(grader, value, UNGRADED)
    state.tier_since = today
    state.labels = labels
    due = judge.plan.due(state, today, raw, value)
    state.due = None if due == NEVER else due
    moved = (state.tier, "first-grade")
    return Decision(
        quiet.outcome, _changes(state, fact, judge, today, (UNGRADED, labels, moved))
    )


def snapshot_of(state: CustomerState, judge: Judge, today: Day) -> Snapshot:
    """The grade of a customer as of `today`, without touching it."""
    grader = judge.grader
    _, value, labels = grader.measure(state, today)
    score = None
    if grader.policy.dimensions:
        ranked = value if grader.policy.by is None else _score(grader, state, today)
        score = None if ranked is None else ranked / 100
    details = grader.details(state, today)
    return Snapshot(state.tier, score, value, details, labels, state.due)


def _score(grader: Grader, state: CustomerState, today: Day) -> float | None:
    raw = grader.measure(state, today)[0]
    return None if raw is None else float(int((raw + 1e-9) * 100.0 + 0.5))


def _changes(
    state: CustomerState,
    fact: Fact | Tick,
    judge: Judge,
    today: Day,
    was: tuple[int, list[int], tuple[int, str] | None],
) -> list[Change]:
    tier, before, moved = was
    policy = judge.grader.policy
    snapshot = snapshot_of(state, judge, today)
    occurred = None if type(fact) is Tick else fact.occurred_ms  # type: ignore[union-attr]
    changes = []
    if moved is not None:
        state.version += 1
        changes.append(
            Change(
                _direction(tier, state.tier),
                state.version,
                None if tier == UNGRADED else policy.tiers[tier].name,
                policy.tiers[state.tier].name,
                today,
                occurred,
                snapshot,
                moved[1],
                rank_from=None if tier == UNGRADED else tier,
                rank_to=state.tier,
            )
        )
    for label, old, new in zip(policy.labels, before, state.labels, strict=True):
        if old != new:
            state.version += 1
            values = [rule.value for rule in label.rules]
            changes.append(
                Change(
                    "label.changed",
                    state.version,
                    values[old] if old >= 0 else None,
                    values[new] if new >= 0 else None,
                    today,
                    occurred,
                    snapshot,
                    label=label.name,
                )
            )
    return changes


def _direction(old: int, new: int) -> ChangeType:
    if old == UNGRADED:
        return "tier.assigned"
    return "tier.upgraded" if new > old else "tier.downgraded"
