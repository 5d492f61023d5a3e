"""What differs between two policies, as tables."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from streams.replay.report import Report
from streams.replay.report_comparison import Comparison
from streams.replay.report_counts import share
from streams.replay.report_difference import Difference
from streams.replay.report_view import matrix_table, number, percent
from streams.screen import table

_SCORES = (3, 4)
WAYS = {
    "up": "up",
    "down": "down",
    "other": "to a tier that cannot be compared",
    "newly_graded": "graded only under the second policy",
    "no_longer_graded": "graded only under the first policy",
}


def tables(comparison: Comparison, report: Report, against: Report) -> Iterator[Table]:
    """Who would differ: the matrix, directions, labels, some customers."""
    yield matrix_table(
        f"Customers by tier under {report.name} (rows) and under {against.name} (columns)",
        comparison.matrix,
        _order(report.tiers, nobody=any(row is None for row, _ in comparison.matrix)),
        _order(against.tiers, nobody=any(column is None for _, column in comparison.matrix)),
    )
    if comparison.moved:
        yield _directions(comparison)
    if comparison.labels or comparison.only or comparison.only_against:
        yield _labels(comparison)
    if comparison.moved:
        yield sample_table(comparison, ("tier", "under the second", "score", "there"))


def headline(comparison: Comparison, against: Report) -> str:
    """One line: how many customers would differ."""
    part = percent(share(comparison.moved, comparison.customers)) or "0.0%"
    return (
        f"Under {against.name} {comparison.moved:,} of {comparison.customers:,} customers ({part}) "
        f"have another tier; {comparison.labels_only:,} more differ only in labels"
    )


def _order(tiers: Sequence[str], *, nobody: bool) -> list[str | None]:
    """Highest first, and those without a tier where there are any."""
    return [*reversed(tiers), None] if nobody else [*reversed(tiers)]


def _directions(comparison: Comparison) -> Table:
    shown = table("Which way", "would go", "customers", "share")
    for way, count in comparison.directions.items():
        if count or way in ("up", "down"):
            shown.add_row(WAYS[way], number(count), percent(share(count, comparison.customers)))
    return shown


def _labels(comparison: Comparison) -> Table:
    shown = table("Labels that differ", "label", "customers")
    for name, count in comparison.labels.items():
        shown.add_row(name, number(count))
    for name in comparison.only:
        shown.add_row(name, "only in the first policy")
    for name in comparison.only_against:
        shown.add_row(name, "only in the second policy")
    return shown


def sample_table(comparison: Comparison, columns: tuple[str, str, str, str]) -> Table:
    """Some customers whose tier differs; `columns` names both tiers and both scores."""
    sample = comparison.sample
    title = (
        f"{len(sample)} of {comparison.moved:,} customers, the clearest of every kind of move first"
    )
    shown = Table(title=title, title_justify="left")
    for at, column in enumerate(("customer", *columns, "main reason: points")):
        shown.add_column(column, justify="right" if at in _SCORES else "left", overflow="fold")
    for one in sample:
        shown.add_row(
            Text(one.customer_id),
            one.tier or "-",
            one.tier_against or "-",
            points(one.score),
            points(one.score_against),
            _reason(one),
        )
    return shown


def _reason(one: Difference) -> str:
    if one.reason is None:
        return "bounds, triggers or hold" if one.tier and one.tier_against else ""
    return (
        f"{one.reason.dimension} {points(one.reason.points)} -> {points(one.reason.points_against)}"
    )


def points(value: float | None) -> str:
    """Points of a score to two decimals.

    >>> points(12.5), points(None)
    ('12.50', '-')
    """
    return "-" if value is None else f"{value:.2f}"
