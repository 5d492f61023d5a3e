"""The masters of a Redis or Valkey Cluster, each asked for the slots it serves.

A call that fails changes what is known of the cluster and nothing else: whoever asked asks again,
as they do when one server fails, and is led to whoever has the slot then.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from redis.asyncio import Redis
from redis.exceptions import (
    AskError,
    ClusterDownError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import (
    TimeoutError as RedisTimeoutError,
)

from streams.storage.errors import NotACluster, StoreUnavailable
from streams.storage.keys import Keys
from streams.storage.servers import OneServer, Servers, disconnect, opened, told_apart

_DOUBTFUL = (RedisConnectionError, RedisTimeoutError, AskError, ClusterDownError, ReadOnlyError)
"""After these the slots may be somebody else's. A moved slot is an `AskError`, too."""


class Slots(NamedTuple):
    """Slots in a row and where they are served."""

    first: int
    last: int
    address: str


class Cluster(Servers):
    """All masters of one cluster."""

    def __init__(self, url: str, others: Sequence[str], client: Callable[[str], Redis]) -> None:
        """`url` is that of one node, `others` are host and port of nodes asked when it is away."""
        self._url = urlsplit(url)
        self._seeds = [self._url.netloc.rpartition("@")[2], *others]
        self._client = client
        self._clients: dict[str, Redis] = {}
        self._slots: list[Slots] = []
        self._learning = asyncio.Lock()
        self._turn = -1

    async def of(self, keys: Keys) -> Redis:
        """The master with the slot of a partition.

        Raises:
            StoreUnavailable: no node answers, or none has it.
        """
        for slots in await self._known():
            if slots.first <= keys.slot <= slots.last:
                return self._at(slots.address)
        self._slots = []
        raise StoreUnavailable("finding a partition", f"no node serves slot {keys.slot}")

    async def all(self) -> Sequence[Redis]:
        """Every master that serves slots.

        Raises:
            StoreUnavailable: no node answers.
        """
        addresses = dict.fromkeys(slots.address for slots in await self._known())
        return [self._at(address) for address in addresses]

    async def together(self, partitions: Mapping[int, Keys]) -> list[tuple[Redis, list[int]]]:
        """Each alone: a transaction is of one slot."""
        return [(await self.of(keys), [at]) for at, keys in partitions.items()]

    async def failed(self, error: RedisError) -> None:
        """Ask anew who serves what before the next call."""
        if isinstance(error, _DOUBTFUL):
            self._slots = []

    async def close(self) -> None:
        """Give back the connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await disconnect(client)

    async def _known(self) -> list[Slots]:
        if self._slots:
            return self._slots
        async with self._learning:
            if not self._slots:
                self._slots = await self._learned()
            return self._slots

    async def _learned(self) -> list[Slots]:
        """Ask the nodes known so far, and those named at first, until one answers.

        Raises:
            StoreUnavailable: none does.
            NotACluster: a server that stands alone does.
        """
        problem = "no node is known"
        addresses = list(dict.fromkeys([*self._clients, *self._seeds]))
        self._turn = (self._turn + 1) % len(addresses)
        # In turns: a node that was cut off may tell an old map for ever.
        for address in addresses[self._turn :] + addresses[: self._turn]:
            try:
                node: Any = self._at(address)
                told = await node.execute_command("CLUSTER SLOTS")
            except ResponseError as error:
                if "cluster support disabled" in str(error):
                    raise NotACluster(address) from error
                problem = str(error)
            except RedisError as error:
                problem = str(error)
            else:
                found = [_slots(row, address) for row in told]
                if found:
                    await self._forget_but({slots.address for slots in found})
                    return found
                problem = "its nodes have not been given slots"
        raise StoreUnavailable("asking the cluster who serves what", problem)

    def _at(self, address: str) -> Redis:
        client = self._clients.get(address)
        if client is None:
            user, at, _ = self._url.netloc.rpartition("@")
            url = urlunsplit(self._url._replace(netloc=f"{user}{at}{address}"))
            client = self._clients[address] = self._client(url)
        return client

    async def _forget_but(self, addresses: set[str]) -> None:
        for address in self._clients.keys() - addresses:
            client = self._clients.pop(address)
            await client.connection_pool.disconnect(inuse_connections=False)


def _slots(row: Sequence[Any], asked: str) -> Slots:
    """One row of the answer; a node that does not know its own address leaves it empty."""
    first, last, master, *_ = row
    host = (master[0] or b"").decode() or asked.rpartition(":")[0].strip("[]")
    return Slots(first, last, f"[{host}]:{master[1]}" if ":" in host else f"{host}:{master[1]}")


def connect(url: str, timeout_s: float = 10.0, connections: int = 64) -> Servers:
    """The store behind a URL; a repeated commit is our decision, so no client retries.

    With `?cluster=yes`, or `?cluster=` and host and port of other nodes, it is a cluster.
    """
    plain, others = told_apart(url)
    if others is None:
        return OneServer(opened(plain, timeout_s, connections))
    return Cluster(plain, others, lambda node: opened(node, timeout_s, connections))
