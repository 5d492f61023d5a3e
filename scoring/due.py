"""The due day: the first day on which time alone could move a tier or a label.

Too early costs one evaluation; too late is a bug. So every estimate here errs to the early side.
The score between due days is not stored: whoever asks for it computes it as of their day.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scoring.analysis import Sensitivity, earliest_age, edges_of, since_of
from scoring.calendar import first_on_or_after, review_days
from scoring.compile import Grader, function_of
from scoring.customer import MARGIN, REFUNDS, CustomerState
from scoring.emit import Emitter, scaled
from scoring.ledger import next_edge
from scoring.policy import Trigger
from scoring.ranking import rank_drift
from scoring.readings import READINGS, Drift
from scoring.syntax import ReadingCall
from scoring.units import NEVER, Day

_ROUNDING = 0.5 + 1e-4
"""How far below a bound, in centipoints, an unrounded score may lie and still reach it."""

_MAYBE_NEGATIVE = f"s.columns and ({REFUNDS} in s.columns or {MARGIN} in s.columns)"
"""Source: only what is taken back makes a row negative, or a margin below zero."""

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
        """The first day from `earliest` on, or NEVER.

        >>> reviews = TickTrigger(ignore_hold=False, calendar=[Day(31), Day(60)], ages=())
        >>> reviews.next_fire(CustomerState(), Day(31)), reviews.next_fire(CustomerState(), Day(32))
        (31, 60)
        """
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
        self.code = Emitter(policy.scale)
        self.lines = self.code.lines
        self.edges: list[list[int]] = []

    def compile(self) -> Due:
        if self.labels.daily:
            return lambda _state, today, _raw, _value: Day(today + 1)
        add = self.lines.append
        add("due = NEVER")
        for drift, bounds in sorted(self.labels.bounds.items()):
            self._label_bounds(drift, sorted(bounds))
        self._rows("due", self.labels.windows, "")
        self._thresholds()
        if self.grader.policy.by is None:
            add("value = None if raw is None else raw * 100.0")
        if self.promoting:
            self._promotion()
        if self.demoting:
            self._demotion()
        add("return due")
        due: Due = function_of(
            self.code,
            "s, D, raw, value",
            NEVER=NEVER,
            ENTER=self.grader.enter,
            KEEP=self.grader.keep,
            PROMOTING=self.promoting,
            DEMOTING=self.demoting,
            EDGES=self.edges,
            next_fire_of=next_fire_of,
            next_edge=next_edge,
        )
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

    def _thresholds(self) -> None:
        """The windows of readings that time can only lower; whole columns that are empty, no."""
        calls = {c: n for c, n in self.labels.thresholds.items() if c not in self.labels.windows}
        for held in ("", "s.kinds", "s.categories", "s.columns"):
            before = len(self.lines)
            for call, least in sorted(calls.items(), key=str):
                if _held_in(call) == held:
                    self._threshold(call, least)
            if held and len(self.lines) > before:
                inner = [f"    {line}" for line in self.lines[before:]]
                self.lines[before:] = [f"if {held}:", *inner]

    def _threshold(self, call: ReadingCall, least: float) -> None:
        """Lower `due` to the next row that leaves a window, unless its sum is below all bounds."""
        reading = READINGS[call.name]
        bound = scaled(least, self.code.scale) if reading.unit == "money" else least
        condition = f"{self.code.reading(call)} >= {bound!r}"
        if reading.on_exit == "spend":
            condition += f" or {_MAYBE_NEGATIVE}"
        self.lines.append(f"if {condition}:")
        self._rows("due", [call], "    ")

    def _rows(self, name: str, calls: Iterable[ReadingCall], indent: str) -> None:
        """Lower `name` to the next day a row enters or leaves a window."""
        add = self.lines.append
        for source, ages in edges_of(calls).items():
            self.edges.append(ages)
            edges = f"EDGES[{len(self.edges) - 1}]"
            days, within = "s.days", indent
            if source == "kinds":
                add(f"{indent}for days, _ in s.kinds.values():")
                days, within = "days", f"{indent}    "
            elif source == "categories":
                days = "sorted(s.categories.values())"
            elif source != "purchases":
                add(f"{indent}if {source} in s.columns:")
                days, within = f"s.columns[{source}][0]", f"{indent}    "
            add(f"{within}d = next_edge({days}, D, {edges})")
            add(f"{within}if d < {name}: {name} = d")

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
        self._rows("day", self.rank.rising, "    ")
        if self.rank.rising_if_negative:
            add(f"    if {_MAYBE_NEGATIVE}:")
            self._rows("day", self.rank.rising_if_negative, "        ")
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
        self._rows("day", self.rank.falling, "    ")
        add("    if day < due:")
        hold = self.grader.policy.hold_days
        add(f"        held = s.tier_since + {hold}")
        add("        if held < day: held = day")
        add("        d = next_fire_of(DEMOTING, s, day, held)")
        add("        if d < due: due = d")


def _held_in(call: ReadingCall) -> str:
    """The field of a customer without which a reading is 0; empty for purchases."""
    source = READINGS[call.name].sources[0]
    if source == "purchases":
        return ""
    return f"s.{source}" if isinstance(source, str) else "s.columns"


def _tick_trigger(trigger: Trigger) -> TickTrigger:
    ages = earliest_age(trigger.when)
    return TickTrigger(
        trigger.ignore_hold,
        review_days(trigger.calendar) if trigger.calendar else None,
        tuple((drift, first, last) for drift, (first, last) in sorted(ages.items())),
    )
