"""`regrade load`."""

import asyncio
from typing import Annotated

import typer


def load(
    rate: Annotated[float, typer.Option(min=0.1, help="Orders a second.")] = 50.0,
    customers: Annotated[int, typer.Option(min=1, help="Customers who order.")] = 5_000,
    orders: Annotated[int, typer.Option(min=0, help="Stop after so many; 0: never.")] = 0,
) -> None:
    """Send invented orders, dated now, to the broker of REGRADE_KAFKA until stopped.

    For trying a deployment and for load tests. Never point it at a programme of real
    customers: its customers c0000000, c0000001, ... would be graded among them.

    Example: `REGRADE_KAFKA=127.0.0.1:9094 regrade load --rate 200 --customers 20000`
    """
    from itertools import islice

    from streams.clock import SystemClock
    from streams.kafka_security import kafka_security
    from streams.replay.load import load_orders
    from streams.replay.produce import Replay, open_producer
    from streams.settings import load_settings

    settings = load_settings()
    endless = load_orders(customers, rate, SystemClock().now_ms())
    events = islice(endless, orders) if orders else endless

    async def run() -> None:
        """Send in pace with the clock."""
        async with open_producer(settings.kafka, security=kafka_security(settings)) as producer:
            await Replay(producer, settings.names.facts, speed=1.0).run(events)

    asyncio.run(run())
    typer.echo(f"{orders:,} orders sent")
