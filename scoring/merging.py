"""Customers merged into one another, and taken apart again as if they had never been.

Whoever is merged into another becomes an alias: its state goes on with every fact and tick, in
silence, so that nothing has to be found out when the merge is undone. The other one, the host,
takes in what the alias did (`scoring.absorb`) and beside the sum keeps the terms: each part,
and what it would be by its own facts alone, graded in silence as well.
"""

from typing import Final, NamedTuple

from msgspec.structs import replace

from scoring.absorb import absorb
from scoring.advance import Decision, Judge, advance, label_changes, snapshot_of, tier_change
from scoring.cases import forget_cause
from scoring.changes import Change
from scoring.customer import UNGRADED, CustomerState, Override, Part, Ties
from scoring.facts import Fact, Recalculate, Tick
from scoring.fold import fold
from scoring.labelling import differing
from scoring.override import computed_of, effective
from scoring.succession import Succession
from scoring.triggers import name_by_hand
from scoring.units import Day, EpochMs
from scoring.why.copies import copy_of

_GRADE: Final = frozenset(
    {"version", "tier", "tier_since", "labels", "due", "override", "case", "ties", "generation"}
)
_FACTS: Final = [name for name in CustomerState.__struct_fields__ if name not in _GRADE]
_RESTORED: Final = [
    name
    for name in CustomerState.__struct_fields__
    if name not in {"version", "ties", "generation"}
]


def is_alias(state: CustomerState) -> bool:
    """Whether a customer is merged into another one.

    >>> is_alias(CustomerState()), is_alias(CustomerState(ties=Ties("bob")))
    (False, True)
    """
    return state.ties is not None and state.ties.into is not None


class Seen(NamedTuple):
    """What the world knows of a customer."""

    tier: int
    labels: list[int]


def seen(state: CustomerState) -> Seen:
    """The tier and the labels that are told; an alias has none.

    >>> seen(CustomerState(tier=2)).tier, seen(CustomerState(tier=2, ties=Ties("bob"))).tier
    (2, -1)
    """
    if is_alias(state):
        return Seen(UNGRADED, [])
    return Seen(state.tier, list(state.labels))


def leave(state: CustomerState, into: str) -> CustomerState:
    """Make a customer an alias under its next version; what the host is to take in.

    >>> ann = CustomerState(version=3, days=[Day(1)], orders=[1], spend=[40])
    >>> leave(ann, "bob").spend, ann.version, ann.ties.into
    ([40], 4, 'bob')
    """
    state.version += 1
    ties = state.ties or Ties()
    state.ties = replace(ties, into=into, since=state.version)
    return without_ties(state)


def without_ties(state: CustomerState) -> CustomerState:
    """A copy of what a customer did and of the tier held, the parts added up."""
    copy = copy_of(state)
    copy.version, copy.due, copy.labels, copy.case, copy.ties = 0, None, [], None, None
    return copy


def come_back(state: CustomerState) -> None:
    """Let an alias be a customer again: its state is the one it would have had.

    >>> ann = CustomerState(tier=1, ties=Ties("bob", 4))
    >>> come_back(ann); ann.ties is None, ann.tier
    (True, 1)
    """
    if state.ties is not None:
        state.ties = replace(state.ties, into=None, since=0) if state.ties.parts else None


def join(state: CustomerState, name: str, part: Part, judge: Judge, today: Day) -> None:
    """Take a part into a customer, in place, or a newer version of a part it has.

    The better tier is kept if it is deserved; an override passes to who has none.
    """
    ties = state.ties = state.ties or Ties()
    if ties.own is None:
        ties.own = copy_of(state)
        ties.own.ties = None
    before = ties.parts.get(name)
    ties.parts = {**ties.parts, name: part}
    if before is not None:
        _add_up(state, ties.own, today)
        _pass_on(state, before.state.override, part.state.override)
    else:
        absorb(state, part.state, today)
        _lift_to(state, part.state)
    _regrade(state, judge, today)


def split(state: CustomerState, name: str, judge: Judge, today: Day) -> None:
    """Take a part out of a customer, in place: without any left it is as it would be alone."""
    ties, own = state.ties, None if state.ties is None else state.ties.own
    assert ties is not None and own is not None  # noqa: S101, PT018 - there with the parts
    part = ties.parts.pop(name)
    if ties.parts:
        _add_up(state, own, today)
        _pass_on(state, part.state.override, None)
        if not any(_had_tier(one, judge) for one in (own, *(p.state for p in ties.parts.values()))):
            _set_tier(state, UNGRADED)
        _regrade(state, judge, today)
        return
    for field in _RESTORED:
        setattr(state, field, getattr(own, field))
    state.ties = None if ties.into is None else replace(ties, own=None)


