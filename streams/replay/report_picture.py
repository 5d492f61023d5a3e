"""A backtest as a picture: customers per tier over time, and the moves between tiers."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streams.replay.errors import MissingPlotError
from streams.replay.report import Report
from streams.replay.report_comparison import Comparison
from streams.replay.report_matrix_picture import Words, draw_matrix
from streams.replay.report_time_picture import draw_time
from streams.replay.report_timeline import timeline

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg", ".pdf")
_WIDTHS = (1.45, 1)
_DOTS_PER_INCH = 130


def require_matplotlib() -> None:
    """Raise `MissingPlotError` unless matplotlib is there to draw."""
    try:
        import matplotlib.figure  # noqa: F401 - only whether it is there
    except ImportError:
        raise MissingPlotError from None


def draw(path: Path, report: Report, against: tuple[Report, Comparison] | None = None) -> None:
    """Write the picture; the suffix of the path is its format."""
    picture_of(report, against).savefig(path, dpi=_DOTS_PER_INCH)


def picture_of(report: Report, against: tuple[Report, Comparison] | None = None) -> "Figure":
    """A report as a picture, or what differs under a second policy."""
    import matplotlib as mpl

    # A policy is named by its file, too, and a dollar in a path begins no formula.
    with mpl.rc_context({"text.parse_math": False}):
        return _compared(report, *against) if against else _one(report)


def _one(report: Report) -> "Figure":
    """Tiers over time on the left, moves on the right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5.2), layout="constrained")
    grid = figure.add_gridspec(1, 2, width_ratios=_WIDTHS)
    left, right = (figure.add_subfigure(grid[0, at]) for at in (0, 1))
    figure.suptitle(_title(report), x=0.012, ha="left", fontweight="bold", fontsize=13)
    draw_time(left, timeline(report.steps, report.tiers, report.as_of or ""), "Customers per tier")
    highest_first: Sequence[str | None] = [*reversed(report.tiers)]
    draw_matrix(
        right,
        report.moves,
        [*highest_first, None],
        highest_first,
        Words("Moves: number of tier changes", "from", "to", "first grade", "first grade"),
    )
    return figure


def _compared(report: Report, against: Report, comparison: Comparison) -> "Figure":
    """Tiers over time under both policies, and who ends where under each."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 7.6), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=_WIDTHS)
    halves = [figure.add_subfigure(grid[at, 0]) for at in (0, 1)]
    title = f"{report.name} against {against.name}, up to {report.as_of or 'nowhere'}"
    figure.suptitle(title, x=0.012, ha="left", fontweight="bold", fontsize=13)
    for part, one in zip(halves, (report, against), strict=True):
        days = timeline(one.steps, one.tiers, one.as_of or "")
        draw_time(part, days, f"Customers per tier under {one.name}")
    rows, columns = ({cell[at] for cell in comparison.matrix} for at in (0, 1))
    draw_matrix(
        figure.add_subfigure(grid[:, 1]),
        comparison.matrix,
        [*reversed(report.tiers), *([None] if None in rows else [])],
        [*reversed(against.tiers), *([None] if None in columns else [])],
        Words(
            "Customers by their last tier",
            f"under {report.name}",
            f"under {against.name}",
            "not graded",
            "neither",
        ),
    )
    return figure


def _title(report: Report) -> str:
    return f"{report.policy_id} version {report.version}, up to {report.as_of or 'nowhere'}"
