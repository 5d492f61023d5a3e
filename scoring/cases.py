"""Moves that wait: a rule of the policy asks for somebody to decide before a tier is moved.

A case is about the computed tier, so an override neither opens nor closes one. While it is open
the tier stays. The case follows the target as long as it lies on the same side of the tier, and
is withdrawn when it does not. Refused, a move is not proposed again until the target changes.
"""

from msgspec.structs import replace

from scoring.changes import Approval
from scoring.compile import Grader
from scoring.customer import Case, CustomerState, Refusal
from scoring.facts import Fact, Recalculate, ReviewResolved, Tick
from scoring.fold import is_known
from scoring.triggers import FIRST_GRADE, name_by_hand
from scoring.units import Day

Move = tuple[int, str]
"""The rank to move to, and the trigger that permits it."""

_NOTHING: tuple[None, None] = (None, None)


def is_open(state: CustomerState, answer: ReviewResolved) -> bool:
    """Whether the customer has the very case that is answered.

    >>> from scoring.units import EpochMs
    >>> open_ = CustomerState(case=Case(2, "crossing", "two-levels", Day(5), Day(9), "e1"))
    >>> yes = ReviewResolved("r", EpochMs(0), Day(6), True, "known buyer", "kim", Day(5), 2)
    >>> is_open(open_, yes), is_open(open_, replace(yes, rank=3)), is_open(CustomerState(), yes)
    (True, False, False)
    """
    case = state.case
    if case is None or case.refused is not None:
        return False
    return answer.opened is None or (answer.opened, answer.rank) == (case.opened, case.to)


def takes(state: CustomerState | None, answer: ReviewResolved) -> bool:
    """Whether an answer is one to fold: its case is open, or it comes a second time."""
    return state is not None and (is_open(state, answer) or is_known(state, answer.event_id))


def forget_cause(state: CustomerState) -> None:
    """Forget which fact led to the case where it is not known to be of the customer any more.

    So it is when it came for somebody who was merged into the customer and is not any more.

    >>> ann = CustomerState(case=Case(2, "crossing", "two-levels", Day(5), Day(9), "of-bob"))
    >>> forget_cause(ann); ann.case.event_id is None, ann.case.to
    (True, 2)
    """
    case = state.case
    if case is not None and case.event_id is not None and not is_known(state, case.event_id):
        state.case = replace(case, event_id=None)


def hold_first(
    grader: Grader, state: CustomerState, target: int, fact: Fact | Tick, today: Day
) -> int:
    """The tier to begin at: the lowest, from which the rest waits, if a rule asks for it."""
    case = _case(grader, state, (0, (target, FIRST_GRADE)), fact, today) if target else None
    state.case = case
    return target if case is None else 0


def decide(
    grader: Grader,
    state: CustomerState,
    wanted: tuple[int, Move | None],
    fact: Fact | Tick,
    today: Day,
) -> tuple[Move | None, Approval | None]:
    """Of the target and the move that triggers permit, the move to make now.

    What waits, and what was refused, is left in `state.case`.
    """
    target, permitted = wanted
    if state.case is not None:
        case = state.case = _kept(state.case, state.tier, wanted, fact)
        if case is not None:
            return _answered(grader, state, case, target, fact, today)
    if permitted is None:
        return _NOTHING
    state.case = _case(grader, state, (state.tier, permitted), fact, today)
    return (permitted, None) if state.case is None else _NOTHING


def _kept(case: Case, tier: int, wanted: tuple[int, Move | None], fact: Fact | Tick) -> Case | None:
    """The case as it is after a fact; None if it is withdrawn, or a refusal has run out."""
    target, permitted = wanted
    if case.refused is not None:
        same = target == case.refused.target and type(fact) is not Recalculate
        return case if same else None
    if target == tier or (target > tier) != (case.to > tier):
        return None
    near = min(case.to, target) if target > tier else max(case.to, target)
    if permitted is not None and abs(permitted[0] - tier) > abs(near - tier):
        to, trigger = permitted
        return replace(case, to=to, trigger=trigger, event_id=_cause(fact))
    return case if near == case.to else replace(case, to=near)


def _answered(
    grader: Grader, state: CustomerState, case: Case, target: int, fact: Fact | Tick, today: Day
) -> tuple[Move | None, Approval | None]:
    """The move of an open case that `fact` approves, or whose time has come."""
    if case.refused is not None:
        return _NOTHING
    author = reason = None
    trigger = case.trigger
    if type(fact) is ReviewResolved and is_open(state, fact):
        approved, author, reason = fact.approved, fact.author, fact.reason
        trigger = name_by_hand(grader.triggers)
    elif type(fact) is Tick and today >= case.deadline:
        asked = grader.policy.review_when
        approved = asked is not None and asked.default == "approve"
    else:
        return _NOTHING
    if not approved:
        state.case = replace(case, refused=Refusal(target, today, author, reason))
        return _NOTHING
    state.case = None
    return (case.to, trigger), Approval(case, author, reason)


def _case(
    grader: Grader, state: CustomerState, step: tuple[int, Move], fact: Fact | Tick, today: Day
) -> Case | None:
    """The case to open before a step from a tier, by the first rule that asks for one."""
    asked = grader.policy.review_when
    if asked is None:
        return None
    tier, (to, trigger) = step
    direction = "promotion" if to > tier else "demotion"
    for rule, when in zip(asked.rules, grader.reviews, strict=True):
        if rule.on not in ("any", direction) or abs(to - tier) < rule.levels:
            continue
        if when is None or when(state, today, fact):
            deadline = Day(today + asked.after_days)
            return Case(to, trigger, rule.name, today, deadline, _cause(fact))
    return None


def _cause(fact: Fact | Tick) -> str | None:
    """The id of a fact; a tick has none, nor has the recalculation of a merge."""
    return getattr(fact, "event_id", None) or None
