"""The score as a sum: what each dimension gives, and what it would give at most."""

from collections.abc import Sequence

from scoring.compile import Grader
from scoring.explain import major
from scoring.readings import READINGS
from scoring.units import Centipoints
from scoring.why.explanation import DimensionRow


def dimension_rows(
    grader: Grader, details: Sequence[tuple[float | None, float | None]], score: Centipoints | None
) -> list[DimensionRow]:
    """One row for each dimension; their points add up to the score, to the last digit.

    `details` are (reading, normalised) in minor units, as the grader gives them.
    """
    dimensions = grader.policy.dimensions
    counted = [
        dimension.weight if share is not None else 0.0
        for dimension, (_, share) in zip(dimensions, details, strict=True)
    ]
    weights = sum(counted) or 1.0
    exact = [
        10_000.0 * weight * (share or 0.0) / weights
        for weight, (_, share) in zip(counted, details, strict=True)
    ]
    points = apportioned(exact, score or 0)
    rows = []
    for dimension, (value, share), weight, own in zip(
        dimensions, details, counted, points, strict=True
    ):
        out = share is None
        rows.append(
            DimensionRow(
                name=dimension.name,
                reading=str(dimension.reading),
                unit=READINGS[dimension.reading.name].unit,
                value=major(grader, dimension.reading.name, value),
                normalised=share,
                weight=dimension.weight,
                points=None if out else own / 100,
                full_marks=None if out else round(100.0 * weight / weights, 2),
            )
        )
    return rows


def apportioned(exact: Sequence[float], whole: int) -> list[int]:
    """Each number rounded down, then up where most was cut off, until they add up to `whole`.

    Of equal remainders the first is rounded up first (largest remainders, Hamilton's method).

    >>> apportioned([3333.3, 3333.3, 3333.3], 10_000)
    [3334, 3333, 3333]
    """
    parts = [int(number + 1e-7) for number in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: parts[at] - exact[at])
    for at in by_remainder[: max(whole - sum(parts), 0)]:
        parts[at] += 1
    return parts
