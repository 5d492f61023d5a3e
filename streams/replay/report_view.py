"""A backtest's report as tables."""

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table
from rich.text import Text

from streams.replay.report import Report
from streams.replay.report_counts import Matrix, Monthly, share
from streams.screen import table

NOTHING = "."
ALL = "all"
NOT_GRADED = "not graded"


def tables(report: Report) -> Iterator[Table]:
    """Everything a report says, from who is where to how they came there."""
    yield tiers_table(report)
    if not report.graded:
        return
    highest_first = [*reversed(report.tiers)]
    yield matrix_table(
        "Customers by tier at the first grade (rows) and at the end (columns)",
        report.first_to_last,
        highest_first,
        highest_first,
    )
    yield matrix_table(
        "Moves: every tier change, from (rows) and to (columns)",
        report.moves,
        [*highest_first, None],
        highest_first,
        nobody="first grade",
    )
    months = report.months
    yield months_table(
        "Tier changes by month and trigger", months, report.triggers, report.by_trigger
    )
    if report.labels:
        yield months_table(
            "Label changes by month and label", months, [*report.labels], report.by_label
        )
        yield labels_table(report)


def tiers_table(report: Report) -> Table:
    """Customers per tier, highest first, beside what the policy means them to be."""
    shown = table("Customers per tier", "tier", "customers", "share")
    if report.intended:
        shown.add_column("meant", justify="right")
    for tier in reversed(report.tiers):
        count = report.counts[tier]
        meant = percent(report.intended.get(tier))
        row = [tier, number(count), percent(share(count, report.graded))]
        shown.add_row(*row, *([meant] if report.intended else []))
    if report.customers > report.graded:
        shown.add_row(NOT_GRADED, number(report.customers - report.graded))
    return shown


def matrix_table(
    title: str,
    matrix: Matrix,
    rows: Sequence[str | None],
    columns: Sequence[str | None],
    *,
    nobody: str = NOT_GRADED,
) -> Table:
    """Counts with their sums; `nobody` names the row or column that is no tier."""
    shown = table(title, "", *[column or nobody for column in columns], ALL)
    for row in rows:
        cells = [matrix[row, column] for column in columns]
        shown.add_row(row or nobody, *numbers(cells), number(sum(cells)))
    sums = [sum(matrix[row, column] for row in rows) for column in columns]
    shown.add_row(total(), *numbers(sums), number(sum(sums)))
    return shown


def months_table(title: str, months: Sequence[str], names: Sequence[str], counts: Monthly) -> Table:
    """Changes by month, one row each, with their sums."""
    shown = table(title, "month", *names, ALL)
    for month in months:
        cells = [counts[month, name] for name in names]
        shown.add_row(month, *numbers(cells), number(sum(cells)))
    sums = [sum(counts[month, name] for month in months) for name in names]
    shown.add_row(total(), *numbers(sums), number(sum(sums)))
    return shown


def labels_table(report: Report) -> Table:
    """How many customers have each value of each label."""
    shown = table("Labels", "label", "value", "customers", "share", texts=2)
    for label, values in report.labels.items():
        for at, (value, count) in enumerate(values.items()):
            name = "" if at else label
            shown.add_row(
                name, value or "null", number(count), percent(share(count, report.graded))
            )
    return shown


def summary(report: Report, refused: int, adjustments: int) -> str:
    """One line that says how much was graded."""
    return (
        f"{report.name}: {report.customers:,} customers, {report.changes:,} changes, "
        f"{refused:,} rows refused, {adjustments:,} adjustments skipped"
    )


def number(count: int) -> str:
    """A count with thousands.

    >>> number(1234), number(0)
    ('1,234', '.')
    """
    return f"{count:,}" if count else NOTHING


def numbers(counts: Iterable[int]) -> list[str]:
    """Counts with thousands."""
    return [number(count) for count in counts]


def percent(part: float | None) -> str:
    """A share as people read it.

    >>> percent(0.1234), percent(None)
    ('12.3%', '')
    """
    return "" if part is None else f"{part:.1%}"


def total() -> Text:
    """The name of the row of sums."""
    return Text(ALL, style="bold")
