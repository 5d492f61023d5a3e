"""`regrade demo`."""

import json
from typing import Annotated

import typer


def demo(  # noqa: PLR0913, PLR0917 - each is an option of the command
    speed: Annotated[
        float,
        typer.Option(min=0, help="Days of the year per second; 0 is as fast as it goes."),
    ] = 0.0,
    policy: Annotated[
        str, typer.Option(help="A policy file, or the name of a preset.")
    ] = "grocery-usd",
    workers: Annotated[int, typer.Option(min=1, max=4, help="Worker processes.")] = 1,
    api: Annotated[bool, typer.Option(help="With the board, where there is the live view.")] = True,
    stay: Annotated[
        bool, typer.Option("--stay", help="Keep all of it running at the end, until Ctrl-C.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Without the live view.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object at the end.")
    ] = False,
) -> None:
    """Watch a year of real grocery purchases being graded, and check the result.

    Starts a broker, a store and a worker of its own; replays the Complete Journey
    purchases of 2,469 households in 2017; then grades all of it again in memory and
    counts the differences. Exits with 1 if there is one. The board shows the same year;
    its address is printed at the start.

    Example: `regrade demo --speed 10`, or `regrade demo --once --json`
    """
    from streams.demo.run import Options, run_demo

    live = not (once or as_json)
    options = Options(policy, speed, workers, live=live, api=api and live, stay=stay)
    summary = run_demo(options)
    if as_json:
        typer.echo(json.dumps(summary.as_json()))
    if summary.mismatches:
        raise typer.Exit(1)
