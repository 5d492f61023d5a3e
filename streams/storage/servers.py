"""The way to the store: one server, or the masters of a cluster, each asked for what it holds."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import hiredis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AskError, MovedError, ReadOnlyError, RedisError

from streams.storage.errors import ClusterNotNamed, StoreUnavailable
from streams.storage.keys import Keys

NAMED = "cluster"
"""The parameter of a URL that says that its server is one of several."""


class Servers(ABC):
    """Who holds the keys of a programme."""

    @abstractmethod
    async def of(self, keys: Keys) -> Redis:
        """The server with the keys of a partition.

        Raises:
            StoreUnavailable: nobody answers who that is.
        """

    @abstractmethod
    async def all(self) -> Sequence[Redis]:
        """Every server that holds keys.

        Raises:
            StoreUnavailable: nobody answers which these are.
        """

    @abstractmethod
    async def together(self, partitions: Mapping[int, Keys]) -> list[tuple[Redis, list[int]]]:
        """Partitions that one transaction may span, with their server.

        Raises:
            StoreUnavailable: nobody answers who that is.
        """

    @abstractmethod
    async def failed(self, error: RedisError) -> None:
        """Take note of an error: what is known of the servers may not hold any more."""

    @abstractmethod
    async def close(self) -> None:
        """Give back the connections."""

    @asynccontextmanager
    async def asking(self, doing: str) -> AsyncIterator[None]:
        """What goes wrong in here means that the store is unavailable."""
        try:
            yield
        except RedisError as error:
            await self.failed(error)
            raise StoreUnavailable(doing, worded(error)) from error


class OneServer(Servers):
    """A server that holds everything."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def of(self, _keys: Keys) -> Redis:
        """The one there is."""
        return self._redis

    async def all(self) -> Sequence[Redis]:
        """The one there is."""
        return (self._redis,)

    async def together(self, partitions: Mapping[int, Keys]) -> list[tuple[Redis, list[int]]]:
        """All of them."""
        return [(self._redis, list(partitions))]

    async def failed(self, error: RedisError) -> None:
        """The primary may have become a replica: its name may lead elsewhere by now.

        Raises:
            ClusterNotNamed: it is one of several.
        """
        if isinstance(error, MovedError):
            raise ClusterNotNamed from error
        if isinstance(error, ReadOnlyError):
            await self._redis.connection_pool.disconnect(inuse_connections=False)

    async def close(self) -> None:
        """Give back the connections."""
        await disconnect(self._redis)


def worded(error: RedisError) -> str:
    """What a server said, for people."""
    if isinstance(error, AskError):
        return f"its keys are at {error.host}:{error.port} now"
    return str(error)


async def disconnect(redis: Redis) -> None:
    """Close a client with all its connections."""
    await redis.aclose()
    await redis.connection_pool.disconnect()


def opened(url: str, timeout_s: float, connections: int) -> Redis:
    """A client of one server that never retries on its own."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=timeout_s,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        protocol=3,
    )
    given = pool.connection_class
    pool.connection_class = type(f"Packing{given.__name__}", (_Packing, given), {})
    return Redis(connection_pool=pool)


class _Packing:
    """Packs commands in C; redis-py does so only in its blocking client."""

    def pack_command(self, command: str, *args: str | bytes | float) -> list[bytes]:
        """The bytes of one command; a command of two words is two arguments."""
        return [hiredis.pack_command((*command.split(), *args))]


def told_apart(url: str) -> tuple[str, list[str] | None]:
    """A URL without its parameter `cluster`, and the other nodes it names; None: no cluster.

    >>> told_apart("redis://a:6379/0?cluster=b:6379,c:6379&ssl_ca_certs=ca.pem")
    ('redis://a:6379/0?ssl_ca_certs=ca.pem', ['b:6379', 'c:6379'])
    >>> told_apart("rediss://a:6379?cluster=yes"), told_apart("redis://a:6379/2")
    (('rediss://a:6379', []), ('redis://a:6379/2', None))
    """
    parts = urlsplit(url)
    named = parse_qsl(parts.query)
    others = dict(named).get(NAMED)
    if others is None:
        return url, None
    query = urlencode([pair for pair in named if pair[0] != NAMED], safe="/:")
    return urlunsplit(parts._replace(query=query)), [one for one in others.split(",") if ":" in one]
