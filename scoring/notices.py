"""What is told beside changes: reminders. It grades nobody, it only wakes sooner.

`after` is called behind `scoring.advance.advance`, which leaves the day on which a grade could
move; here the day of the next notice is put before it. So a policy with notices grades, and
publishes changes, exactly as it does without.
"""

from scoring.calendar import LAST_DAY
from scoring.customer import UNGRADED, CustomerState
from scoring.facts import Fact, Tick
from scoring.policy import Policy
from scoring.reminders import ReminderDue, Reminders
from scoring.units import NEVER, Day

Notice = ReminderDue


class Notices:
    """The notices of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._reminders = Reminders(policy)

    def after(self, state: CustomerState, fact: Fact | Tick, today: Day) -> list[Notice]:
        """What is to be told after a fact or tick just taken in; brings `state.due` forward."""
        if state.tier == UNGRADED and state.override is None:
            # Nothing but a notice makes the ungraded due, and this is where it is found.
            state.due = None
        due = NEVER if state.due is None else state.due
        due = min(due, self._reminders.next_day(state, today))
        state.due = due if due <= LAST_DAY else None
        return self._reminders.due(state, today) if type(fact) is Tick else []
