"""The live terminal view of the demo."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from streams.demo.progress import LATEST, DemoState

_BAR = 24
_YEAR_DAYS = 365
_ARROWS = {"tier.upgraded": ("▲", "green"), "tier.downgraded": ("▼", "red")}


def draw(state: DemoState, tiers: Sequence[str]) -> RenderableType:
    """The whole view; `tiers` lowest first."""
    body = Columns([_tiers(state, tiers), _triggers(state)], padding=(0, 3))
    return Panel(
        Group(_head(state), Text(), body, Text(), _latest(state)),
        title="regrade demo: a year of real purchases, 2,469 households",
        title_align="left",
    )


def _head(state: DemoState) -> RenderableType:
    """The day, how far the year has come, and the pace."""
    done = 0
    if state.day:
        done = (date.fromisoformat(state.day) - date(2017, 1, 1)).days + 1
    line = Table.grid(padding=(0, 2))
    line.add_row(
        Text(state.day or "starting", style="bold"),
        ProgressBar(total=_YEAR_DAYS, completed=done, width=32),
        f"{state.committed:,} events",
        f"{state.events_per_second:,.0f}/s",
        f"lag {state.lag:,}",
    )
    return line


def _tiers(state: DemoState, tiers: Sequence[str]) -> RenderableType:
    """The pyramid: customers per tier, highest first."""
    total = sum(state.tiers.values()) or 1
    table = Table(title="Households per tier", title_justify="left", box=None)
    for column in ("tier", "", "", "share"):
        table.add_column(column, justify="right" if column == "share" else "left")
    for name in reversed(tiers):
        count = state.tiers.get(name, 0)
        bar = "█" * round(_BAR * count / total)
        table.add_row(name, f"{count:,}", Text(bar, style="cyan"), f"{count / total:.1%}")
    return table


def _triggers(state: DemoState) -> RenderableType:
    """Tier changes per trigger and direction."""
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for (trigger, direction), count in state.triggers.items():
        rows[trigger][direction] = count
    table = Table(title="Tier changes by trigger", title_justify="left", box=None)
    table.add_column("trigger")
    for column in ("first", "up", "down"):
        table.add_column(column, justify="right")
    for trigger in sorted(rows):
        found = (rows[trigger].get(d, 0) for d in ("assigned", "upgraded", "downgraded"))
        table.add_row(trigger, *[f"{n:,}" if n else "" for n in found])
    table.add_row(Text("label changes", style="dim"), f"{state.label_changes:,}")
    return table


def _latest(state: DemoState) -> RenderableType:
    """The latest moves, newest first, each with its reason."""
    table = Table(title="Latest moves", title_justify="left", box=None)
    for column in ("day", "household", "", "move", "score", "because"):
        table.add_column(column)
    for change in reversed(state.latest):
        arrow, style = _ARROWS[change["type"]]
        table.add_row(
            change["effective_on"],
            change["customer_id"],
            Text(arrow, style=style),
            f"{change['from']} → {change['to']}",
            f"{change['score']:.2f}",
            because(change),
        )
    for _ in range(LATEST - len(state.latest)):
        table.add_row(" ")
    return table


def because(change: dict[str, Any]) -> str:
    """Why a tier moved, in a few words."""
    best = max(change["dimensions"], key=lambda row: row["points"] or 0)
    worst = min(
        change["dimensions"],
        key=lambda row: (row["points"] or 0) - 100 * row["weight"],
    )
    shown = best if change["type"] == "tier.upgraded" else worst
    value = "none" if shown["value"] is None else f"{shown['value']:,.10g}"
    return f"{change['trigger']}: {shown['reading']} is {value}"
