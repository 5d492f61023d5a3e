"""Reminders: whoever has been silent for so many days is told of on that very day.

Nothing is stored for them. The partition day comes to each day once, so a step is told once; an
order or a visit moves the day silence is counted from, and with it every step to come.
"""

from bisect import bisect_left, bisect_right

import msgspec

from scoring.compile import condition_of
from scoring.customer import CustomerState
from scoring.facts import Tick
from scoring.policy import Policy, Reminder, Since
from scoring.units import NEVER, Day


class ReminderDue(msgspec.Struct, frozen=True, gc=False):
    """One step of a reminder whose day has come."""

    name: str
    counted_from: Since
    since: Day
    """The last day that was not silent."""
    step: int
    """From 1."""
    of: int
    """How many steps the reminder has."""
    after_days: int
    on: Day
    next_on: Day | None
    """The day of the next step, on which this one is out of date; None for the last."""
    tier: int
    """UNGRADED for whoever has only looked around so far."""
    labels: list[int]
    """Empty for the ungraded."""


class Reminders:
    """The reminders of one policy.

    >>> come_back = Reminder("come-back", "last_active", (3, 7))
    >>> reminders = Reminders(Policy("p", 1, "UTC", "EUR", tiers=(), reminders=(come_back,)))
    >>> ann = CustomerState(last_active=Day(10))
    >>> reminders.next_day(ann, Day(10)), reminders.next_day(ann, Day(13))
    (13, 17)
    >>> [(due.step, due.next_on) for due in reminders.due(ann, Day(13))]
    [(1, 17)]
    """

    def __init__(self, policy: Policy) -> None:
        self._ladders = [
            (reminder, condition_of(policy, reminder.when) if reminder.when else None)
            for reminder in policy.reminders
        ]

    def next_day(self, state: CustomerState, today: Day) -> Day:
        """The first day after `today` on which a step falls due, or NEVER."""
        found = NEVER
        for reminder, _ in self._ladders:
            since = _since(state, reminder)
            if since is not None:
                days = reminder.after_days
                at = bisect_right(days, today - since)
                if at < len(days) and since + days[at] < found:
                    found = Day(since + days[at])
        return found

    def due(self, state: CustomerState, today: Day) -> list[ReminderDue]:
        """What falls due on `today`, in policy order; `state` was ticked through it."""
        found = []
        for reminder, when in self._ladders:
            since = _since(state, reminder)
            if since is None:
                continue
            days = reminder.after_days
            at = bisect_left(days, today - since)
            if at == len(days) or since + days[at] != today:
                continue
            if when is None or when(state, today, Tick(today)):
                found.append(_due(state, reminder, since, at))
        return found


def _since(state: CustomerState, reminder: Reminder) -> Day | None:
    return state.last_purchase if reminder.since == "last_purchase" else state.last_active


def _due(state: CustomerState, reminder: Reminder, since: Day, at: int) -> ReminderDue:
    days = reminder.after_days
    return ReminderDue(
        name=reminder.name,
        counted_from=reminder.since,
        since=since,
        step=at + 1,
        of=len(days),
        after_days=days[at],
        on=Day(since + days[at]),
        next_on=Day(since + days[at + 1]) if at + 1 < len(days) else None,
        tier=state.tier,
        labels=list(state.labels),
    )
