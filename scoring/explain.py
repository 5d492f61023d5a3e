"""The short answer to "why": what each dimension gave, and how far the next tier is."""

from typing import Any

from scoring.changes import Snapshot
from scoring.compile import Grader
from scoring.readings import READINGS


def dimension_rows(grader: Grader, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Per dimension its reading (money in major units), normalised value, weight, points."""
    policy = grader.policy
    given = list(zip(policy.dimensions, snapshot.dimensions, strict=True))
    weights = sum(d.weight for d, (_, normalised) in given if normalised is not None)
    rows = []
    for dimension, (value, normalised) in given:
        points = None
        if normalised is not None and weights:
            points = round(100.0 * dimension.weight * normalised / weights, 2)
        rows.append(
            {
                "name": dimension.name,
                "reading": str(dimension.reading),
                "value": major(grader, dimension.reading.name, value),
                "normalised": normalised,
                "weight": dimension.weight,
                "points": points,
            }
        )
    return rows


def next_tier(grader: Grader, snapshot: Snapshot) -> dict[str, Any] | None:
    """The tier above, its bound, and what is missing to it; None at the top."""
    rank = snapshot.tier + 1
    tiers = grader.policy.tiers
    if rank >= len(tiers):
        return None
    return _distance(grader, snapshot, tiers[rank].name, grader.enter[rank], "missing")


def keep_margin(grader: Grader, snapshot: Snapshot) -> dict[str, Any]:
    """How far above the bound that keeps the tier."""
    tier = grader.policy.tiers[snapshot.tier]
    bound = grader.keep[snapshot.tier]
    return _distance(grader, snapshot, tier.name, bound, "margin")


def _distance(
    grader: Grader, snapshot: Snapshot, tier: str, bound: float, name: str
) -> dict[str, Any]:
    scale = 100 if grader.policy.by is None else 1
    by = grader.policy.by
    if by is not None and READINGS[by.name].unit == "money":
        scale = grader.policy.scale
    value = snapshot.value
    gap = None
    if value is not None:
        gap = round((bound - value if name == "missing" else value - bound) / scale, 2)
    return {"tier": tier, "at": bound / scale, name: gap}


def major(grader: Grader, reading: str, value: float | None) -> float | None:
    """A reading as people write it: money in major units."""
    if value is None or READINGS[reading].unit != "money":
        return value
    return value / grader.policy.scale
