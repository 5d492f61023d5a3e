"""`regrade map`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer


def map_(
    mapping: Annotated[Path, typer.Argument(help="The mapping file (YAML).", dir_okay=False)],
    file: Annotated[
        str | None, typer.Argument(help="CSV or JSON lines, also gzipped; - is stdin.")
    ] = None,
    from_topic: Annotated[
        str | None,
        typer.Option(metavar="TOPIC", help="Take rows from this topic instead, and send events."),
    ] = None,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Of a topic: end when it is read to its end.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when a row was refused.")
    ] = False,
) -> None:
    """Turn rows of another system into events, by a mapping of fields.

    Of a file the events are printed as JSON lines, which `regrade replay` sends. Of a topic they
    are sent to the input topics of REGRADE_KAFKA, until SIGINT. Refused rows are told on stderr.

    Example: `regrade map erp.yaml orders.csv.gz | regrade replay -`
    """
    from streams.mapping.document import load_mapping
    from streams.mapping.feed import Counts, map_file, map_topic
    from streams.mapping.mapper import Mapper
    from streams.replay.event import RejectedRow

    if (file is None) == (from_topic is None):
        raise typer.BadParameter("say either a file or --from-topic")
    loaded = load_mapping(str(mapping))
    mapper = Mapper(loaded, str(mapping))

    def refuse(row: RejectedRow) -> None:
        """Tell of one row."""
        typer.echo(json.dumps(row._asdict(), ensure_ascii=False), err=True)

    if file is not None:
        counts = Counts()
        for event in map_file(mapper, file, counts, refuse):
            sys.stdout.buffer.write(event.value + b"\n")
        sys.stdout.buffer.flush()
    else:
        from streams.settings import load_settings

        counts = map_topic(
            mapper, loaded.mapping, str(from_topic), load_settings(), refuse, until_end=until_end
        )
    typer.echo(
        f"{counts.rows} rows: {counts.events} events, {counts.passed} passed over, "
        f"{counts.refused} refused",
        err=True,
    )
    if strict and counts.refused:
        raise typer.Exit(1)
