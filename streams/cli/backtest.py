"""`regrade backtest`."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Literal

import typer


def backtest(
    file: Annotated[str, typer.Argument(help="CSV or JSON lines, also gzipped; - is stdin.")],
    out: Annotated[
        Path,
        typer.Option(help="Folder for customers.jsonl, changes.jsonl, rejected.jsonl."),
    ],
    policy: Annotated[
        str, typer.Option(help="A policy file, or the name of a preset.")
    ] = "b2b-fresh",
    engine: Annotated[
        Literal["memory", "stream"],
        typer.Option(help="memory: in this process; stream: Kafka, worker and store. Same files."),
    ] = "memory",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Grade a file of history with a policy and write every grade and every change.

    Example: `regrade backtest history.csv.gz --policy b2b-fresh --out result`
    """
    from streams.bootstrap import calm_collector
    from streams.policies.load import load_policy
    from streams.replay.files import FileSource
    from streams.replay.memory import run_in_memory
    from streams.screen import progress, show_rejected, show_tiers, stderr

    loaded = load_policy(policy)
    calm_collector()
    with FileSource(file) as source, progress(stderr(), unit="events") as bar:
        task = bar.add_task(f"{engine} engine", total=None)

        def moved(events: int) -> None:
            bar.advance(task, events)

        if engine == "memory":
            results = asyncio.run(run_in_memory(source, loaded, moved))
        else:
            from streams.replay.stream import run_on_stack

            results = asyncio.run(run_on_stack(source, loaded, policy, moved))
    results.write(out)
    summary = {
        "customers": len(results.customers),
        "changes": len(results.changes),
        "rejected": len(results.rejected),
        "skipped_adjustments": source.adjustments,
        "tiers": results.tiers(),
        "out": str(out),
    }
    if as_json:
        typer.echo(json.dumps(summary))
        return
    console = stderr()
    show_rejected(console, results.rejected)
    show_tiers(console, [tier.name for tier in loaded.tiers], results.tiers())
    typer.echo(
        f"{summary['customers']:,} customers, {summary['changes']:,} changes, "
        f"{summary['rejected']:,} rows refused, {source.adjustments:,} adjustments "
        f"skipped; written to {out}"
    )
