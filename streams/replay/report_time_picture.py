"""The left half of the picture: customers per tier over time."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from scoring.calendar import day_of
from streams.replay.report_timeline import Timeline, by_month

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

_DAYS_DRAWN = 1500
_SMALL = 0.25
_LABEL_IN = 0.2
"""Inches between the names beside the areas."""


def draw_time(figure: "SubFigure", daily: Timeline, title: str) -> None:
    """Stacked areas, the lowest tier at the bottom; small upper tiers also on their own."""
    shown = by_month(daily) if len(daily.days) > _DAYS_DRAWN else daily
    tiers = list(shown.counts)
    if not shown.days:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.text(0.5, 0.5, "nobody was graded", ha="center", transform=axes.transAxes)
        return
    colours = dict(zip(tiers, tier_colours(len(tiers)), strict=True))
    upper = tiers[1:]
    most_upper = max(sum(column) for column in zip(*(shown.counts[t] for t in upper), strict=True))
    if 0 < most_upper < _SMALL * max(shown.totals):
        top, bottom = figure.subplots(2, 1, sharex=True)
        _areas(top, shown, upper, colours, f"{title}: only those above {tiers[0]}")
        _areas(bottom, shown, tiers, colours, f"{title}: all")
        _names(bottom, shown, tiers, colours, tiers[:1])
        _names(top, shown, upper, colours, upper)
    else:
        bottom = figure.subplots()
        _areas(bottom, shown, tiers, colours, title)
        _names(bottom, shown, tiers, colours, tiers)
    bottom.set_xlabel("end of day" if shown is daily else "end of month")


def _areas(
    axes: "Axes", shown: Timeline, tiers: Sequence[str], colours: dict[str, str], title: str
) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    stack = [shown.counts[tier] for tier in tiers]
    # matplotlib counts days from 1970, too.
    days = [day_of(day) for day in shown.days]
    axes.stackplot(
        days,
        stack,
        colors=[colours[tier] for tier in tiers],
        edgecolor="white",
        linewidth=0.6,
    )
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_ylabel("customers")
    axes.set_xlim(days[0], max(days[-1], days[0] + 1))
    axes.set_ylim(bottom=0)
    locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    axes.spines[["top", "right"]].set_visible(False)


def _names(
    axes: "Axes",
    shown: Timeline,
    tiers: Sequence[str],
    colours: dict[str, str],
    named: Sequence[str],
) -> None:
    """Name and last count of the `named` tiers beside the areas of `tiers`."""
    most = axes.get_ylim()[1]
    last = [shown.counts[tier][-1] for tier in tiers]
    tops = accumulate(last)
    middles = [(top - count / 2) / most for top, count in zip(tops, last, strict=True)]
    inches = axes.get_window_extent().height / axes.figure.dpi
    places = zip(tiers, last, apart(middles, _LABEL_IN / inches), strict=True)
    for tier, count, height in places:
        if tier in named:
            text = f"\u25a0 {tier} {count:,}"
            for ink, part in (("black", text), (colours[tier], text[0])):
                axes.annotate(
                    part,
                    (1.012, height),
                    xycoords="axes fraction",
                    va="center",
                    fontsize=9,
                    color=ink,
                )


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Ascending places moved as little as keeps them a gap apart, and below 1 if they fit.

    >>> apart([0.1, 0.11, 0.5], 0.1)
    [0.1, 0.2, 0.5]
    >>> apart([0.5, 1.0, 1.0], 0.25)
    [0.5, 0.75, 1.0]
    """
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else place)
    ceiling = 1.0
    for at in reversed(range(len(moved))):
        moved[at] = min(moved[at], ceiling)
        ceiling = moved[at] - gap
    return moved


def tier_colours(count: int) -> list[str]:
    """Colours from light to dark that stay apart in grey and for the colour-blind."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    shades = colormaps["cividis"]
    return [to_hex(shades(0.93 - 0.86 * at / max(1, count - 1))) for at in range(count)]
