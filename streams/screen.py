"""What the commands share on the screen: progress bars, refused rows, tables."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from scoring.readings import Reading
from streams.replay.event import RejectedRow

SHOWN = 20
_WIDE = 200
_UNBOUNDED = 10_000


def stderr() -> Console:
    """Where everything goes that a program reading stdout must not see."""
    return Console(stderr=True, highlight=False)


def stdout() -> Console:
    """For tables people asked for; wide enough to be searched when it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDE)


def table(title: str, *columns: str, texts: int = 1) -> Table:
    """A table whose first `texts` columns hold words and the others numbers."""
    made = Table(title=title, title_justify="left")
    for at, column in enumerate(columns):
        justify: Literal["left", "right"] = "left" if at < texts else "right"
        made.add_column(column, justify=justify, overflow="fold")
    return made


def show(console: Console, *tables: Table) -> None:
    """Print tables; where no terminal is, without frames, colours and trailing blanks."""
    for given in tables:
        # Not as the table's title: that would be wrapped to the width of the table.
        title, given.title = given.title, None
        console.print()
        console.print(title, style="italic", soft_wrap=True)
        if console.is_terminal:
            console.print(given)
            continue
        given.box, given.pad_edge, given.padding = None, False, (0, 2, 0, 0)
        with console.capture() as captured:
            console.print(given, width=_UNBOUNDED)
        lines = [line.rstrip() for line in captured.get().splitlines()]
        console.out("\n".join(lines), highlight=False)


@contextmanager
def progress(console: Console, *, unit: str) -> Iterator[Progress]:
    """A progress bar on a terminal; nothing where there is none."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        yield bar


def show_rejected(console: Console, rejected: Sequence[RejectedRow]) -> None:
    """The refused rows: counts by reason, and the first of them by line."""
    if not rejected:
        return
    reasons = Counter(row.reason for row in rejected)
    counts = ", ".join(f"{reason} {n}" for reason, n in reasons.most_common())
    table = Table(title=f"{len(rejected)} rows refused: {counts}", title_justify="left")
    for column in ("line", "reason", "detail"):
        table.add_column(column, justify="right" if column == "line" else "left")
    for row in sorted(rejected)[:SHOWN]:
        table.add_row(str(row.line), row.reason, row.detail)
    if len(rejected) > SHOWN:
        table.add_row("...", "", f"and {len(rejected) - SHOWN} more")
    console.print(table)


def show_tiers(console: Console, names: Sequence[str], tiers: dict[str, int]) -> None:
    """Customers per tier, highest first, with their share."""
    total = sum(tiers.values()) or 1
    table = Table(title="Customers per tier", title_justify="left")
    table.add_column("tier")
    table.add_column("customers", justify="right")
    table.add_column("share", justify="right")
    for name in reversed(names):
        count = tiers.get(name, 0)
        table.add_row(name, f"{count:,}", f"{count / total:.1%}")
    console.print(table)


def show_readings(console: Console, readings: Sequence[Reading]) -> None:
    """The catalogue of readings."""
    table = Table(box=None, pad_edge=False)
    for column in ("reading", "unit", "is", "null when", "made from"):
        table.add_column(column)
    for reading in readings:
        facts = ", ".join(reading.facts)
        row = (reading.signature, reading.unit, reading.meaning, reading.null_when, facts)
        table.add_row(*map(escape, row))
    console.print(table)
    console.print("DAYS is a whole number; windows look back 400 days at most.", markup=False)
