"""`regrade replay`."""

import asyncio
import json
from collections.abc import Iterator
from typing import Annotated

import typer


def replay(
    file: Annotated[str, typer.Argument(help="CSV or JSON lines, also gzipped; - is stdin.")],
    speed: Annotated[
        float,
        typer.Option(
            min=0,
            help="Event seconds per second: 86400 is a day a second. 0: no limit.",
        ),
    ] = 0.0,
    end_day: Annotated[
        bool, typer.Option(help="Finish by writing day.reached into every partition.")
    ] = True,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when a row was refused.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Send the events of a file to the broker of REGRADE_KAFKA, in order of the file.

    Refused rows are listed with line and reason; the others are sent.

    Example: `zcat history.csv.gz | REGRADE_KAFKA=127.0.0.1:9092 regrade replay -`
    """
    from streams.kafka_security import kafka_security
    from streams.replay.event import RejectedRow, WireEvent
    from streams.replay.files import FileSource
    from streams.replay.produce import Replay, open_producer
    from streams.screen import progress, show_rejected, stderr
    from streams.settings import load_settings

    settings = load_settings()
    rejected: list[RejectedRow] = []
    sent = 0

    async def run() -> None:
        """Send the whole file."""
        nonlocal sent
        with (
            FileSource(file) as source,
            progress(stderr(), unit="bytes") as bar,
        ):
            task = bar.add_task(file, total=source.total_bytes)

            def accepted() -> Iterator[WireEvent]:
                """The events; refused rows are put aside."""
                nonlocal sent
                for event in source:
                    if isinstance(event, RejectedRow):
                        rejected.append(event)
                        continue
                    sent += 1
                    if sent % 500 == 0:
                        bar.update(task, completed=source.bytes_read)
                    yield event

            async with open_producer(settings.kafka, security=kafka_security(settings)) as producer:
                out = Replay(producer, settings.names.facts, speed)
                await out.run(accepted())
                if end_day and sent:
                    await out.close_day()

    asyncio.run(run())
    if as_json:
        refused = [row._asdict() for row in rejected]
        typer.echo(json.dumps({"events": sent, "rejected": refused}))
    else:
        show_rejected(stderr(), rejected)
        typer.echo(f"{sent:,} events sent, {len(rejected):,} rows refused")
    if strict and rejected:
        raise typer.Exit(1)
