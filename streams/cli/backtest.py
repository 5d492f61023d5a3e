"""`regrade backtest`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.progress import TaskID

    from streams.replay.backtest import Backtest


def backtest(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: Annotated[str, typer.Argument(help="CSV or JSON lines, also gzipped; - is stdin.")],
    out: Annotated[
        Path,
        typer.Option(help="Folder for customers.jsonl, changes.jsonl, rejected.jsonl."),
    ],
    policy: Annotated[
        str, typer.Option(help="A policy file, or the name of a preset.")
    ] = "b2b-fresh",
    against: Annotated[
        str | None,
        typer.Option(help="A second policy: who would differ? Its files go to OUT/against."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(help="Draw tiers over time and the moves: a .png, .svg or .pdf file."),
    ] = None,
    engine: Annotated[
        Literal["memory", "stream"],
        typer.Option(help="memory: in this process; stream: Kafka, worker and store. Same files."),
    ] = "memory",
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when a row was refused.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Grade a file of history with a policy; write every grade and change, and report.

    With a second policy it also tells which customers would have another tier or label.

    Example: `regrade backtest history.csv.gz --policy b2b-fresh --out result`
    """
    from streams.bootstrap import calm_collector
    from streams.replay.backtest import PolicySource, run_backtest
    from streams.replay.files import FileSource
    from streams.replay.folders import writable
    from streams.screen import progress, stderr

    if plot:
        _check_plot(plot)
    policies = PolicySource.load(policy), PolicySource.load(against) if against else None
    calm_collector()
    with FileSource(file) as source:
        for folder in (
            out,
            *([out / "against"] if against else []),
            *([plot.parent] if plot else []),
        ):
            writable(folder)
        with progress(stderr(), unit="events") as bar:
            tasks: dict[str, TaskID] = {}

            def moved(graded_by: str, events: int) -> None:
                if graded_by not in tasks:
                    tasks[graded_by] = bar.add_task(f"{engine} engine, {graded_by}", total=None)
                bar.advance(tasks[graded_by], events)

            done = run_backtest(source, policies, engine, moved)
    done.write(out)
    if plot:
        _draw(plot, done)
    if as_json:
        typer.echo(json.dumps(done.as_json() | {"out": str(out)}))
    else:
        _show(done, out)
    if strict and done.refused:
        raise typer.Exit(1)


def _check_plot(plot: Path) -> None:
    """Refuse before the work what could not be drawn after it."""
    from streams.replay.report_picture import FORMATS, require_matplotlib

    if plot.suffix.lower() not in FORMATS:
        told = f"{plot} ends in none of {', '.join(FORMATS)}"
        raise typer.BadParameter(told, param_hint="--plot")
    if plot.is_dir():
        raise typer.BadParameter(f"{plot} is a folder", param_hint="--plot")
    require_matplotlib()


def _draw(plot: Path, done: "Backtest") -> None:
    from streams.replay.report_picture import draw

    compared = None
    if done.against and done.comparison:
        compared = done.against.report, done.comparison
    draw(plot, done.one.report, compared)


def _show(done: "Backtest", out: Path) -> None:
    """Refused rows go to stderr, the report to stdout."""
    from streams.replay import report_comparison_view, report_view
    from streams.screen import show, show_rejected, stderr, stdout

    one, against, console = done.one, done.against, stdout()
    show_rejected(stderr(), one.results.rejected)
    refused = len(one.results.rejected)
    typer.echo(report_view.summary(one.report, refused, done.adjustments) + f"; written to {out}")
    show(console, *report_view.tables(one.report))
    if against and done.comparison:
        typer.echo()
        typer.echo(report_comparison_view.headline(done.comparison, against.report))
        given = done.comparison, one.report, against.report
        show(console, *report_comparison_view.tables(*given))
