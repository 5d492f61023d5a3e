"""Which triggers there are, the built-in ones included, and on what each of them fires."""

from typing import Final

from scoring.calendar import date_of
from scoring.facts import COMMANDS, Fact, PolicyTaken, Recalculate, Tick
from scoring.policy import Trigger
from scoring.units import Day

FIRST_GRADE: Final = "first-grade"
"""The built-in trigger that assigns the first tier."""
MANUAL: Final = "manual"
"""What a recalculation fires, and the name of a move an override makes by itself."""
POLICY: Final = "policy"
"""What a new version of the policy fires."""

_BUILT_IN: Final = (
    Trigger(POLICY, frozenset({POLICY}), promote=True),
    Trigger(MANUAL, frozenset({MANUAL}), promote=True, demote=True, steps=None, ignore_hold=True),
)
_FIRST_MONTHS: Final = {"quarterly": (1, 4, 7, 10), "half-yearly": (1, 7)}
_NAMED_ONLY: Final = frozenset({*COMMANDS, PolicyTaken})
"""What `any` does not mean: nothing has happened to the customer."""


def with_built_in(triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """A policy's triggers, ended by the built-in ones for which it has none of its own.

    >>> [t.name for t in with_built_in((Trigger("board", frozenset({"manual"})),))]
    ['board', 'policy']
    """
    own = {what for trigger in triggers for what in trigger.fires_on}
    return (*triggers, *(t for t in _BUILT_IN if not t.fires_on & own))


def name_by_hand(triggers: tuple[Trigger, ...]) -> str:
    """What a move that an override makes by itself is called: it asks nobody's permission.

    >>> name_by_hand(with_built_in(()))
    'manual'
    """
    return next(trigger.name for trigger in triggers if MANUAL in trigger.fires_on)


def fires(trigger: Trigger, fact: Fact | Tick, today: Day) -> bool:
    """Whether `fact` is one that the trigger fires on, its condition aside."""
    kind = type(fact)
    what = MANUAL if kind is Recalculate else fact.TYPE
    if what not in trigger.fires_on and ("any" not in trigger.fires_on or kind in _NAMED_ONLY):
        return False
    if trigger.calendar is None:
        return True
    day = date_of(today)
    return day.day == 1 and day.month in _FIRST_MONTHS.get(trigger.calendar, range(1, 13))
