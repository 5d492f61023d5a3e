"""One customer under two policies: does the grade differ, which way, and why. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

Direction = Literal["up", "down", "other", "newly_graded", "no_longer_graded"]
"""From the policy to the one it is compared with; `other`: no order of both tiers is known."""

Points = Mapping[str, float | None]
"""Dimension -> what it gives, 0 to 100; None for one left out of the mean."""


class Reason(NamedTuple):
    """The dimension that explains most of a difference."""

    dimension: str
    points: float | None
    """None where the policy has no such dimension, or leaves it out."""
    points_against: float | None


class Difference(NamedTuple):
    """A customer whose tier or label differs. `against` is the second policy."""

    customer_id: str
    tier: str | None
    tier_against: str | None
    direction: Direction | None
    """None when only labels differ."""
    score: float | None
    score_against: float | None
    labels: dict[str, tuple[str | None, str | None]]
    """The labels of both policies whose values differ."""
    reason: Reason | None
    """None when no dimension explains it: bounds, triggers or the hold do."""

    def as_json(self) -> dict[str, Any]:
        """A line of `differences.jsonl`."""
        labels = {name: {"value": a, "against": b} for name, (a, b) in self.labels.items()}
        reason = self.reason._asdict() if self.reason else None
        return self._asdict() | {"labels": labels, "reason": reason}


def direction_of(
    tier: str | None, against: str | None, tiers: Sequence[str], tiers_against: Sequence[str]
) -> Direction | None:
    """Which way a customer would move; None where the tier is the same.

    Two names are compared in the order, lowest first, of a policy that has both.

    >>> direction_of("low", "top", ["low", "high"], ["low", "high", "top"])
    'up'
    >>> direction_of("low", "gold", ["low", "high"], ["silver", "gold"])
    'other'
    """
    if tier == against:
        return None
    if tier is None:
        return "newly_graded"
    if against is None:
        return "no_longer_graded"
    orders = [ladder for ladder in (tiers, tiers_against) if tier in ladder and against in ladder]
    rises = {ladder.index(against) > ladder.index(tier) for ladder in orders}
    if len(rises) != 1:
        return "other"
    return "up" if rises.pop() else "down"


def reason_of(points: Points, against: Points, direction: Direction | None) -> Reason | None:
    """The dimension, by name, whose points differ most in the direction of the move.

    Who goes down is told what lost most, not what gained. None when the sum of points
    did not go the way of the tier: then bounds, triggers or the hold made the difference.

    >>> reason_of({"spend": 30.0, "visits": 9.0}, {"spend": 24.0, "visits": 14.0}, "down")
    Reason(dimension='spend', points=30.0, points_against=24.0)
    >>> reason_of({"spend": 30.0}, {"spend": 31.0}, "down")
    """
    gains = {
        name: round((against.get(name) or 0.0) - (points.get(name) or 0.0), 2)
        for name in [*points, *(name for name in against if name not in points)]
    }
    total = round(sum(gains.values()), 2)
    ways = {"up": 1, "down": -1}
    way = ways.get(direction or "", 1 if total > 0 else -1)
    name = max(gains, key=lambda name: way * gains[name], default=None)
    if name is None or way * total <= 0:
        return None
    return Reason(name, points.get(name), against.get(name))


def differing_labels(
    labels: Mapping[str, str | None], against: Mapping[str, str | None]
) -> dict[str, tuple[str | None, str | None]]:
    """The labels both policies have, where the value differs.

    >>> differing_labels({"risk": "high", "size": "big"}, {"risk": "low", "value": "top"})
    {'risk': ('high', 'low')}
    """
    return {
        name: (value, against[name])
        for name, value in labels.items()
        if name in against and against[name] != value
    }
