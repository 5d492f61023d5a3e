"""The one door of the core: a fact or a tick goes in, a decision comes out."""

from typing import Literal, NamedTuple

from scoring.calendar import LAST_DAY
from scoring.cases import decide, hold_first
from scoring.changes import Approval, Change, ChangeType, Snapshot
from scoring.compile import Grader
from scoring.customer import UNGRADED, CustomerState
from scoring.due import DuePlan
from scoring.facts import Fact, OrderPaid, PolicyTaken, Tick
from scoring.fold import fold
from scoring.movement import move, target_of
from scoring.override import day_after, impose, lift
from scoring.triggers import FIRST_GRADE
from scoring.units import Day, EpochMs


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
    kind = type(fact)
    if kind is Tick or kind is PolicyTaken:
        quiet = _TICKED
    else:
        outcome = fold(state, fact, today)  # type: ignore[arg-type]
        if outcome != "folded":
            return _DUPLICATE if outcome == "duplicate" else _CONFLICT
        quiet = _FOLDED
    tier = state.tier
    override = state.override
    # From here the computed tier stands in the state, until the override is imposed.
    alone = tier if override is None else lift(state, override, today)
    grader = judge.grader
    if tier == UNGRADED and not _eligible(state, grader, fact):
        state.due = _in_time(day_after(state.override))
        return quiet
    raw, value = grader.rank(state, today)
    labels, places = grader.labelling.after(state, fact, today)
    target = target_of(grader, value, state.tier)
    trigger = approval = None
    before = state.labels
    # The first grade carries the labels: nothing is said about them.
    moved = [] if tier == UNGRADED else places
    if target != state.tier or state.case is not None:
        trigger, approval = _move(state, target, grader, fact, today)
    state.labels = labels
    due = judge.plan.due(state, today, raw, value, labels.due)
    if state.case is not None:
        due = min(due, Day(today + 1))
    if override is not None:
        trigger = impose(state, grader.triggers, tier, alone, trigger)
        due = min(due, day_after(state.override))
    state.due = due if due <= LAST_DAY else None
    if trigger is None and not moved:
        return quiet
    details = grader.details(state, today) if trigger is not None else []
    snapshot = Snapshot(state.tier, rounded(raw), value, details, labels, state.due, state.override)
    occurred = None if isinstance(fact, Tick) else fact.occurred_ms
    changes = []
    if trigger is not None:
        why = (trigger, approval)
        changes.append(tier_change(state, judge, tier, why, snapshot, (today, occurred)))
    if moved:
        changes += label_changes(state, judge, (before, moved), snapshot, (today, occurred))
    return Decision(quiet.outcome, changes)


def _move(
    state: CustomerState, target: int, grader: Grader, fact: Fact | Tick, today: Day
) -> tuple[str | None, Approval | None]:
    """Set the tier if it may move; the trigger that moved it, and who agreed if one had to."""
    approval = None
    if state.tier == UNGRADED:
        rank = hold_first(grader, state, target, fact, today)
        moved: tuple[int, str] | None = (rank, FIRST_GRADE)
    else:
        moved = None if target == state.tier else move(grader, state, target, fact, today)
        if grader.reviews or state.case is not None:
            moved, approval = decide(grader, state, (target, moved), fact, today)
    if moved is None:
        return None, None
    state.tier, trigger = moved
    state.tier_since = today
    return trigger, approval


def _eligible(state: CustomerState, grader: Grader, fact: Fact | Tick) -> bool:
    if grader.policy.eligible == "first_order":
        return type(fact) is OrderPaid
    return state.first_day is not None


def _in_time(due: Day) -> Day | None:
    return due if due <= LAST_DAY else None


def rounded(raw: float | None) -> float | None:
    """A score as it is compared and shown: half up to two decimals.

    >>> rounded(54.995), rounded(54.994999)
    (55.0, 54.99)
    """
    return None if raw is None else int((raw + 1e-9) * 100.0 + 0.5) / 100


def snapshot_of(state: CustomerState, judge: Judge, today: Day) -> Snapshot:
    """The grade of a customer as of `today`, without touching it."""
    raw, value, labels = judge.grader.measure(state, today)
    details = judge.grader.details(state, today)
    return Snapshot(state.tier, rounded(raw), value, details, labels, state.due, state.override)


def tier_change(
    state: CustomerState,
    judge: Judge,
    tier: int,
    why: tuple[str, Approval | None],
    snapshot: Snapshot,
    when: tuple[Day, EpochMs | None],
) -> Change:
    """The change from `tier` to the state's tier."""
    tiers = judge.grader.policy.tiers
    state.version += 1
    first = tier == UNGRADED
    return Change(
        _direction(tier, state.tier),
        state.version,
        None if first else tiers[tier].name,
        tiers[state.tier].name,
        *when,
        snapshot,
        why[0],
        rank_from=None if first else tier,
        rank_to=state.tier,
        approval=why[1],
    )


def label_changes(
    state: CustomerState,
    judge: Judge,
    before: tuple[list[int], list[int]],
    snapshot: Snapshot,
    when: tuple[Day, EpochMs | None],
) -> list[Change]:
    """A change for each label that has another value than before: what was there, and where."""
    changes = []
    held, places = before
    labels, after = judge.grader.policy.labels, snapshot.labels
    for at in places:
        label, old, new = labels[at], held[at], after[at]
        state.version += 1
        rules = label.rules
        changes.append(
            Change(
                "label.changed",
                state.version,
                rules[old].value if old >= 0 else None,
                rules[new].value if new >= 0 else None,
                *when,
                snapshot,
                label=label.name,
            )
        )
    return changes


def _direction(old: int, new: int) -> ChangeType:
    if old == UNGRADED:
        return "tier.assigned"
    return "tier.upgraded" if new > old else "tier.downgraded"
