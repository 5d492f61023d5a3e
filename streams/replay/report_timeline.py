"""How many customers were in each tier at the end of each day. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple


class Timeline(NamedTuple):
    """Customers per tier over time."""

    days: list[date]
    """Ascending."""
    counts: dict[str, list[int]]
    """Tier -> customers at the end of each of `days`; every tier is there."""

    @property
    def totals(self) -> list[int]:
        """Graded customers at the end of each day."""
        return [sum(column) for column in zip(*self.counts.values(), strict=True)]


def timeline(
    steps: Mapping[tuple[str | None, str], int], tiers: Sequence[str], until: str
) -> Timeline:
    """Every day from the first step to `until`, which is ISO 8601.

    `steps`: (tier, day) -> how many customers more the tier has from that day on.

    >>> up = {("low", "2024-01-01"): 1, ("low", "2024-01-03"): -1, ("high", "2024-01-03"): 1}
    >>> timeline(up, ["low", "high"], "2024-01-04").counts
    {'low': [1, 1, 0, 0], 'high': [0, 0, 1, 1]}
    """
    if not steps:
        return Timeline([], {tier: [] for tier in tiers})
    first = date.fromisoformat(min(day for _, day in steps))
    span = (date.fromisoformat(until) - first).days + 1
    days = [first + timedelta(days=at) for at in range(span)]
    names = [day.isoformat() for day in days]
    counts = {tier: list(accumulate(steps.get((tier, day), 0) for day in names)) for tier in tiers}
    return Timeline(days, counts)


def by_month(daily: Timeline) -> Timeline:
    """The last day of each month, and the last of all.

    >>> days = [date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 1)]
    >>> by_month(Timeline(days, {"low": [1, 2, 3]})).counts
    {'low': [2, 3]}
    """
    days = daily.days
    kept = [
        at for at, day in enumerate(days) if at + 1 == len(days) or days[at + 1].month != day.month
    ]
    counts = {tier: [of[at] for at in kept] for tier, of in daily.counts.items()}
    return Timeline([days[at] for at in kept], counts)
