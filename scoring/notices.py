"""What is told beside changes: reminders and warnings. It grades nobody, it only wakes sooner.

`after` is called behind `scoring.advance.advance`, which leaves the day on which a grade could
move; here the day of the next notice is put before it. So a policy with notices grades, and
publishes changes, exactly as it does without.
"""

from scoring.advance import Judge
from scoring.calendar import LAST_DAY
from scoring.customer import UNGRADED, CustomerState
from scoring.facts import Fact, Tick
from scoring.foresight import DowngradeAhead, Foresight
from scoring.reminders import ReminderDue, Reminders
from scoring.units import NEVER, Day

Notice = ReminderDue | DowngradeAhead


class Notices:
    """The notices of one policy.

    >>> from scoring.compile import compile_policy
    >>> from scoring.due import plan_of
    >>> from scoring.policy import Policy, Reminder, Tier
    >>> basic = Tier("basic", 0, 0)
    >>> back = Reminder("back", "last_active", (3, 7))
    >>> grader = compile_policy(Policy("p", 1, "UTC", "EUR", (basic,), reminders=(back,)))
    >>> ann = CustomerState(last_active=Day(10))
    >>> found = Notices(Judge(grader, plan_of(grader))).after(ann, Tick(Day(13)), Day(13))
    >>> [notice.after_days for notice in found], ann.due
    ([3], 17)
    """

    def __init__(self, judge: Judge) -> None:
        policy = judge.grader.policy
        self._reminders = Reminders(policy)
        before = policy.warn_before_days
        self._foresight = Foresight(judge, before) if before else None

    def after(self, state: CustomerState, fact: Fact | Tick, today: Day) -> list[Notice]:
        """What is to be told after a fact or tick just taken in; brings `state.due` forward."""
        if state.tier == UNGRADED and state.override is None:
            # Nothing but a notice makes the ungraded due, and this is where it is found.
            state.due = None
        ticked = type(fact) is Tick
        found: list[Notice] = []
        due = NEVER if state.due is None else state.due
        if self._foresight is not None:
            if ticked:
                warning, look = self._foresight.look(state, today)
                if warning is not None:
                    found.append(warning)
            else:
                look = self._foresight.next_look(state, today)
            due = min(due, look)
        due = min(due, self._reminders.next_day(state, today))
        state.due = due if due <= LAST_DAY else None
        if ticked:
            found += self._reminders.due(state, today)
        return found
