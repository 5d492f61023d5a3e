"""What the next review would do to a customer graded as of today. Pure."""

from typing import NamedTuple

from scoring.advance import Judge
from scoring.calendar import first_on_or_after, review_days
from scoring.cases import decide
from scoring.customer import Case, CustomerState
from scoring.facts import Tick
from scoring.movement import move, target_of
from scoring.override import computed_of, effective
from scoring.policy import Trigger
from scoring.units import NEVER, Day


class Reviewed(NamedTuple):
    """A customer after their next review."""

    tier: int
    """The effective one."""
    on: Day | None
    """The day of the review that moves them; None when none does."""
    pending: bool
    """They stand above their target, and no review would take them down."""
    case: Case | None = None
    """What the review proposes to somebody instead of moving them."""


class Reviews:
    """The triggers of a policy that come with the calendar."""

    def __init__(self, judge: Judge) -> None:
        self._grader = judge.grader
        self._calendars = [
            (trigger, review_days(trigger.calendar))
            for trigger in judge.grader.triggers
            if trigger.calendar is not None
        ]

    def next(self, state: CustomerState, today: Day) -> Reviewed:
        """The first review after `today` that may move the customer in the direction of the target.

        The target is that of `today`: nothing happens until the review, and nobody grows older.
        A demotion waits for the end of the hold. Whoever has an open case waits for its answer.
        `state` comes back as it was.
        """
        held, known = state.tier, state.case
        computed = computed_of(state)
        value = self._grader.measure(state, today)[1]
        target = target_of(self._grader, value, computed)
        if target == computed or (known is not None and known.refused is None):
            return Reviewed(held, None, pending=False)
        day = self._day(state, today, up=target > computed)
        state.tier = computed
        moved = None
        if day != NEVER:
            moved = move(self._grader, state, target, Tick(day), day)
            moved, _ = decide(self._grader, state, (target, moved), Tick(day), day)
        case, state.tier, state.case = state.case, held, known
        if moved is None:
            if case is not None and case.refused is None:
                return Reviewed(held, None, pending=False, case=case)
            return Reviewed(held, None, pending=target < computed)
        tier = effective(state.override, moved[0])
        return Reviewed(tier, None if tier == held else day, pending=False)

    def _day(self, state: CustomerState, today: Day, *, up: bool) -> Day:
        first = Day(today + 1)
        free = max(first, Day(state.tier_since + self._grader.policy.hold_days))

        def earliest(trigger: Trigger) -> Day:
            return first if up or trigger.ignore_hold else free

        return min(
            (
                first_on_or_after(days, earliest(trigger))
                for trigger, days in self._calendars
                if (trigger.promote if up else trigger.demote)
            ),
            default=NEVER,
        )
