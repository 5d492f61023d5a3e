"""Whether the tier follows its target: promotion, demotion, hold and steps."""

from scoring.calendar import date_of
from scoring.compile import Grader
from scoring.customer import CustomerState
from scoring.facts import Fact, Tick
from scoring.policy import Trigger
from scoring.units import Day

_FIRST_MONTHS = {"quarterly": (1, 4, 7, 10), "half-yearly": (1, 7)}


def target_of(grader: Grader, value: float | None, tier: int) -> int:
    """The highest tier that `value` enters above `tier`, or keeps at `tier` or below.

    A null value (nothing to rank by) belongs to the lowest tier.
    """
    if value is None:
        return 0
    enter = grader.enter
    for rank in range(len(enter) - 1, tier, -1):
        if value >= enter[rank]:
            return rank
    keep = grader.keep
    for rank in range(tier, 0, -1):
        if value >= keep[rank]:
            return rank
    return 0


def move(
    grader: Grader, state: CustomerState, target: int, fact: Fact | Tick, today: Day
) -> tuple[int, str] | None:
    """The tier to move to and the first trigger that permits it, or None."""
    tier = state.tier
    held = today - state.tier_since < grader.policy.hold_days
    for trigger, when in zip(grader.policy.triggers, grader.whens, strict=True):
        if target > tier:
            if not trigger.promote:
                continue
        elif not trigger.demote or (held and not trigger.ignore_hold):
            continue
        if not _fires(trigger, fact, today):
            continue
        if when is not None and not when(state, today, fact):
            continue
        if target > tier or trigger.steps is None:
            return target, trigger.name
        return max(target, tier - trigger.steps), trigger.name
    return None


def _fires(trigger: Trigger, fact: Fact | Tick, today: Day) -> bool:
    if fact.TYPE not in trigger.fires_on and "any" not in trigger.fires_on:
        return False
    if trigger.calendar is None:
        return True
    day = date_of(today)
    return day.day == 1 and day.month in _FIRST_MONTHS.get(trigger.calendar, range(1, 13))
