"""`regrade snapshot` and `regrade restore`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.operations.snapshot_file import Head, Tally

File = Annotated[Path, typer.Argument(help="The snapshot file.", dir_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def snapshot(
    file: File,
    partition: Annotated[
        list[int] | None, typer.Option(min=0, help="Only this partition; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the states of all partitions into a file, each as of one commit, offsets inside.

    Workers may be running: a partition waits while it is read, the others go on.

    Example: `REGRADE_REDIS=redis://redis:6379/0 regrade snapshot monday.snapshot`
    """
    from streams.operations.snapshot import take_snapshot
    from streams.screen import progress, stderr
    from streams.settings import load_settings

    with progress(stderr(), unit="partitions") as bar:
        task = bar.add_task("copying", total=None)

        def moved(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        written = take_snapshot(load_settings(), file, partition or (), moved)
    if as_json:
        body = {"partitions": written.partitions, **_counts(written.tally)}
        typer.echo(json.dumps(body))
    else:
        typer.echo(f"{file}: {len(written.partitions)} partitions, {_told(written.tally)}")


def restore(
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete what the store holds of these partitions.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put the partitions of a snapshot back into the store; workers read on from its offsets.

    The file is checked first. Stop the workers of these partitions before you replace them.

    Example: `regrade restore monday.snapshot`
    """
    from streams.operations.restore import restore_snapshot
    from streams.operations.snapshot_file import Tally
    from streams.settings import load_settings

    def confirm(head: "Head", tallies: "Mapping[int, Tally]") -> None:
        if yes:
            return
        what = f"{len(tallies)} of {head.partitions} partitions as of {head.made_at}"
        how = ", and delete what is there" if replace else ""
        typer.confirm(f"Restore {what}{how}?", abort=True, err=True)

    found = restore_snapshot(load_settings(), file, replace=replace, confirm=confirm)
    total = Tally()
    for tally in found.values():
        total.join(tally)
    if as_json:
        typer.echo(json.dumps({"partitions": sorted(found), **_counts(total)}))
    else:
        typer.echo(f"restored {len(found)} partitions, {_told(total)}")


def _counts(tally: "Tally") -> dict[str, int]:
    found = tally.entries
    return {"customers": found.get("string", 0), "outbox_rows": found.get("stream", 0)}


def _told(tally: "Tally") -> str:
    counts = _counts(tally)
    return f"{counts['customers']} customers, {counts['outbox_rows']} rows to be published"
