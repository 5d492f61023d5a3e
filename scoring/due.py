"""The due day: the first day on which time alone could move a tier or a label.

Too early costs one evaluation; too late is a bug. So every estimate here errs to the early side.
The score between due days is not stored: whoever asks for it computes it as of their day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scoring.analysis import Sensitivity, earliest_age
from scoring.calendar import first_on_or_after, review_days
from scoring.compile import Grader
from scoring.customer import REFUNDS, CustomerState
from scoring.ledger import next_change
from scoring.policy import Trigger
from scoring.ranking import rank_drift
from scoring.readings import READINGS, Drift, Source
from scoring.syntax import ReadingCall
from scoring.units import NEVER, Day

_ROUNDING = 0.5 + 1e-4
"""How far below a bound, in centipoints, an unrounded score may lie and still reach it."""

WatchedWindow = tuple[int, int, Source]
"""(days, ending, ledger column)."""

Due = Callable[[CustomerState, Day, float | None, float | None], Day]
"""(customer just graded, today, unrounded score, ranking value) -> due day or NEVER."""


@dataclass(frozen=True, slots=True)
class TickTrigger:
    """When a trigger that fires on ticks could next fire."""

    ignore_hold: bool
    calendar: list[Day] | None
    ages: tuple[tuple[Drift, int, int | None], ...]
    """(counted from, first age, last age) that its condition demands."""

    def next_fire(self, state: CustomerState, earliest: Day) -> Day:
        """The first day from `earliest` on, or NEVER."""
        day = earliest
        for drift, first, last in self.ages:
            since = since_of(state, drift)
            if since is None or (last is not None and since + last < day):
                return NEVER
            day = max(day, Day(since + first))
        return first_on_or_after(self.calendar, day) if self.calendar else day


def next_fire_of(
    triggers: tuple[TickTrigger, ...], state: CustomerState, earliest: Day, held: Day
) -> Day:
    """The first day from `earliest` on (`held`, where the hold counts) any may fire."""
    return min(
        trigger.next_fire(state, earliest if trigger.ignore_hold else held) for trigger in triggers
    )


def since_of(state: CustomerState, drift: Drift) -> Day | None:
    """The day a drifting reading counts from."""
    if drift == "last_purchase":
        return state.last_purchase
    if drift == "last_active":
        return state.last_active
    return state.first_day if state.registered is None else state.registered


@dataclass(frozen=True, slots=True)
class DuePlan:
    """What of a policy time alone can change, compiled to one function."""

    due: Due


def plan_of(grader: Grader) -> DuePlan:
    """Analyse a policy and compile its due function."""
    return DuePlan(_Planner(grader).compile())


class _Planner:
    """Writes the due function of one policy, line by line. No text of the policy enters."""

    def __init__(self, grader: Grader) -> None:
        policy = grader.policy
        self.grader = grader
        self.labels = Sensitivity()
        for label in policy.labels:
            for rule in label.rules:
                if rule.when is not None:
                    self.labels.add(rule.when)
        ticking = [t for t in policy.triggers if t.fires_on & {"any", "tick"}]
        self.promoting = tuple(_tick_trigger(t) for t in ticking if t.promote)
        self.demoting = tuple(_tick_trigger(t) for t in ticking if t.demote)
        self.rank = rank_drift(policy)
        self.lines: list[str] = []

    def compile(self) -> Due:
        if self.labels.daily:
            return lambda _state, today, _raw, _value: Day(today + 1)
        add = self.lines.append
        add("due = NEVER")
        for drift, bounds in sorted(self.labels.bounds.items()):
            self._label_bounds(drift, sorted(bounds))
        for window in _watched(self.labels.windows):
            self._row("due", window, "")
        if self.grader.policy.by is None:
            add("value = None if raw is None else raw * 100.0")
        if self.promoting:
            self._promotion()
        if self.demoting:
            self._demotion()
        add("return due")
        body = "\n".join(f"    {line}" for line in self.lines)
        scope: dict[str, Any] = {
            "NEVER": NEVER,
            "ENTER": self.grader.enter,
            "KEEP": self.grader.keep,
            "PROMOTING": self.promoting,
            "DEMOTING": self.demoting,
            "next_fire_of": next_fire_of,
            "next_row": next_row,
        }
        source = f"def due_day(s, D, raw, value):\n{body}\n"
        exec(compile(source, "<due>", "exec"), scope)  # noqa: S102 - our own source
        due: Due = scope["due_day"]
        return due

    def _label_bounds(self, drift: Drift, bounds: list[int]) -> None:
        add = self.lines.append
        since = {"last_purchase": "s.last_purchase", "last_active": "s.last_active"}
        tenure = "s.first_day if s.registered is None else s.registered"
        add(f"since = {since.get(drift, tenure)}")
        add("if since is not None:")
        add("    age = D - since")
        for index, bound in enumerate(bounds):
            add(f"    {'elif' if index else 'if'} age < {bound}:")
            add(f"        if since + {bound} < due: due = since + {bound}")

    def _row(self, name: str, window: WatchedWindow, indent: str) -> None:
        """Lower `name` to the next day a row enters or leaves a window."""
        days, ending, source = window
        add = self.lines.append
        lower = f"if d < {name}: {name} = d"
        if source == "purchases":
            add(f"{indent}d = next_row(s.days, D, {days}, {ending})")
            add(f"{indent}{lower}")
        elif source == "kinds":
            add(f"{indent}for column in s.kinds.values():")
            add(f"{indent}    d = next_row(column[0], D, {days}, {ending})")
            add(f"{indent}    {lower}")
        elif source == "categories":
            add(f"{indent}if s.categories:")
            days_of = "sorted(s.categories.values())"
            add(f"{indent}    d = next_row({days_of}, D, {days}, {ending})")
            add(f"{indent}    {lower}")
        else:
            add(f"{indent}if {source} in s.columns:")
            column = f"s.columns[{source}][0]"
            add(f"{indent}    d = next_row({column}, D, {days}, {ending})")
            add(f"{indent}    {lower}")

    def _reach(self, gap: str, per_day: float) -> None:
        """Set `day` to the first day on which the ranking value may close a gap."""
        add = self.lines.append
        add("    day = NEVER")
        if self.rank.always:
            add("    day = D + 1")
            return
        add("    if value is None: day = D + 1")
        add("    else:")
        add(f"        gap = {gap} - {_ROUNDING!r}")
        add("        if gap <= 0.0: day = D + 1")
        if per_day > 0:
            add("        else:")
            add(f"            k = int(gap / {per_day!r})")
            add("            day = D + (k if k > 1 else 1)")

    def _promotion(self) -> None:
        """First day on which the target may lie above the tier and a tick may promote."""
        add = self.lines.append
        add(f"if s.tier < {len(self.grader.enter) - 1}:")
        self._reach("ENTER[s.tier + 1] - value", self.rank.rise_per_day)
        for window in _watched(self.rank.rising):
            self._row("day", window, "    ")
        negative = _watched(self.rank.rising_if_negative)
        if negative:
            # Only what is taken back makes a row negative, or a margin below zero.
            add(f"    if s.columns and ({REFUNDS} in s.columns or 1 in s.columns):")
            for window in negative:
                self._row("day", window, "        ")
        if any(not t.ages and t.calendar is None for t in self.promoting):
            add("    if day < due: due = day")
        else:
            add("    if day < due:")
            add("        d = next_fire_of(PROMOTING, s, day, day)")
            add("        if d < due: due = d")

    def _demotion(self) -> None:
        """First day on which the target may lie below the tier and a tick may demote."""
        add = self.lines.append
        add("if s.tier > 0:")
        self._reach("value - KEEP[s.tier]", self.rank.fall_per_day)
        for window in _watched(self.rank.falling):
            self._row("day", window, "    ")
        add("    if day < due:")
        hold = self.grader.policy.hold_days
        add(f"        held = s.tier_since + {hold}")
        add("        if held < day: held = day")
        add("        d = next_fire_of(DEMOTING, s, day, held)")
        add("        if d < due: due = d")


def next_row(days: list[Day], today: Day, window: int, ending: int) -> Day:
    """The next day on which a row enters or leaves a window, or NEVER."""
    found = next_change(days, today, window, ending)
    return NEVER if found is None else found


def _watched(calls: set[ReadingCall]) -> tuple[WatchedWindow, ...]:
    """The distinct windows to watch, `trend` as the two windows it compares."""
    watched: set[WatchedWindow] = set()
    for call in calls:
        window = int(call.window or 0)
        for source in READINGS[call.name].sources:
            watched.add((window, call.ending, source))
            if call.name == "trend":
                watched.add((window, call.ending + window, source))
    return tuple(sorted(watched, key=str))


def _tick_trigger(trigger: Trigger) -> TickTrigger:
    ages = earliest_age(trigger.when)
    return TickTrigger(
        trigger.ignore_hold,
        review_days(trigger.calendar) if trigger.calendar else None,
        tuple((drift, first, last) for drift, (first, last) in sorted(ages.items())),
    )
