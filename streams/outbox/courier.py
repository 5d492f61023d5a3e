"""The queue of one partition: committed rows on their way to Kafka, from a claim to the next."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

from streams.outbox.delivery import Delivery, Means, Superseded
from streams.outbox.wire import Sequenced, Tail
from streams.partition.ports import PartitionMeta, Place

AT_ONCE = 1000
"""Most rows in flight per partition."""

TRIM_EVERY_S = 0.5
LINGER_S = 0.05
"""How long to wait for more before trimming: a trim costs the store an fsync."""

log = structlog.get_logger()


class Courier:
    """Publishes the rows of one partition in their order, and trims what is acknowledged."""

    def __init__(self, partition: int, meta: PartitionMeta, means: Means) -> None:
        self._delivery = Delivery(partition, meta, means)
        self._means = means
        self._tail = meta.tail
        self._through = meta.head
        self._rows: deque[Sequenced] = deque()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def waiting(self) -> int:
        """Rows offered and not acknowledged yet."""
        return len(self._rows)

    async def resume(self) -> None:
        """Publish what was committed earlier and does not stand on the topics yet.

        Finds out whether the store was set back, too: then an incarnation begins.
        """
        delivery, means = self._delivery, self._means
        rows = await means.store.outbox(delivery.partition)
        missing, tails = await delivery.standing(rows)
        means.observer.stood_already(len(rows) - len(missing))
        try:
            # Trimmed only when all are out: what lies before a noted end is not read again.
            for first in range(0, len(missing), AT_ONCE):
                await delivery.send(missing[first : first + AT_ONCE])
            if rows:
                self._through = rows[-1][0]
            await self._note(tails)
        except Superseded as error:
            log.warning("publishing stops", error=str(error), rows=len(rows))

    async def _note(self, tails: Mapping[Place, Tail]) -> None:
        """Note where the topics end; an incarnation begins if they are ahead of the store."""
        delivery = self._delivery
        newest = max(
            (last for tail in tails.values() for last in tail.last.items()), default=(0, 0)
        )
        if newest <= (delivery.incarnation, self._tail):
            await delivery.trim(self._through, tails)
            return
        incarnation = newest[0] + 1
        await delivery.trim(self._through, tails, incarnation)
        self._means.observer.rewound(delivery.partition, incarnation)
        log.error(
            "published ahead of the store: it was set back, so changes may be told anew",
            partition=delivery.partition,
            published=newest[1],
            stored=self._tail,
            incarnation=incarnation,
        )

    def offer(self, rows: Sequence[Sequenced]) -> None:
        """Publish rows that were committed just now."""
        self._delivery.trust()
        self._rows.extend(rows)
        self._changed.set()
        if self._task is None or self._task.done():
            if self._task is not None:
                self._task.result()
            self._closing = False
            self._task = asyncio.create_task(self._run())

    async def flush(self) -> None:
        """Wait until everything offered is published and trimmed."""
        if self._task is not None:
            self._closing = True
            self._changed.set()
            await self._task

    async def abandon(self) -> None:
        """Send nothing more; what is on its way arrives before this returns."""
        self._rows.clear()
        await self.flush()

    def drop(self) -> None:
        """Stop at once."""
        self._delivery.close()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        """Publish until nothing comes for a while. Trimming may lag: it only saves reading."""
        clock = self._means.clock
        trimmed = clock.monotonic()
        try:
            while True:
                while self._rows:
                    await self._publish()
                    if clock.monotonic() - trimmed > TRIM_EVERY_S:
                        await self._delivery.trim(self._through)
                        trimmed = clock.monotonic()
                if await self._more():
                    continue
                await self._delivery.trim(self._through)
                if not self._rows:
                    return
        except Superseded as error:
            log.warning("publishing stops", error=str(error), rows=len(self._rows))
            self._rows.clear()

    async def _publish(self) -> None:
        """Publish the rows at the head of the queue."""
        entries = [self._rows[i] for i in range(min(AT_ONCE, len(self._rows)))]
        await self._delivery.send(entries)
        # Fewer if they were abandoned meanwhile.
        for _ in entries[: len(self._rows)]:
            self._rows.popleft()
        self._through = entries[-1][0]
        rows = [row for _, row in entries]
        self._means.observer.published(self._delivery.partition, rows, len(self._rows))

    async def _more(self) -> bool:
        """Whether rows come before it is time to trim."""
        self._changed.clear()
        if not self._closing:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LINGER_S)
        return bool(self._rows)
