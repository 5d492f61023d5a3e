"""What is missing by one reading alone: it is moved, every other reading stays as it is."""

import math
from collections.abc import Iterator
from datetime import date
from typing import Final

from scoring.calendar import LAST_DAY, date_of
from scoring.ledger import total
from scoring.policy import Dimension
from scoring.readings import READINGS
from scoring.syntax import ReadingCall
from scoring.units import Day
from scoring.why.explanation import Relation, Way
from scoring.why.gap import Gap, last_day, turning_point
from scoring.why.what_if import step_bounds

ADDABLE: Final = frozenset(
    {
        "spend", "orders", "margin", "refunds", "categories", "overdue", "interactions",
        "referrals", "complaints", "surveys", "lifetime_orders", "lifetime_spend",
    }
)  # fmt: skip
"""Readings to which the facts of one day can add any number."""

_RATIO_STEPS: Final = 10_000
"""A needed ratio is told in ten-thousandths; other readings in minor units, counts, days."""

_STARTS_AGAIN: Final = ("last_purchase", "last_active")


class Lever:
    """One reading of a gap.

    Its places are whole numbers: minor units, counts, days, ten-thousandths of a ratio.

    Silver asks for 100 within 30 days. Ann bought for 60 on January 1st: 40 more will do until
    the 30th, the last day on which her 60 count:

    >>> from decimal import Decimal
    >>> from scoring.compile import compile_policy
    >>> from scoring.customer import CustomerState
    >>> from scoring.policy import Policy, Tier
    >>> from scoring.why.what_if import WhatIf
    >>> spend = ReadingCall("spend", 30)
    >>> tiers = Tier("bronze", Decimal(0), Decimal(0)), Tier("silver", Decimal(100), Decimal(90))
    >>> grader = compile_policy(Policy("shop", 1, "UTC", "EUR", tiers, by=spend))
    >>> ann = CustomerState(days=[Day(0)], orders=[1], spend=[60_00])
    >>> way = Lever(Gap(WhatIf(grader), grader.enter[1], ann, Day(9)), spend).way()
    >>> way.relation, way.amount, str(way.by)
    ('add', 40.0, '1970-01-30')
    """

    def __init__(self, gap: Gap, call: ReadingCall) -> None:
        self._gap = gap
        self._call = call
        self._reading = READINGS[call.name]
        policy = gap.what_if.policy
        self._grid = _RATIO_STEPS if self._reading.unit == "ratio" else 1
        self._scale = policy.scale if self._reading.unit == "money" else self._grid
        """Places in one unit of the reading as people write it."""
        self._dimensions = (
            [] if policy.by is not None else [d for d in policy.dimensions if d.reading == call]
        )
        self._readings = gap.what_if.read(gap.state, gap.today)
        self._present = self._readings[gap.what_if.calls.index(call)]

    def way(self) -> Way:
        """The least move that closes the gap, and how long it would.

        `by` is the last day E such that on every day from today to E this very addition, made
        that day to what is then left in the window, reaches the bound: the day before the first
        row leaves that would be needed. For `at least` and `at most`: such that the reading's
        being so much on that day does.
        """
        # A purchase sets these back to 0; only time makes them more.
        down_first = self._reading.drift in _STARTS_AGAIN
        found = (self._down() or self._up()) if down_first else (self._up() or self._down())
        if found is None:
            return self._told(None, None, None, None)
        relation, place = found
        today = self._gap.today
        if relation == "at least" and self._call.name in ADDABLE and not self._call.ending:
            added = place - self._sum(self._readings, today)
            by = last_day(lambda day: self._adding_closes(added, day), today)
            return self._told("add", added, by, None)
        by = last_day(lambda day: self._closes(place, self._on(day)), today)
        on = self._day_of(place) if relation == "at least" else None
        return self._told(relation, place, by, on)

    def _up(self) -> tuple[Relation, int] | None:
        low = -1 if self._present is None else math.floor(self._present * self._grid)
        for top in sorted(top for top in self._tops() if top > low):
            if self._closes(top, self._readings):
                return "at least", turning_point(self._closes_now, low, top)
            low = top
        return None

    def _down(self) -> tuple[Relation, int] | None:
        if self._present is None:
            high = max([*self._tops(), 0]) + 1
        else:
            high = math.ceil(self._present * self._grid)
        bottoms = (bottom for bottom in self._bottoms() if bottom < high)
        for bottom in sorted(bottoms, reverse=True):
            if self._closes(bottom, self._readings):
                return "at most", turning_point(self._closes_now, high, bottom)
            high = bottom
        return None

    def _tops(self) -> Iterator[int]:
        """From where on more is worth nothing: full marks, the bounds of steps."""
        if not self._dimensions:
            yield math.ceil(self._gap.bound)
        for dimension in self._dimensions:
            match dimension.normaliser:
                case "cap" | "decay":
                    yield math.ceil(dimension.limit * self._scale)
                case "share":
                    yield self._scale
                case "steps":
                    yield from self._bounds(dimension)

    def _bottoms(self) -> Iterator[int]:
        """From where on less is worth nothing: zero, just below the bounds of steps."""
        for dimension in self._dimensions:
            if dimension.normaliser == "decay":
                yield 0
            elif dimension.normaliser == "steps":
                yield from (bound - 1 for bound in self._bounds(dimension))

    def _bounds(self, dimension: Dimension) -> list[int]:
        return [math.ceil(bound) for bound in step_bounds(dimension, self._scale)]

    def _on(self, day: Day) -> list[float | None]:
        return self._gap.what_if.read(self._gap.state, day)

    def _closes_now(self, place: int) -> bool:
        return self._closes(place, self._readings)

    def _closes(self, place: int, readings: list[float | None]) -> bool:
        gap = self._gap
        return gap.closed(gap.what_if.replaced(readings, self._call, place / self._grid))

    def _adding_closes(self, added: int, day: Day) -> bool:
        readings = self._on(day)
        place = self._sum(readings, day) + added
        return self._closes(max(place, 0) if self._call.name == "spend" else place, readings)

    def _sum(self, readings: list[float | None], day: Day) -> int:
        """The reading as a sum; of spend also what lies below the 0 it is read as."""
        if self._call.name == "spend":
            state = self._gap.state
            return total((state.days, state.spend), Day(day - int(self._call.window or 0) + 1))
        return int(readings[self._gap.what_if.calls.index(self._call)] or 0)

    def _day_of(self, place: int) -> date | None:
        """When time alone brings a reading of days to `place`."""
        if self._reading.drift is None or self._present is None:
            return None
        day = Day(self._gap.today + place - int(self._present))
        return date_of(day) if day <= LAST_DAY else None

    def _told(
        self, relation: Relation | None, place: int | None, by: Day | None, on: date | None
    ) -> Way:
        return Way(
            dimensions=[dimension.name for dimension in self._dimensions],
            reading=str(self._call),
            unit=self._reading.unit,
            relation=relation,
            amount=None if place is None else place / self._scale,
            by=None if by is None else date_of(by),
            on=on,
            best=self._best(),
        )

    def _best(self) -> float | None:
        """The score with the best this reading can give."""
        what_if = self._gap.what_if
        if not self._dimensions:
            return None
        places = [*self._tops(), *self._bottoms()]
        values = [what_if.replaced(self._readings, self._call, p / self._grid) for p in places]
        now = what_if.value(self._readings)
        return max(value for value in [now, *values] if value is not None) / 100
