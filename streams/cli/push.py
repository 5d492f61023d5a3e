"""`regrade push`."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.delivery.courier import Refused


def push(  # noqa: PLR0913, PLR0917 - each is an option of the command
    address: Annotated[str, typer.Argument(metavar="URL", help="Where batches are posted.")],
    topic: Annotated[
        Literal["tier-changes", "label-changes", "reminders"], typer.Option(help="What is pushed.")
    ] = "tier-changes",
    batch: Annotated[int, typer.Option(min=1, max=1000, help="Most events of a request.")] = 75,
    name: Annotated[
        str, typer.Option(help="Tells this push from others of the topic; keeps its place.")
    ] = "default",
    attempts: Annotated[
        int, typer.Option(min=1, help="Tries of an event at which the endpoint fails.")
    ] = 8,
    refused: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File for events that are refused.")
    ] = None,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="End when the topic is read to its end.")
    ] = False,
) -> None:
    """Deliver changes to an HTTP endpoint: signed batches, in order per customer.

    Signed with REGRADE_PUSH_SECRET. While the endpoint is away it waits and tries again. An event
    that is refused goes to --refused, or as a JSON line to stderr.

    Example: `regrade push https://crm.example/tiers --refused refused.jsonl`
    """
    from streams.clock import SystemClock
    from streams.delivery.courier import Courier
    from streams.delivery.http_endpoint import HttpEndpoint
    from streams.delivery.push import Push, run_push
    from streams.settings import load_settings
    from streams.telemetry.logs import set_up_logs

    settings = load_settings()
    set_up_logs(settings.log_level, settings.log_format)
    secret = settings.push_secret.get_secret_value()
    courier = Courier(HttpEndpoint(address), SystemClock(), secret, attempts)
    counts = run_push(settings, Push(topic, name, batch, courier, _aside(refused), until_end))
    typer.echo(
        f"{counts.delivered} events delivered, {counts.repeated} repeats dropped, "
        f"{counts.refused} refused"
    )


def _aside(path: Path | None) -> "Callable[[Sequence[Refused]], None]":
    """Writes refused events; a file has them on disk before the offset moves on."""

    def put_aside(refused: "Sequence[Refused]") -> None:
        lines = [
            json.dumps(
                {
                    "id": one.event.id,
                    "status": one.answer.status,
                    "answer": one.answer.text,
                    "event": one.event.structured,
                },
                ensure_ascii=False,
            )
            for one in refused
        ]
        if path is None:
            typer.echo("\n".join(lines), err=True)
            return
        with path.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())

    return put_aside
