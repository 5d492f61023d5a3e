"""`regrade topics`."""

import asyncio
from typing import Annotated

import typer


def topics(
    partitions: Annotated[
        int, typer.Option(min=1, help="Partitions of every topic; cannot change later.")
    ] = 12,
    retention_days: Annotated[
        int, typer.Option(min=-1, help="Days to keep records; -1 keeps all, as replays need.")
    ] = -1,
    replicas: Annotated[int, typer.Option(min=1, help="Replicas of every topic.")] = 1,
) -> None:
    """Create the topics on the broker of REGRADE_KAFKA; those that exist are left alone.

    Example: `REGRADE_KAFKA=kafka:9092 regrade topics --partitions 64 --replicas 3`
    """
    from streams.embedded.topics import create_topics
    from streams.kafka_security import kafka_security
    from streams.settings import load_settings
    from streams.topics import topic_specs

    settings = load_settings()
    specs = topic_specs(
        settings.prefix, partitions, replicas, retention_days, settings.facts_prefix
    )
    created = asyncio.run(create_topics(settings.kafka, specs, kafka_security(settings)))
    for spec in specs:
        word = "created" if spec.name in created else "exists"
        typer.echo(f"{spec.name}: {word}, {spec.partitions} partitions")