def advance_tied(
    state: CustomerState, fact: Fact | Tick, judge: Judge, today: Day, via: str | None = None
) -> Decision:
    """As `advance`, for a customer with ties; `via` is the part whose fact it is.

    An alias says nothing. What is addressed to the host itself also goes to its own account.
    """
    ties, version = state.ties, state.version
    assert ties is not None  # noqa: S101 - asked for by the caller
    decision = advance(state, fact, judge, today)
    if ties.into is not None:
        state.version, decision = version, Decision(decision.outcome, [])
    own = ties.own
    if via is not None:
        fold(ties.parts[via].state, fact, today)  # type: ignore[arg-type]
    elif own is not None and (type(fact) is not Tick or _is_due(own, today)):
        advance(own, fact, judge, today)
    return decision


def take_tied(succession: Succession, state: CustomerState, today: Day) -> list[Change]:
    """As `Succession.take`, for a customer who may have ties: an alias says nothing.

    The own account takes the version as well. Parts need not: they hold facts.
    """
    ties, version = state.ties, state.version
    changes = succession.take(state, today)
    if ties is None:
        return changes
    if ties.own is not None:
        succession.take(ties.own, today)
    if ties.into is not None:
        state.version, changes = version, []
    return changes


def wake_in_time(state: CustomerState) -> None:
    """Bring the due day forward to that of the own account, which is ticked with the customer.

    >>> ann = CustomerState(due=Day(9), ties=Ties(own=CustomerState(due=Day(4))))
    >>> wake_in_time(ann); ann.due
    4
    """
    own = None if state.ties is None else state.ties.own
    if own is not None and own.due is not None:
        state.due = own.due if state.due is None else min(state.due, own.due)


def told(
    before: Seen, state: CustomerState, judge: Judge, when: tuple[Day, EpochMs]
) -> list[Change]:
    """What a merge or its end changed for the world, under the next versions.

    Not the loss of a tier without another one: that is a `Farewell`.
    """
    after = seen(state)
    if after.tier == UNGRADED or after == before:
        return []
    snapshot = snapshot_of(state, judge, when[0])
    changes = []
    if after.tier != before.tier:
        trigger = name_by_hand(judge.grader.triggers)
        changes.append(tier_change(state, judge, before.tier, (trigger, None), snapshot, when))
    if before.tier != UNGRADED:
        changes += label_changes(
            state, judge, (before.labels, differing(before.labels, snapshot.labels)), snapshot, when
        )
    return changes


def _is_due(state: CustomerState, today: Day) -> bool:
    return state.due is not None and state.due <= today


def _add_up(state: CustomerState, own: CustomerState, today: Day) -> None:
    """Make the facts of `state` those of its own account and of all parts."""
    total = copy_of(own)
    for part in [] if state.ties is None else state.ties.parts.values():
        absorb(total, part.state, today)
    for field in _FACTS:
        setattr(state, field, getattr(total, field))
    forget_cause(state)


def _had_tier(state: CustomerState, judge: Judge) -> bool:
    """Whether these facts were graded by themselves: those of a part are only kept."""
    if judge.grader.policy.eligible == "first_order":
        return state.tier != UNGRADED or state.last_order_amount is not None
    return state.tier != UNGRADED or state.first_day is not None


def _set_tier(state: CustomerState, computed: int) -> None:
    override = state.override
    state.override = None if override is None else replace(override, computed=computed)
    state.tier = effective(state.override, computed)


def _lift_to(state: CustomerState, other: CustomerState) -> None:
    """Keep the better of two computed tiers, and an override where there is none."""
    computed = computed_of(state)
    if computed_of(other) > computed:
        computed = computed_of(other)
        state.tier_since = other.tier_since
    state.override = state.override or other.override
    _set_tier(state, computed)


def _regrade(state: CustomerState, judge: Judge, today: Day) -> None:
    """Grade as a recalculation does, which leaves neither a version nor an event behind."""
    version, recent = state.version, state.recent
    state.recent = []
    if state.tier != UNGRADED:
        # Who has a tier by a part alone has no labels yet.
        state.labels = judge.grader.measure(state, today)[2]
    advance(state, Recalculate("", EpochMs(0), today), judge, today)
    state.version, state.recent = version, recent


def _pass_on(state: CustomerState, passed: Override | None, now: Override | None) -> None:
    """Where an override has passed from a part, let it be what that part has `now`."""
    own = None if state.ties is None else state.ties.own
    if own is not None and own.override is None and _same(state.override, passed):
        computed, state.override = computed_of(state), now
        _set_tier(state, computed)


def _same(mine: Override | None, other: Override | None) -> bool:
    """Whether two overrides are one decision; ranks may have been translated since."""
    if mine is None or other is None:
        return False
    return replace(mine, rank=other.rank, computed=other.computed) == other
