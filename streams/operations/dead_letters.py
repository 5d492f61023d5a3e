"""The dead letters of a programme: read, counted, and sent to their topics again."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from streams.errors import RegradeError
from streams.kafka_security import kafka_security
from streams.operations.letters import Letter, Selection, letter_of
from streams.operations.topic_reader import read_topic
from streams.outbox.scribe import DEAD_LETTERS
from streams.replay.produce import open_producer
from streams.settings import Settings
from streams.topics import MAX_ROW_BYTES

_IN_FLIGHT = 500


class UnknownLetter(RegradeError):
    """There is no letter of this id."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        super().__init__(
            f"no dead letter {id_!r}. An id is topic/partition/offset of the refused record, as "
            "`regrade dead-letters list` prints it."
        )


@dataclass(slots=True)
class Overview:
    """What stands on the topic."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By reason and topic."""
    total: int = 0
    again: int = 0
    """Of records that were sent again and refused again."""
    latest: deque[Letter] = field(default_factory=deque)


@dataclass(slots=True)
class Plan:
    """What a redrive would send, or has sent."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By reason and topic."""
    total: int = 0
    empty: int = 0
    """Letters of erased customers: there is nothing to send."""
    cut: int = 0
    """Letters that hold only the beginning of a record that was too large to be kept."""
    superseded: int = 0
    """Letters whose record was sent before and refused again: its younger letter stands for it."""


async def _letters(settings: Settings) -> AsyncIterator[Letter]:
    """Each letter once, however often it was published."""
    # Hashes: the ids of millions would fill the memory.
    seen: set[int] = set()
    async for record in read_topic(settings, settings.prefix + DEAD_LETTERS):
        letter = letter_of(record)
        known = hash(letter.id)
        if known not in seen:
            seen.add(known)
            yield letter


def survey(settings: Settings, selection: Selection, limit: int) -> Overview:
    """Count the letters selected, and keep the `limit` youngest."""

    async def run() -> Overview:
        """Read all of them."""
        found = Overview(latest=deque(maxlen=limit))
        async for letter in _letters(settings):
            if selection.takes(letter, settings.names):
                found.counts[letter.reason, letter.topic] += 1
                found.total += 1
                found.again += letter.redriven > 0
                found.latest.append(letter)
        return found

    return asyncio.run(run())


def find(settings: Settings, id_: str) -> Letter:
    """One letter.

    Raises:
        UnknownLetter: there is none of this id.
    """

    async def run() -> Letter:
        """Read until it comes."""
        async for letter in _letters(settings):
            if letter.id == id_:
                return letter
        raise UnknownLetter(id_)

    return asyncio.run(run())


def redrive(
    settings: Settings, selection: Selection, confirm: Callable[[Plan], bool]
) -> tuple[Plan, bool]:
    """Plan what to send; send it if `confirm` says so. The plan, and whether it was sent."""
    return asyncio.run(_redrive(settings, selection, confirm))


async def _redrive(
    settings: Settings, selection: Selection, confirm: Callable[[Plan], bool]
) -> tuple[Plan, bool]:
    plan, replaced = Plan(), set[str]()
    chosen: dict[str, tuple[str, str]] = {}
    async for letter in _letters(settings):
        if letter.redriven_of is not None:
            replaced.add(letter.redriven_of)
        if not selection.takes(letter, settings.names):
            continue
        if letter.empty:
            plan.empty += 1
        elif letter.cut:
            plan.cut += 1
        else:
            chosen[letter.id] = letter.reason, letter.topic
    plan.superseded = len(chosen.keys() & replaced)
    plan.counts = Counter(kind for id_, kind in chosen.items() if id_ not in replaced)
    plan.total = plan.counts.total()
    if not plan.total or not confirm(plan):
        return plan, False
    await _send(settings, chosen.keys() - replaced)
    return plan, True


async def _send(settings: Settings, chosen: set[str]) -> None:
    # A record sent twice is a duplicate: no idempotent producer is needed, which not all have.
    async with open_producer(
        settings.kafka, max_request_bytes=MAX_ROW_BYTES, security=kafka_security(settings)
    ) as producer:
        pending: list[asyncio.Future[Any]] = []
        async for letter in _letters(settings):
            if letter.id not in chosen:
                continue
            topic = letter.topic_to_send(settings.names)
            partitions = len(await producer.partitions_for(topic))
            sent = await producer.send(
                topic,
                letter.value,
                key=letter.key,
                partition=letter.partition_to_send(partitions),
                headers=letter.headers_to_send(),
            )
            pending.append(sent)
            if len(pending) >= _IN_FLIGHT:
                await asyncio.gather(*pending)
                pending.clear()
        await asyncio.gather(*pending)
