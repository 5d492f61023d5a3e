"""Each trigger's standing: whether it would move the tier to the target now, or why not."""

from collections.abc import Iterator
from dataclasses import dataclass

from scoring.analysis import earliest_age
from scoring.calendar import LAST_DAY, date_of, review_days
from scoring.compile import Grader, When
from scoring.customer import CustomerState
from scoring.due import TickTrigger
from scoring.facts import Tick
from scoring.policy import Trigger
from scoring.syntax import Arithmetic, Comparison, FieldOf, Junction, Negation, Node
from scoring.triggers import fires
from scoring.units import Day
from scoring.why.explanation import TriggerRow, Verdict
from scoring.why.wording import text_of


@dataclass(frozen=True, slots=True)
class Distance:
    """Where the tier stands and where it should, as ranks, and whether it is held there."""

    tier: int
    target: int
    held: bool


def trigger_rows(
    grader: Grader, state: CustomerState, distance: Distance, today: Day
) -> list[TriggerRow]:
    """Every trigger, the built-in last, in order of precedence: the first that `moves` would.

    Ann is silver, should be bronze, and her hold is not over:

    >>> from scoring.compile import compile_policy
    >>> from scoring.policy import Policy
    >>> crossing = Trigger("crossing", frozenset({"any"}), promote=True)
    >>> review = Trigger("review", frozenset({"tick"}), demote=True, calendar="monthly")
    >>> grader = compile_policy(Policy("shop", 1, "UTC", "EUR", (), triggers=(crossing, review)))
    >>> rows = trigger_rows(grader, CustomerState(tier=1), Distance(1, 0, held=True), Day(20))
    >>> [(row.name, row.verdict) for row in rows[:2]]
    [('crossing', 'not permitted'), ('review', 'held')]
    >>> str(rows[1].next_on), rows[-1].name, rows[-1].verdict
    ('1970-02-01', 'manual', 'waits for a fact')
    """
    pairs = zip(grader.triggers, grader.whens, strict=True)
    return [_row(trigger, when, state, distance, today) for trigger, when in pairs]


def _row(
    trigger: Trigger, when: When | None, state: CustomerState, distance: Distance, today: Day
) -> TriggerRow:
    next_on = _next_on(trigger, state, today)
    return TriggerRow(
        name=trigger.name,
        fires_on=sorted(trigger.fires_on),
        calendar=trigger.calendar,
        when=None if trigger.when is None else text_of(trigger.when),
        promote=trigger.promote,
        demote=trigger.demote,
        steps=trigger.steps,
        ignore_hold=trigger.ignore_hold,
        verdict=_verdict(trigger, when, state, distance, today),
        next_on=None if next_on is None else date_of(next_on),
    )


def _verdict(
    trigger: Trigger, when: When | None, state: CustomerState, distance: Distance, today: Day
) -> Verdict:
    """What a tick of `today` would make of the trigger; if it fires on facts alone, a fact."""
    if distance.target == distance.tier:
        return "nothing to move"
    demotes = distance.target < distance.tier
    if not (trigger.demote if demotes else trigger.promote):
        return "not permitted"
    if demotes and distance.held and not trigger.ignore_hold:
        return "held"
    return _firing(trigger, when, state, today)


def _firing(trigger: Trigger, when: When | None, state: CustomerState, today: Day) -> Verdict:
    """The verdict on a trigger that would move the tier if it fired."""
    ticks = _ticks(trigger)
    if not ticks and trigger.when is not None and any(_fields(trigger.when)):
        return "depends on the fact"
    if when is not None and not when(state, today, Tick(today)):
        return "condition false"
    if not ticks:
        return "waits for a fact"
    if not fires(trigger, Tick(today), today):
        return "waits for its day"
    if state.case is None:
        return "moves"
    return "waits for a decision" if state.case.refused is None else "refused"


def _ticks(trigger: Trigger) -> bool:
    return bool(trigger.fires_on & {"tick", "any"})


def _next_on(trigger: Trigger, state: CustomerState, today: Day) -> Day | None:
    if not _ticks(trigger):
        return None
    ages = sorted(earliest_age(trigger.when).items())
    days = review_days(trigger.calendar) if trigger.calendar else None
    ticking = TickTrigger(True, days, tuple((drift, *ages) for drift, ages in ages))
    day = ticking.next_fire(state, Day(today + 1))
    return day if day <= LAST_DAY else None


def _fields(node: Node) -> Iterator[str]:
    """The fields of the fact that a condition names."""
    match node:
        case FieldOf(name):
            yield name
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            yield from _fields(left)
            yield from _fields(right)
        case Junction(_, items):
            for item in items:
                yield from _fields(item)
        case Negation(item):
            yield from _fields(item)
        case _:
            return
