"""The partitions of a programme, opened to be copied or restored."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streams.storage.cluster import connect
from streams.storage.copy import PartitionCopy
from streams.storage.inspect import Inspection
from streams.storage.redis_store import RedisStore
from streams.storage.servers import Servers

_PATIENCE_S = 30.0


class Copies:
    """All partitions under one prefix."""

    def __init__(self, servers: Servers, prefix: str) -> None:
        self._servers = servers
        self._prefix = prefix

    async def prepare(self) -> None:
        """Load the functions, as a worker would.

        Raises:
            StoreUnavailable: nobody answers.
            StoreUnfit: the server may evict state.
        """
        await RedisStore(self._servers, self._prefix, "").prepare(durable=False)

    async def head(self) -> dict[str, str]:
        """The meta of the first partition; empty when nobody ever claimed it."""
        (first,) = await Inspection(self._servers, self._prefix).places(1)
        return first.fields

    def partition(self, partition: int) -> PartitionCopy:
        """One of them."""
        return PartitionCopy(self._servers, self._prefix, partition)


@asynccontextmanager
async def open_copies(url: str, prefix: str) -> AsyncIterator[Copies]:
    """Connect for as long as a `with` block."""
    servers = connect(url, _PATIENCE_S, 2)
    try:
        yield Copies(servers, prefix)
    finally:
        await servers.close()
