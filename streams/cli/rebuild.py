"""`regrade rebuild`."""

import json
from typing import Annotated, Literal

import typer


def rebuild(
    file: Annotated[str, typer.Argument(help="CSV or JSON lines, also gzipped; - is stdin.")],
    then: Annotated[
        Literal["begin", "end"],
        typer.Option(help="Where workers read on: begin, or end, of what the input topics hold."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Grade an archive of events straight into an empty store; nothing of it is published again.

    The archive stands in order of time. `--then begin` when it ends where the input topics begin,
    `--then end` when it holds everything that is in them as well.

    Example: `regrade rebuild archive.jsonl.gz --then begin`
    """
    from streams.operations.rebuild import rebuild as run
    from streams.policies.load import load_policy
    from streams.replay.event import RejectedRow
    from streams.replay.files import FileSource
    from streams.screen import show_rejected, stderr
    from streams.settings import load_settings

    settings = load_settings()
    refused: list[RejectedRow] = []
    with FileSource(file) as source:
        done = run(settings, load_policy(settings.policy), source, then, refused.append)
    if as_json:
        typer.echo(json.dumps({**done._asdict(), "refused": len(refused)}))
        return
    show_rejected(stderr(), refused)
    outcomes = ", ".join(f"{name} {count}" for name, count in sorted(done.outcomes.items()))
    typer.echo(
        f"{done.customers} customers in {done.partitions} partitions from {done.events} events "
        f"({outcomes}); workers read on at the {then} of the input topics"
    )
