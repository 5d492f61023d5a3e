"""A store that is asked again: every call is safe to repeat, so only time is lost."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from scoring.units import Day
from streams.clock import Clock
from streams.partition.erasures import Erasure
from streams.partition.ports import (
    Commit,
    OutboxRow,
    PartitionMeta,
    PartitionStore,
    Published,
    Verdict,
)
from streams.storage.errors import StoreUnavailable

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0
Answer = TypeVar("Answer")
log = structlog.get_logger()


class PatientStore:
    """Repeats calls whose outcome is unknown until they are answered.

    A repeated commit carries the same commit id: the store says `already`, not twice.
    """

    def __init__(
        self,
        store: PartitionStore,
        clock: Clock,
        repeated: Callable[[], None],
        committed: Callable[[float], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._repeated = repeated
        self._committed = committed

    async def _ask(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return await call()
            except StoreUnavailable as error:
                self._repeated()
                log.warning("asking the store again", error=str(error), pause_s=pause)
                await self._clock.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def claim(
        self, partition: int, owner: str, partitions: int, *, begun: bool = False
    ) -> PartitionMeta:
        """Take over a partition: earlier owners' commits are refused from here on."""
        return await self._ask(lambda: self._store.claim(partition, owner, partitions, begun=begun))

    async def read_meta(self, partition: int) -> PartitionMeta | None:
        """Where the partition stands, without claiming it."""
        return await self._ask(lambda: self._store.read_meta(partition))

    async def load(self, partition: int, customers: Sequence[str]) -> list[bytes | None]:
        """State blobs in the order asked for."""
        return await self._ask(lambda: self._store.load(partition, customers))

    async def erased(self, partition: int, hashes: Sequence[str]) -> list[Erasure | None]:
        """What is kept of erased customers, in the order asked for; None for who was never."""
        return await self._ask(lambda: self._store.erased(partition, hashes))

    async def due(self, partition: int, through: Day, limit: int) -> list[tuple[str, Day]]:
        """Customers due on or before a day, earliest day first, then by id."""
        return await self._ask(lambda: self._store.due(partition, through, limit))

    async def due_count(self, partition: int, through: Day) -> int:
        """How many customers are due on or before a day."""
        return await self._ask(lambda: self._store.due_count(partition, through))

    async def scan(self, partition: int, place: str, count: int) -> tuple[str, list[str]]:
        """Some customers from a place on, and the next place; "" is the first and the last."""
        return await self._ask(lambda: self._store.scan(partition, place, count))

    async def policy_text(self, partition: int, tag: str) -> str | None:
        """The document of a version that grades or graded the partition."""
        return await self._ask(lambda: self._store.policy_text(partition, tag))

    async def commit(self, partition: int, commit: Commit) -> Verdict:
        """Apply a commit if it builds on the last one."""
        started = self._clock.monotonic()
        verdict = await self._ask(lambda: self._store.commit(partition, commit))
        self._committed(self._clock.monotonic() - started)
        return verdict

    async def outbox(self, partition: int) -> list[tuple[int, OutboxRow]]:
        """Rows not yet known to be published, with their sequence."""
        return await self._ask(lambda: self._store.outbox(partition))

    async def trim(self, partition: int, published: Published) -> bool:
        """Forget the rows that are published; False if they are not ours to forget."""
        return await self._ask(lambda: self._store.trim(partition, published))

    async def counts(self, partition: int) -> dict[str, int]:
        """The partition's counters."""
        return await self._ask(lambda: self._store.counts(partition))
