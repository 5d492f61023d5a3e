"""`regrade dev`."""

from pathlib import Path
from typing import Annotated

import typer


def dev(
    policy: Annotated[
        str, typer.Option(help="A policy file, or the name of a preset.")
    ] = "b2b-fresh",
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of every topic.")] = 4,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder for the logs and the store; a temporary one by default."),
    ] = None,
    clock: Annotated[str, typer.Option(help="wall, or event for replays of old data.")] = "wall",
    api: Annotated[bool, typer.Option(help="With the API and the board.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as JSON.")] = False,
) -> None:
    """Keep a broker, a store, a worker and the API running, with empty topics, until Ctrl-C.

    Needs no Kafka, Redis or Docker. Any Kafka client can produce to `orders` and read
    `tier-changes`. Everything ends with this command, and nothing is kept.

    Example: `regrade dev --clock event`
    """
    from streams.demo.stack import keep_running
    from streams.policies.load import load_policy

    load_policy(policy)
    keep_running(policy, partitions, data, clock, api=api, as_json=as_json)
