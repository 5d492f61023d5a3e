"""What an operator asks a store about itself and its partitions. Reads only, claims nothing."""

from importlib import resources
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from streams.storage.errors import StoreUnavailable
from streams.storage.keys import Keys
from streams.storage.redis_store import LIBRARY

_SETTINGS = ("maxmemory-policy", "appendonly", "appendfsync", "maxmemory")


class Server(NamedTuple):
    """The server behind REGRADE_REDIS."""

    name: str
    """Kind and version, such as `valkey 9.1.2`."""
    settings: dict[str, str]
    used_bytes: int
    limit_bytes: int
    """What it may use: its own limit, or the memory of its machine."""
    writes_aof: bool
    """Whether its last write to the append-only file succeeded."""
    now_ms: int
    functions: str | None
    """Text of our functions; None when they are not loaded."""


class Place(NamedTuple):
    """Where one partition stands, without claiming it."""

    partition: int
    fields: dict[str, str]
    """The hash `meta`; empty when nobody ever claimed the partition."""
    waiting: int
    """Outbox rows that are not trimmed."""

    @property
    def head(self) -> int:
        """Sequence of the last row known to be published."""
        return int(self.fields.get("head", 0))

    @property
    def next(self) -> dict[str, int]:
        """Per unprefixed topic the next offset."""
        named = ((name.partition("next:"), value) for name, value in self.fields.items())
        return {topic: int(value) for (_, found, topic), value in named if found}


def own_functions() -> str:
    """The text of the functions this program brings."""
    return (resources.files("streams.storage") / "functions.lua").read_text("utf-8")


class Inspection:
    """Looks at the server and the keys of one prefix."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis: Any = redis
        self._prefix = prefix

    async def server(self) -> Server:
        """The server as it is now.

        Raises:
            StoreUnavailable: nobody answers, or these questions are not allowed.
        """
        try:
            info = await self._redis.info()
            settings = await self._redis.config_get(*_SETTINGS)
            seconds, micros = await self._redis.time()
            library = await self._redis.function_list(LIBRARY, withcode=True)
        except RedisError as error:
            raise StoreUnavailable("asking about itself (REGRADE_REDIS)", str(error)) from error
        kind = info.get("server_name", "redis")
        version = info.get(f"{kind}_version", info["redis_version"])
        return Server(
            f"{kind} {version}",
            settings,
            int(info["used_memory"]),
            int(info["maxmemory"]) or int(info["total_system_memory"]),
            info.get("aof_last_write_status", "ok") == "ok",
            int(seconds) * 1000 + int(micros) // 1000,
            _code(library),
        )

    async def places(self, partitions: int) -> list[Place]:
        """Where the first `partitions` partitions stand.

        Raises:
            StoreUnavailable: nobody answers.
        """
        found = []
        for partition in range(partitions):
            keys = Keys(self._prefix, partition)
            try:
                async with self._redis.pipeline(transaction=True) as both:
                    both.hgetall(keys.meta).xlen(keys.outbox)
                    fields, waiting = await both.execute()
            except RedisError as error:
                raise StoreUnavailable("reading a partition", str(error)) from error
            texts = {name.decode(): value.decode() for name, value in fields.items()}
            found.append(Place(partition, texts, int(waiting)))
        return found

    async def close(self) -> None:
        """Give back the connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()


def _code(library: Any) -> str | None:
    """The text of the one library listed, whichever way the protocol writes it."""
    if not library:
        return None
    first = library[0]
    fields = first if isinstance(first, dict) else dict(zip(first[::2], first[1::2], strict=True))
    code = fields.get(b"library_code", fields.get("library_code"))
    return code.decode() if isinstance(code, bytes) else code
