"""The score: dimensions put on 0..1, weighted, and rounded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oracle.exact import Number, exact, half_up
from oracle.expressions import reading_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from oracle.readings import Reading, Scope

NUDGE = Fraction(1, 10**9)


@dataclass(frozen=True)
class Dimension:
    """One line of the scorecard. `missing` is None when a null is skipped."""

    text: str
    reading: Reading
    normalise: Callable[[Number], Number]
    weight: Fraction
    missing: Fraction | None


def dimension_of(entry: Mapping[str, Any]) -> Dimension:
    """Read one dimension of the policy."""
    missing = entry.get("missing", 0)
    return Dimension(
        text="".join(entry["reading"].split()).replace(",", ", "),
        reading=reading_of(entry["reading"]),
        normalise=_normaliser(entry),
        weight=exact(entry["weight"]),
        missing=None if missing == "skip" else exact(missing),
    )


def score_of(dimensions: Sequence[Dimension], scope: Scope) -> Fraction | None:
    """Return the rounded score, or None when the policy has no scorecard."""
    if not dimensions:
        return None
    points, weights = Fraction(0), Fraction(0)
    for dimension in dimensions:
        reading = dimension.reading.read(scope)
        if reading is not None:
            share = dimension.normalise(reading)
        elif dimension.missing is not None:
            share = dimension.missing
        else:
            continue
        points += dimension.weight * share
        weights += dimension.weight
    return half_up(100 * points / weights + NUDGE) if weights else Fraction(0)


def _normaliser(entry: Mapping[str, Any]) -> Callable[[Number], Number]:
    """Return the one normaliser of a dimension."""
    if "cap" in entry:
        full_marks = exact(entry["cap"])
        return lambda x: _clip(x / full_marks)
    if "decay" in entry:
        zero_at = exact(entry["decay"])
        return lambda x: _clip(1 - x / zero_at)
    if "steps" in entry:
        table = [(exact(s["from"]), exact(s["value"])) for s in entry["steps"]]
        return lambda x: _step(table, x)
    return _clip


def _clip(x: Number) -> Number:
    """Keep a number within 0..1."""
    return min(max(x, 0), 1)


def _step(table: list[tuple[Fraction, Fraction]], x: Number) -> Number:
    """Return the value of the last lower bound reached; below the first, 0."""
    reached = [value for bound, value in table if bound <= x]
    return reached[-1] if reached else 0
