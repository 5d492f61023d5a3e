"""The right half of the picture: a matrix of tiers."""

from collections.abc import Sequence
from math import log1p
from typing import TYPE_CHECKING, NamedTuple

from streams.replay.report_counts import Matrix
from streams.replay.report_difference import direction_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

_DARK = 0.72
_LETTERS = 48
"""How many letters of the names of columns fit beside each other."""
_EMPTY = "#f9f9f9"
UP, DOWN, OTHER = "Blues", "Oranges", "Greys"


class Words(NamedTuple):
    """What a matrix is about."""

    title: str
    rows: str
    columns: str
    nobody: str
    """The name of the row or column that is no tier."""
    neither: str
    """What a move is that goes neither up nor down."""


def draw_matrix(
    figure: "SubFigure",
    matrix: Matrix,
    rows: Sequence[str | None],
    columns: Sequence[str | None],
    words: Words,
) -> None:
    """Counts in cells, shaded by size: blue is up, orange is down. Highest tiers first."""
    axes = figure.subplots()
    most = max(matrix.values(), default=0)
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            # By the logarithm: a few large cells would leave all others white.
            depth = log1p(matrix[row, column]) / log1p(most) if most else 0.0
            _cell(axes, (x, y), matrix[row, column], depth, _shades(row, column, rows, columns))
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    names = [column or words.nobody for column in columns]
    axes.set_xticks(range(len(columns)), names)
    if max(map(len, names)) > _LETTERS // len(columns):
        axes.tick_params(axis="x", labelrotation=35)
        for name in axes.get_xticklabels():
            name.set_horizontalalignment("left")
    axes.set_yticks(range(len(rows)), [row or words.nobody for row in rows])
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(words.columns)
    axes.set_ylabel(words.rows)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(words.title, loc="left", fontsize=10, pad=10)
    _key(figure, words.neither)


def _shades(
    row: str | None,
    column: str | None,
    rows: Sequence[str | None],
    columns: Sequence[str | None],
) -> str:
    """Which colours a cell has."""
    ladders = [[tier for tier in reversed(order) if tier] for order in (rows, columns)]
    way = direction_of(row, column, *ladders)
    return UP if way == "up" else DOWN if way == "down" else OTHER


def _key(figure: "SubFigure", neither: str) -> None:
    """What the colours mean, below the matrix."""
    from matplotlib.patches import Patch

    key = [
        Patch(color=_colour(shades, 0.6), label=text)
        for shades, text in ((UP, "up"), (DOWN, "down"), (OTHER, neither))
    ]
    figure.legend(handles=key, loc="outside lower center", ncols=3, frameon=False, fontsize=9)


def _cell(axes: "Axes", at: tuple[int, int], count: int, depth: float, shades: str) -> None:
    from matplotlib.patches import Rectangle

    colour = _colour(shades, depth) if count else _EMPTY
    x, y = at
    axes.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor=colour))
    if count:
        ink = "white" if depth > _DARK and shades != OTHER else "black"
        axes.text(x, y, f"{count:,}", ha="center", va="center", fontsize=10, color=ink)


def _colour(shades: str, depth: float) -> str:
    """A shade by depth, 0 to 1; the greys stay pale, for they are not what is looked for."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return to_hex(colormaps[shades](0.12 + (0.22 if shades == OTHER else 0.68) * depth))
