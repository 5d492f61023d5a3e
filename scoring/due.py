"""The due day: the first day on which time alone could move a tier or a label.

Too early costs one evaluation; too late is a bug. So every estimate here errs to the early side.
The score between due days is not stored: whoever asks for it computes it as of their day.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scoring.analysis import earliest_age, since_of
from scoring.calendar import first_on_or_after, review_days
from scoring.compile import Grader
from scoring.customer import CustomerState
from scoring.emit import Emitter
from scoring.generated import function_of
from scoring.horizon import Horizon, negative
from scoring.policy import Trigger
from scoring.ranking import rank_drift
from scoring.readings import Drift
from scoring.syntax import ReadingCall
from scoring.units import NEVER, Day

_ROUNDING = 0.5 + 1e-4
"""How far below a bound, in centipoints, an unrounded score may lie and still reach it."""

Due = Callable[[CustomerState, Day, float | None, float | None, Day], Day]
"""(customer just graded, today, unrounded score, ranking value, first day on which a label could
change) -> due day or NEVER."""


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
        ticking = [t for t in policy.triggers if t.fires_on & {"any", "tick"}]
        self.promoting = tuple(_tick_trigger(t) for t in ticking if t.promote)
        self.demoting = tuple(_tick_trigger(t) for t in ticking if t.demote)
        self.rank = rank_drift(policy)
        self.code = Emitter(policy.scale)
        self.lines = self.code.lines
        self.horizon = Horizon(self.code)
        ways = self.promoting and self.demoting
        self.both = self.rank.rising & self.rank.falling if ways else set[ReadingCall]()
        """What may both raise and lower the ranking value: looked at once, into `edge`."""

    def compile(self) -> Due:
        add = self.lines.append
        if self.grader.policy.by is None:
            add("value = None if raw is None else raw * 100.0")
        if self.both:
            add("edge = NEVER")
            self.horizon.rows("edge", self.both, "")
        if self.promoting:
            self._promotion()
        if self.demoting:
            self._demotion()
        add("return due")
        due: Due = function_of(
            self.code,
            "s, D, raw, value, due",
            ENTER=self.grader.enter,
            KEEP=self.grader.keep,
            PROMOTING=self.promoting,
            DEMOTING=self.demoting,
            next_fire_of=next_fire_of,
            **self.horizon.names,
        )
        return due

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

    def _rows(self, calls: set[ReadingCall]) -> None:
        """Lower `day` to the next day a row moves one of these."""
        if self.both:
            self.lines.append("    if edge < day: day = edge")
        self.horizon.rows("day", calls - self.both, "    ")

    def _promotion(self) -> None:
        """First day on which the target may lie above the tier and a tick may promote."""
        add = self.lines.append
        add(f"if s.tier < {len(self.grader.enter) - 1}:")
        self._reach("ENTER[s.tier + 1] - value", self.rank.rise_per_day)
        self._rows(self.rank.rising)
        if self.rank.rising_if_negative:
            add(f"    if {negative(self.rank.rising_if_negative)}:")
            self.horizon.rows("day", self.rank.rising_if_negative, "        ")
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
        self._rows(self.rank.falling)
        add("    if day < due:")
        hold = self.grader.policy.hold_days
        add(f"        held = s.tier_since + {hold}")
        add("        if held < day: held = day")
        add("        d = next_fire_of(DEMOTING, s, day, held)")
        add("        if d < due: due = d")


def _tick_trigger(trigger: Trigger) -> TickTrigger:
    ages = earliest_age(trigger.when)
    return TickTrigger(
        trigger.ignore_hold,
        review_days(trigger.calendar) if trigger.calendar else None,
        tuple((drift, first, last) for drift, (first, last) in sorted(ages.items())),
    )
