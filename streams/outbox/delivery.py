"""Rows of one partition onto their topics: in order, and each once whatever fails.

What stands on a topic is unknown after a takeover and after a send that failed. Then the
topic is read from where it was known last, and only what is missing there is sent.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from streams.clock import Clock
from streams.errors import RegradeError
from streams.outbox.scribe import CHANGES
from streams.outbox.wire import Sequenced, Tail, Wire, WireDown
from streams.partition.ports import OutboxRow, PartitionMeta, PartitionStore, Place, Published

TRUSTED_S = 1.0
"""How long after the store last took something from us a partition is believed to be ours."""

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
log = structlog.get_logger()


class PublishingObserver(Protocol):
    """Who counts what is published."""

    def published(self, partition: int, rows: Sequence[OutboxRow], waiting: int) -> None:
        """Rows were acknowledged by the broker; `waiting` are not yet."""

    def failed(self, rows: int) -> None:
        """The broker did not take so many rows; they are tried again."""

    def stood_already(self, rows: int) -> None:
        """So many rows were found on the topics and not sent again."""

    def overlapped(self, rows: int) -> None:
        """So many rows were acknowledged after the partition was taken from us."""

    def rewound(self, partition: int, incarnation: int) -> None:
        """The topics were ahead of the store; an incarnation begins."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the publishing of all partitions shares."""

    wire: Wire
    store: PartitionStore
    clock: Clock
    observer: PublishingObserver


class Superseded(RegradeError):
    """The partition is another's, or the store was set back: these rows are not ours to send."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        super().__init__(f"partition {partition} was taken over, or its store was set back")


class Delivery:
    """Sends and trims what one owner of a partition may publish."""

    def __init__(self, partition: int, meta: PartitionMeta, means: Means) -> None:
        self.partition = partition
        self.incarnation = meta.incarnation
        self._owner = meta.owner
        self._means = means
        self._ends = dict(meta.ends)
        self._stored = (meta.head, meta.incarnation, dict(meta.ends))
        self._proved = means.clock.monotonic()
        self._closed = False

    def close(self) -> None:
        """Send and trim nothing from here on.

        A cancelled task may go on: redis-py waits with `asyncio.wait_for`, which loses the
        cancellation when what it waits for is done in the same moment (Python 3.11).
        """
        self._closed = True

    def trust(self) -> None:
        """The store has just taken something from us: the partition is ours."""
        self._proved = self._means.clock.monotonic()

    async def standing(
        self, rows: Sequence[Sequenced]
    ) -> tuple[list[Sequenced], dict[Place, Tail]]:
        """Those of the rows that do not stand on their topics; and what the topics hold.

        Where changes go is looked at in any case: they tell whether the store was set back.
        """
        doubtful = {Place(topic, self.partition) for topic in CHANGES}
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return await self._missing(rows, doubtful | self._ends.keys())
            except WireDown as error:
                pause = await self._wait(error, len(rows), pause)

    async def send(self, rows: Sequence[Sequenced]) -> None:
        """Send until acknowledged.

        Raises:
            Superseded: the partition is not ours any more.
        """
        ends: dict[Place, int] = {}
        left, pause, in_doubt = list(rows), _FIRST_PAUSE_S, False
        while True:
            await self._prove(rows[-1][0])
            try:
                if in_doubt:
                    left, tails = await self._missing(left, ())
                    ends |= {place: tail.end for place, tail in tails.items()}
                await self._send(left, ends)
                break
            except WireDown as error:
                in_doubt = True
                pause = await self._wait(error, len(left), pause)
        self._ends |= ends
        try:
            await self._prove(rows[-1][0])
        except Superseded:
            self._means.observer.overlapped(len(rows))
            raise

    async def trim(
        self,
        through: int,
        tails: Mapping[Place, Tail] | None = None,
        incarnation: int | None = None,
    ) -> None:
        """Have the store forget the rows up to a sequence, and note where the topics end.

        Raises:
            Superseded: the partition is not ours any more.
        """
        noted = self._stored[2]
        for at, tail in (tails or {}).items():
            if self._ends.get(at) == noted.get(at):  # nothing was sent there since
                self._ends[at] = tail.end
        after = self.incarnation if incarnation is None else incarnation
        if self._stored == (through, after, self._ends):
            return
        if self._closed:
            raise Superseded(self.partition)
        told = Published(self._owner, self.incarnation, through, self._ends, incarnation)
        if not await self._means.store.trim(self.partition, told):
            raise Superseded(self.partition)
        self.incarnation = after
        self._stored = through, after, dict(self._ends)
        self.trust()

    async def _missing(
        self, rows: Sequence[Sequenced], also: Iterable[Place]
    ) -> tuple[list[Sequenced], dict[Place, Tail]]:
        wire = self._means.wire
        places = await wire.places(self.partition, rows)
        known = {place: self._ends.get(place) for place in {*places, *also}}
        tails = await wire.tails(self.partition, known)
        last = {place: tail.last.get(self.incarnation, 0) for place, tail in tails.items()}
        pairs = zip(rows, places, strict=True)
        return [row for row, place in pairs if row[0] > last.get(place, 0)], tails

    async def _send(self, rows: Sequence[Sequenced], ends: dict[Place, int]) -> None:
        """Send rows to their places, side by side; `ends` learns how far each got."""
        wire = self._means.wire
        groups: dict[Place, list[Sequenced]] = defaultdict(list)
        for row, place in zip(rows, await wire.places(self.partition, rows), strict=True):
            groups[place].append(row)
        sends = [
            wire.send(self.partition, self.incarnation, place, group)
            for place, group in groups.items()
        ]
        # All are waited for: what is still on its way must not meet its own repeat.
        results = await asyncio.gather(*sends, return_exceptions=True)
        told = zip(groups, results, strict=True)
        ends |= {place: end for place, end in told if isinstance(end, int)}
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _prove(self, sequence: int) -> None:
        """Ask whether the partition is ours, unless that is known from a moment ago."""
        now = self._means.clock.monotonic()
        if now - self._proved > TRUSTED_S:
            meta = await self._means.store.read_meta(self.partition)
            ours = self._owner, self.incarnation
            if meta is None or (meta.owner, meta.incarnation) != ours or meta.tail < sequence:
                raise Superseded(self.partition)
            self._proved = now
        if self._closed:
            raise Superseded(self.partition)

    async def _wait(self, error: WireDown, rows: int, pause: float) -> float:
        log.warning(
            "publishing failed, trying again",
            partition=self.partition,
            error=str(error),
            rows=rows,
        )
        self._means.observer.failed(rows)
        await self._means.clock.sleep(pause)
        return min(pause * 2, _LONGEST_PAUSE_S)
