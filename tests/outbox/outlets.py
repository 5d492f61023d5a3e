"""A partition that publishes into topics in memory, from a store in memory."""

import secrets
from collections import Counter
from dataclasses import dataclass, field

from streams.clock import ManualClock
from streams.outbox.delivery import Means
from streams.outbox.memory_wire import MemoryWire
from streams.outbox.publisher import Publisher
from streams.outbox.wire import read_stamp
from streams.partition.ports import Commit, OutboxRow, PartitionMeta, Place
from streams.storage.memory_store import MemoryStore

CHANGES = Place("tier-changes", 0)
MOST = 50
"""Rows that may wait."""


@dataclass(slots=True)
class Counts:
    """What the publisher told its observer."""

    published_: int = 0
    stood: int = 0
    overlaps: int = 0
    incarnations: list[int] = field(default_factory=list)

    def published(self, _partition: int, rows: list[OutboxRow], _waiting: int) -> None:
        """Rows were acknowledged."""
        self.published_ += len(rows)

    def failed(self, rows: int) -> None:
        """Rows will be tried again: nothing to count here."""

    def stood_already(self, rows: int) -> None:
        """Rows were found on the topics."""
        self.stood += rows

    def overlapped(self, rows: int) -> None:
        """Rows were acknowledged for somebody else."""
        self.overlaps += rows

    def rewound(self, _partition: int, incarnation: int) -> None:
        """An incarnation begins."""
        self.incarnations.append(incarnation)


@dataclass(slots=True)
class Outlet:
    """One worker's view of partition 0."""

    store: MemoryStore
    wire: MemoryWire
    meta: PartitionMeta
    publisher: Publisher
    counts: Counts
    clock: ManualClock

    @classmethod
    async def claim(cls, store: MemoryStore, wire: MemoryWire, owner: str) -> "Outlet":
        """Take the partition over; nothing is published yet."""
        counts, clock = Counts(), ManualClock()
        publisher = Publisher(Means(wire, store, clock, counts), MOST)
        return cls(store, wire, await store.claim(0, owner, 1), publisher, counts, clock)

    async def resume(self) -> None:
        """Publish what is left from before."""
        await self.publisher.resume(0, self.meta)

    async def commit(self, *rows: OutboxRow) -> int:
        """Commit rows; the sequence of the first."""
        meta = self.meta
        first = meta.tail + 1
        meta.tail += len(rows)
        commit = Commit(meta.commit, secrets.token_hex(16), meta, [], [], list(rows), {}, {})
        assert await self.store.commit(0, commit) == "applied"
        meta.commit = commit.commit
        return first

    async def say(self, *rows: OutboxRow) -> None:
        """Commit rows and publish them."""
        await self.publisher.offer(0, await self.commit(*rows), rows)
        await self.publisher.flush(0)


def row(text: str, topic: str = CHANGES.topic) -> OutboxRow:
    """A row that says something."""
    return OutboxRow(topic, b"ann", text.encode(), ())


def told(wire: MemoryWire, place: Place = CHANGES) -> list[str]:
    """What stands on a topic."""
    return [(record.row.value or b"").decode() for record in wire.logs[place]]


def stamps(wire: MemoryWire) -> list[tuple[int, int]]:
    """(incarnation, sequence) of what stands on `tier-changes`."""
    found = [read_stamp(record.headers, 0) for record in wire.logs[CHANGES]]
    return [stamp for stamp in found if stamp is not None]


def repeats(wire: MemoryWire) -> Counter[tuple[int, int]]:
    """What stands more than once."""
    return Counter({stamp: n for stamp, n in Counter(stamps(wire)).items() if n > 1})
