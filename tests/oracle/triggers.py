"""The triggers: on what they fire, and what they permit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from oracle.expressions import condition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from oracle.readings import Scope

TICK = "tick"
MANUAL = "manual"
POLICY = "policy"
NAMED_ONLY = frozenset({MANUAL, POLICY})
"""What `any` does not stand for: neither a fact of the customer nor a day."""
ALL_STEPS = 10**6

CALENDARS = {
    "monthly": frozenset(range(1, 13)),
    "quarterly": frozenset({1, 4, 7, 10}),
    "half-yearly": frozenset({1, 7}),
}


@dataclass(frozen=True)
class Trigger:
    """One named reason to re-grade."""

    name: str
    fires_on: frozenset[str]
    when: Callable[[Scope], bool] | None
    months: frozenset[int] | None
    promote: bool
    demote: bool
    steps: int
    ignore_hold: bool

    def fires(self, what: str, scope: Scope) -> bool:
        """Say whether a tick or a fact type fires the trigger on a day."""
        if what not in self.fires_on and ("any" not in self.fires_on or what in NAMED_ONLY):
            return False
        if self.months is not None and not self._review_day(scope.today):
            return False
        return self.when is None or self.when(scope)

    def _review_day(self, today: int) -> bool:
        """Say whether a day is the first of one of the calendar's months."""
        day = date.fromordinal(today)
        return day.day == 1 and day.month in (self.months or ())


def triggers_of(entries: Sequence[Mapping[str, Any]], usual_steps: Any) -> list[Trigger]:
    """Read the triggers; those for manual work and new policies are there unless given."""
    triggers = [trigger_of(entry, usual_steps) for entry in entries]
    for what, permits in (
        (POLICY, {"promote": True}),
        (MANUAL, {"promote": True, "demote": True, "ignore_hold": True}),
    ):
        if not any(what in trigger.fires_on for trigger in triggers):
            triggers.append(trigger_of({"name": what, "fires_on": what, **permits}, "all"))
    return triggers


def trigger_of(entry: Mapping[str, Any], usual_steps: Any) -> Trigger:
    """Read one trigger of the policy."""
    fires_on = entry["fires_on"]
    when, calendar = entry.get("when"), entry.get("calendar")
    return Trigger(
        name=entry["name"],
        fires_on=frozenset([fires_on] if isinstance(fires_on, str) else fires_on),
        when=None if when is None else condition(when, with_fields=True),
        months=None if calendar is None else CALENDARS[calendar],
        promote=entry.get("promote", False),
        demote=entry.get("demote", False),
        steps=_steps(entry.get("steps", usual_steps)),
        ignore_hold=entry.get("ignore_hold", False),
    )


def _steps(value: Any) -> int:
    """Read a number of levels; `all` is more than there are."""
    return ALL_STEPS if value == "all" else int(value)
