"""A look-up for those who ask often."""

from redis.asyncio import Redis

from streams.clock import Clock
from streams.storage.look_up import LookUp

EVERY_S = 1.0


class RecentLookUp(LookUp):
    """Asks for the partition count once a second at most: it never changes for a programme."""

    def __init__(self, redis: Redis, prefix: str, clock: Clock) -> None:
        super().__init__(redis, prefix)
        self._clock = clock
        self._count: int | None = None
        self._asked = float("-inf")

    async def partitions(self) -> int | None:
        """How many partitions there are; None when nobody claimed the first."""
        now = self._clock.monotonic()
        if self._count is None or now - self._asked > EVERY_S:
            self._count = await super().partitions()
            self._asked = now
        return self._count
