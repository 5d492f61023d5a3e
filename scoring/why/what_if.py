"""The ranking value if a reading were another: the score's arithmetic on readings given to it."""

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal

from scoring.compile import Grader
from scoring.customer import CustomerState
from scoring.policy import Dimension
from scoring.readings import READINGS
from scoring.syntax import ReadingCall
from scoring.units import Day

Readings = Sequence[float | None]


class WhatIf:
    """Ranks readings as a policy does. `value(read(state, day))` is the grader's own value."""

    def __init__(self, grader: Grader) -> None:
        self._grader = grader
        self.policy = policy = grader.policy
        self.calls: list[ReadingCall] = [d.reading for d in policy.dimensions]
        """The reading of each dimension, or the one that tiers are ranked by."""
        if policy.by is not None:
            self.calls = [policy.by]

    def read(self, state: CustomerState, day: Day) -> list[float | None]:
        """What `calls` are worth as of a day; money in minor units."""
        if self.policy.by is not None:
            return [self._grader.measure(state, day)[1]]
        return [value for value, _ in self._grader.details(state, day)]

    def value(self, readings: Readings) -> float | None:
        """What tiers are compared with: centipoints, or the reading."""
        policy = self.policy
        if policy.by is not None:
            return readings[0]
        total, weights = 0.0, sum(d.weight for d in policy.dimensions)
        for dimension, reading in zip(policy.dimensions, readings, strict=True):
            share = normalised(dimension, reading, policy.scale)
            if share is None:
                weights -= dimension.weight
            else:
                total += dimension.weight * share
        raw = 100.0 * total / weights if weights else 0.0
        return int((raw + 1e-9) * 100.0 + 0.5)

    def replaced(self, readings: Readings, call: ReadingCall, by: float) -> float | None:
        """The ranking value if the reading `call` were `by`, wherever it counts."""
        return self.value(
            [by if own == call else old for own, old in zip(self.calls, readings, strict=True)]
        )


def normalised(dimension: Dimension, value: float | None, scale: int) -> float | None:
    """A reading on 0..1 as the policy's compiled code does it; None takes it out of the mean.

    >>> spend = ReadingCall("spend", 90)
    >>> normalised(Dimension("d", spend, "cap", 1.0, limit=200.0), 5_000, 100)
    0.25
    """
    if value is None:
        return dimension.missing
    money = READINGS[dimension.reading.name].unit == "money"
    unit = scale if money else 1
    if dimension.normaliser == "steps":
        gains = [0.0, *(gain for _, gain in dimension.steps)]
        return gains[bisect_right(step_bounds(dimension, unit), value)]
    share = value / unit
    if dimension.normaliser != "share":
        share = value / (dimension.limit * unit)
    return min(max(1.0 - share if dimension.normaliser == "decay" else share, 0.0), 1.0)


def step_bounds(dimension: Dimension, unit: int) -> list[float]:
    """The lower bounds of `steps`, exact in minor units."""
    return [float(Decimal(repr(bound)) * unit) for bound, _ in dimension.steps]
