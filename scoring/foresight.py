"""Warnings: the next move of a tier, if time alone makes it a demotion, told days before.

The day is not estimated but found, by ticking a copy as the engine itself will. That is dear, so
it is done on ticks only, and the day of the next look errs to the early side. Nothing is stored:
a warning falls on the demotion's day less a step, a day that comes once; and when a fact moves
the demotion, what was foreseen is forgotten with it.
"""

import msgspec

from scoring.advance import Judge, advance
from scoring.customer import CustomerState
from scoring.facts import Tick
from scoring.units import NEVER, Day
from scoring.why.copies import copy_of


class DowngradeAhead(msgspec.Struct, frozen=True, gc=False):
    """A demotion that time alone will bring, `before_days` days ahead."""

    on: Day
    """The day of the warning."""
    next_on: Day
    """The day of the next warning, or of the demotion, on which this one is out of date."""
    downgrade_on: Day
    before_days: int
    tier: int
    to: int
    trigger: str
    labels: list[int]


class Foresight:
    """Looks for demotions ahead, under one policy.

    The first look after a fact is the due day less the longest step, if that is still to come:

    >>> from scoring.compile import compile_policy
    >>> from scoring.due import plan_of
    >>> from scoring.policy import Policy, Tier
    >>> grader = compile_policy(Policy("p", 1, "UTC", "EUR", (Tier("a", 0, 0), Tier("b", 5, 5))))
    >>> foresight = Foresight(Judge(grader, plan_of(grader)), (30, 7))
    >>> ann = CustomerState(tier=1, due=Day(90))
    >>> foresight.next_look(ann, Day(10)), foresight.next_look(ann, Day(70))
    (60, 71)
    """

    def __init__(self, judge: Judge, before_days: tuple[int, ...]) -> None:
        self._judge = judge
        self._steps = before_days
        """Descending."""

    def next_look(self, state: CustomerState, today: Day) -> Day:
        """A day not later than the next warning could be, from `state.due`; or NEVER."""
        if state.due is None or state.tier <= 0:
            return NEVER
        return Day(max(today + 1, state.due - self._steps[0]))

    def look(self, state: CustomerState, today: Day) -> tuple[DowngradeAhead | None, Day]:
        """Whether to warn on `today`, and on which day to look again, or NEVER.

        `state` was ticked through `today`; its due day is the one on which a grade could move.
        """
        if state.tier <= 0:
            return None, NEVER
        ahead = copy_of(state)
        while ahead.due is not None and ahead.due <= today + self._steps[0]:
            day = ahead.due
            for change in advance(ahead, Tick(day), self._judge, day).changes:
                if change.type == "tier.downgraded":
                    return self._warning(state, today, day, (ahead.tier, str(change.trigger)))
                if change.label is None:
                    # Up first: that is a due day, and what follows is seen then.
                    return None, NEVER
        return None, self.next_look(ahead, today)

    def _warning(
        self, state: CustomerState, today: Day, down_on: Day, move: tuple[int, str]
    ) -> tuple[DowngradeAhead | None, Day]:
        """What to say today of a demotion on `down_on`, and when to look again."""
        later = next((Day(down_on - b) for b in self._steps if down_on - b > today), None)
        step = down_on - today
        if step not in self._steps:
            return None, NEVER if later is None else later
        said = DowngradeAhead(
            on=today,
            next_on=down_on if later is None else later,
            downgrade_on=down_on,
            before_days=step,
            tier=state.tier,
            to=move[0],
            trigger=move[1],
            labels=list(state.labels),
        )
        return said, NEVER if later is None else later
