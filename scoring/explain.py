"""The short answer to "why": what each dimension gave, and how far the next tier is."""

from typing import Any

from scoring.changes import Snapshot
from scoring.compile import Grader
from scoring.readings import READINGS
from scoring.syntax import ReadingCall


class Explainer:
    """Explains the grades of one policy; what never changes is worked out once.

    >>> from decimal import Decimal
    >>> from scoring.compile import compile_policy
    >>> from scoring.policy import Policy, Tier
    >>> tiers = Tier("bronze", Decimal(0), Decimal(0)), Tier("silver", Decimal(100), Decimal(90))
    >>> by_spend = Policy("shop", 1, "UTC", "EUR", tiers, by=ReadingCall("spend", 365))
    >>> spent = Snapshot(tier=0, score=None, value=80_50.0, dimensions=[], labels=[], due=None)
    >>> Explainer(compile_policy(by_spend)).next_tier(spent)
    {'tier': 'silver', 'at': 100.0, 'missing': 19.5}
    """

    def __init__(self, grader: Grader) -> None:
        policy = grader.policy
        self._grader = grader
        self._dimensions = [
            (d.name, str(d.reading), self.scale(d.reading), d.weight) for d in policy.dimensions
        ]
        self._weights = sum(d.weight for d in policy.dimensions)
        self._unit = 100 if policy.by is None else self.scale(policy.by) or 1
        self._tiers = [tier.name for tier in policy.tiers]

    def scale(self, reading: ReadingCall) -> int | None:
        """Minor units in a major one for money readings, None for others."""
        return self._grader.policy.scale if READINGS[reading.name].unit == "money" else None

    def dimensions(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        """Per dimension its reading (money in major units), normalised value, weight, points."""
        given = snapshot.dimensions
        weights = self._weights
        if any(normalised is None for _, normalised in given):
            pairs = zip(self._dimensions, given, strict=True)
            weights = sum(d[3] for d, (_, normalised) in pairs if normalised is not None)
        rows = []
        for (name, reading, scale, weight), (value, normalised) in zip(
            self._dimensions, given, strict=True
        ):
            points = None
            if normalised is not None:
                points = round(100.0 * weight * normalised / weights, 2)
            shown = value if scale is None or value is None else value / scale
            rows.append(
                {
                    "name": name,
                    "reading": reading,
                    "value": shown,
                    "normalised": normalised,
                    "weight": weight,
                    "points": points,
                }
            )
        return rows

    def next_tier(self, snapshot: Snapshot) -> dict[str, Any] | None:
        """The tier above, its bound, and what is missing to it; None at the top."""
        rank = snapshot.tier + 1
        if rank >= len(self._tiers):
            return None
        bound, value, unit = self._grader.enter[rank], snapshot.value, self._unit
        missing = None if value is None else round((bound - value) / unit, 2)
        return {"tier": self._tiers[rank], "at": bound / unit, "missing": missing}

    def keep(self, snapshot: Snapshot) -> dict[str, Any]:
        """How far above the bound that keeps the tier."""
        rank = snapshot.tier
        bound, value, unit = self._grader.keep[rank], snapshot.value, self._unit
        margin = None if value is None else round((value - bound) / unit, 2)
        return {"tier": self._tiers[rank], "at": bound / unit, "margin": margin}


def major(grader: Grader, reading: str, value: float | None) -> float | None:
    """A reading as people write it: money in major units."""
    if value is None or READINGS[reading].unit != "money":
        return value
    return value / grader.policy.scale
