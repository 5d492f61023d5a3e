"""The partitions of a programme, opened to be copied or restored."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from streams.storage.copy import PartitionCopy
from streams.storage.inspect import Inspection
from streams.storage.redis_store import RedisStore, connect

_PATIENCE_S = 30.0


class Copies:
    """All partitions under one prefix."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    async def prepare(self) -> None:
        """Load the functions, as a worker would.

        Raises:
            StoreUnavailable: nobody answers.
            StoreUnfit: the server may evict state.
        """
        await RedisStore(self._redis, self._prefix, "").prepare(durable=False)

    async def head(self) -> dict[str, str]:
        """The meta of the first partition; empty when nobody ever claimed it."""
        (first,) = await Inspection(self._redis, self._prefix).places(1)
        return first.fields

    def partition(self, partition: int) -> PartitionCopy:
        """One of them."""
        return PartitionCopy(self._redis, self._prefix, partition)


@asynccontextmanager
async def open_copies(url: str, prefix: str) -> AsyncIterator[Copies]:
    """Connect for as long as a `with` block."""
    redis = connect(url, _PATIENCE_S, 2)
    try:
        yield Copies(redis, prefix)
    finally:
        await redis.aclose()
        await redis.connection_pool.disconnect()
