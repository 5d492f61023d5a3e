"""An output topic -> an endpoint: batches per partition, offsets kept when all is delivered."""

import asyncio
import signal
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError

from streams.delivery.courier import Courier, Refused
from streams.delivery.message import Event, event_of
from streams.kafka_security import kafka_security
from streams.settings import Settings

_POLL_MS = 500
_DAY_MS = 86_400_000
_Seen = OrderedDict[str, tuple[int, int]]
_REMEMBERED = 200_000
"""Customers whose greatest incarnation and version is remembered, to drop what comes twice."""


@dataclass(slots=True)
class Delivered:
    """What became of events."""

    delivered: int = 0
    repeated: int = 0
    """Published twice and dropped here."""
    refused: int = 0


@dataclass(slots=True)
class Push:
    """What is pushed and how."""

    topic: str
    """Without prefix."""
    name: str
    """Tells several pushes of one topic apart."""
    batch: int
    courier: Courier
    put_aside: Callable[[Sequence[Refused]], None]
    """Takes refused events; when it returns they are safe."""
    until_end: bool = False
    counts: Delivered = field(default_factory=Delivered)


def run_push(settings: Settings, push: Push) -> Delivered:
    """Push until it is told to stop (SIGTERM, SIGINT), or to the end of the topic."""

    async def run() -> None:
        """Ends quietly when it is told to: what was not kept is delivered again."""
        task = asyncio.create_task(_run(settings, push))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())
    return push.counts


async def _run(settings: Settings, push: Push) -> None:
    consumer: Any = AIOKafkaConsumer(
        settings.prefix + push.topic,
        bootstrap_servers=settings.kafka,
        **kafka_security(settings),
        group_id=f"{settings.group}-push-{push.name}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        # An endpoint may be away for hours; the group is not to take that for a crash.
        max_poll_interval_ms=_DAY_MS,
    )
    seen: _Seen = OrderedDict()
    async with consumer:
        while True:
            found = await consumer.getmany(timeout_ms=_POLL_MS)
            # Partitions side by side; within one, and so for a customer, one after the other.
            await asyncio.gather(*[_partition(push, seen, each) for each in found.values()])
            if found:
                await _keep_place(consumer)
            elif push.until_end and await _at_end(consumer):
                return


async def _keep_place(consumer: Any) -> None:
    """What the group gave away meanwhile is delivered again by whoever has it now."""
    with suppress(CommitFailedError):
        await consumer.commit()


async def _partition(push: Push, seen: _Seen, records: Sequence[Any]) -> None:
    fresh = []
    for record in records:
        event = event_of(record)
        if event is None:
            continue
        if _repeats(seen, event):
            push.counts.repeated += 1
        else:
            fresh.append(event)
    for at in range(0, len(fresh), push.batch):
        batch = fresh[at : at + push.batch]
        refused = await push.courier.deliver(batch)
        if refused:
            push.put_aside(refused)
        push.counts.refused += len(refused)
        push.counts.delivered += len(batch) - len(refused)


def _repeats(seen: _Seen, event: Event) -> bool:
    """The rule for consumers: what is not newer than what was seen is a repeat."""
    if event.version is None:
        return False
    if event.version <= seen.get(event.subject, (0, 0)):
        return True
    seen[event.subject] = event.version
    seen.move_to_end(event.subject)
    if len(seen) > _REMEMBERED:
        seen.popitem(last=False)
    return False


async def _at_end(consumer: Any) -> bool:
    for tp in consumer.assignment():
        highwater = consumer.highwater(tp)
        if highwater is None or await consumer.position(tp) < highwater:
            return False
    return bool(consumer.assignment())
