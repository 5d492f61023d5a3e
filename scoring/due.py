"""The due day: the first day on which time alone could move a tier or a label.

Too early costs one evaluation; too late is a bug. So every estimate here errs to the early side.
The score between due days is not stored: whoever asks for it computes it as of their day.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, field

from scoring.analysis import Sensitivity, earliest_age
from scoring.calendar import first_on_or_after, review_days
from scoring.compile import Grader
from scoring.customer import CustomerState
from scoring.expressions import ReadingCall
from scoring.ledger import next_change
from scoring.policy import Dimension, Policy, Trigger
from scoring.readings import READINGS, Drift, Source
from scoring.units import NEVER, Day

_ROUNDING = 0.005 + 1e-6
"""How far below a bound, in points, an unrounded score may lie and still reach it."""

WatchedWindow = tuple[int, int, Source]
"""(days, ending, ledger column)."""


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


@dataclass(frozen=True, slots=True)
class DuePlan:
    """What of a policy time alone can change, worked out once."""

    grader: Grader
    hold_days: int
    daily: bool
    label_bounds: tuple[tuple[Drift, list[int]], ...]
    label_windows: tuple[WatchedWindow, ...]
    promoting: tuple[TickTrigger, ...]
    demoting: tuple[TickTrigger, ...]
    rising: tuple[WatchedWindow, ...] = ()
    """Windows whose change may raise the ranking value."""
    rising_if_negative: tuple[WatchedWindow, ...] = ()
    """Windows that raise it only when a row below zero leaves."""
    falling: tuple[WatchedWindow, ...] = ()
    """Windows whose change may lower it."""
    rise_per_day: float = 0.0
    """Most that drifting readings add to the ranking value in a day."""
    fall_per_day: float = 0.0
    always: bool = field(default=False)
    """The ranking value may jump on any day (steps over a drifting reading)."""

    def due(
        self, state: CustomerState, today: Day, raw: float | None, value: float | None
    ) -> Day:
        """The due day of a graded customer whose grade was just computed."""
        tomorrow = Day(today + 1)
        if self.daily:
            return tomorrow
        due = NEVER
        for drift, bounds in self.label_bounds:
            since = since_of(state, drift)
            if since is not None:
                at = bisect_right(bounds, today - since)
                if at < len(bounds) and since + bounds[at] < due:
                    due = Day(since + bounds[at])
        for window in self.label_windows:
            due = min(due, _next_row(state, today, window))
        ranked = raw * 100.0 if raw is not None and self.grader.policy.by is None else value
        if self.promoting and state.tier < len(self.grader.enter) - 1:
            due = min(due, self._promotion(state, tomorrow, ranked))
        if self.demoting and state.tier > 0:
            due = min(due, self._demotion(state, tomorrow, ranked))
        return due

    def _promotion(self, state: CustomerState, tomorrow: Day, value: float | None) -> Day:
        """First day on which the target may lie above the tier and a tick may promote."""
        day = self._reaches(
            tomorrow, value, self.grader.enter[state.tier + 1], self.rise_per_day
        )
        today = Day(tomorrow - 1)
        for window in self.rising:
            day = min(day, _next_row(state, today, window))
        for window in self.rising_if_negative:
            if _has_negative(state, window[2]):
                day = min(day, _next_row(state, today, window))
        if day == NEVER:
            return NEVER
        return min(trigger.next_fire(state, day) for trigger in self.promoting)

    def _demotion(self, state: CustomerState, tomorrow: Day, value: float | None) -> Day:
        """First day on which the target may lie below the tier and a tick may demote."""
        keep = self.grader.keep[state.tier]
        if value is None:
            day = tomorrow
        else:
            day = self._reaches(tomorrow, -value, -keep, self.fall_per_day)
            today = Day(tomorrow - 1)
            for window in self.falling:
                day = min(day, _next_row(state, today, window))
        if day == NEVER:
            return NEVER
        held = Day(max(day, state.tier_since + self.hold_days))
        return min(
            trigger.next_fire(state, day if trigger.ignore_hold else held)
            for trigger in self.demoting
        )

    def _reaches(
        self, tomorrow: Day, value: float | None, bound: float, per_day: float
    ) -> Day:
        """First day on which `value`, going up by `per_day`, may reach `bound`."""
        if self.always or value is None:
            return tomorrow
        gap = bound - _ROUNDING * 100.0 - value
        if gap <= 0:
            return tomorrow
        if per_day <= 0:
            return NEVER
        days = math.floor(gap / per_day)
        return Day(tomorrow - 1 + max(1, days)) if days < NEVER else NEVER


def since_of(state: CustomerState, drift: Drift) -> Day | None:
    """The day a drifting reading counts from."""
    if drift == "last_purchase":
        return state.last_purchase
    if drift == "last_active":
        return state.last_active
    return state.first_day if state.registered is None else state.registered


def _next_row(state: CustomerState, today: Day, window: WatchedWindow) -> Day:
    """The next day on which a row enters or leaves a window, or NEVER."""
    days, ending, source = window
    if source == "purchases":
        found = next_change(state.days, today, days, ending)
        return NEVER if found is None else found
    if source == "kinds":
        columns = [column[0] for column in state.kinds.values()]
    elif source == "categories":
        columns = [sorted(state.categories.values())]
    else:
        columns = [state.columns[source][0]] if source in state.columns else []
    changes = (next_change(column, today, days, ending) for column in columns)
    return min((day for day in changes if day is not None), default=NEVER)


def _has_negative(state: CustomerState, source: Source) -> bool:
    if source == "purchases":
        spend, orders = state.spend, state.orders
        return bool(spend) and (min(spend) < 0 or min(orders) < 0)
    column = state.columns.get(source) if isinstance(source, int) else None
    return column is not None and bool(column[1]) and min(column[1]) < 0


def plan_of(grader: Grader) -> DuePlan:
    """Analyse a policy."""
    policy = grader.policy
    labels = Sensitivity()
    for label in policy.labels:
        for rule in label.rules:
            if rule.when is not None:
                labels.add(rule.when)
    ticking = [t for t in policy.triggers if t.fires_on & {"any", "tick"}]
    rank = _rank_by_reading(policy.by) if policy.by else _rank_by_score(policy)
    return DuePlan(
        grader=grader,
        hold_days=policy.hold_days,
        daily=labels.daily,
        label_bounds=tuple((d, sorted(b)) for d, b in sorted(labels.bounds.items())),
        label_windows=_watched(labels.windows),
        promoting=tuple(_tick_trigger(t) for t in ticking if t.promote),
        demoting=tuple(_tick_trigger(t) for t in ticking if t.demote),
        rising=_watched(rank.rising),
        rising_if_negative=_watched(rank.rising_if_negative),
        falling=_watched(rank.falling),
        rise_per_day=rank.rise_per_day,
        fall_per_day=rank.fall_per_day,
        always=rank.always,
    )


@dataclass(slots=True)
class _Rank:
    """How time alone moves what tiers are ranked by."""

    rising: set[ReadingCall] = field(default_factory=set)
    rising_if_negative: set[ReadingCall] = field(default_factory=set)
    falling: set[ReadingCall] = field(default_factory=set)
    rise_per_day: float = 0.0
    fall_per_day: float = 0.0
    always: bool = False

    def add_window(self, call: ReadingCall, *, inverted: bool) -> None:
        """Take in a windowed reading; `inverted` where less of it is better."""
        on_exit = READINGS[call.name].on_exit
        if on_exit == "moves" or call.ending or inverted:
            self.rising.add(call)
        elif on_exit == "spend":
            self.rising_if_negative.add(call)
        self.falling.add(call)


def _rank_by_reading(call: ReadingCall) -> _Rank:
    rank = _Rank()
    reading = READINGS[call.name]
    if reading.drift is not None:
        rank.rise_per_day = 1.0
    elif reading.windowed:
        rank.add_window(call, inverted=False)
    return rank


def _rank_by_score(policy: Policy) -> _Rank:
    rank = _Rank()
    certain = sum(d.weight for d in policy.dimensions if d.missing is not None)
    for dimension in policy.dimensions:
        reading = READINGS[dimension.reading.name]
        if reading.drift is not None:
            own = dimension.weight if dimension.missing is None else 0.0
            _add_drift(rank, dimension, certain + own)
        elif reading.windowed:
            inverted = dimension.normaliser in ("decay", "steps")
            rank.add_window(dimension.reading, inverted=inverted)
    return rank


def _add_drift(rank: _Rank, dimension: Dimension, weights: float) -> None:
    """A dimension that changes daily, in centipoints a day at most."""
    if dimension.normaliser in ("steps", "share"):
        rank.always = True
        return
    points = 100.0 * 100.0 * dimension.weight / weights / dimension.limit
    if dimension.normaliser == "cap":
        rank.rise_per_day += points
    else:
        rank.fall_per_day += points


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
