"""What an operator asks a store about itself and its partitions. Reads only, claims nothing."""

from importlib import resources
from typing import Any, NamedTuple

from streams.storage.keys import Keys
from streams.storage.redis_store import LIBRARY
from streams.storage.servers import Servers

_SETTINGS = ("maxmemory-policy", "appendonly", "appendfsync", "maxmemory")


class Server(NamedTuple):
    """The server behind REGRADE_REDIS."""

    name: str
    """Kind and version, such as `valkey 9.1.2`; of a cluster also where it is."""
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

    def __init__(self, servers: Servers, prefix: str) -> None:
        self._servers = servers
        self._prefix = prefix

    async def servers(self) -> list[Server]:
        """The server as it is now, or every master of a cluster.

        Raises:
            StoreUnavailable: nobody answers, or these questions are not allowed.
        """
        all_ = await self._servers.all()
        return [await self._server(redis, _address(redis) if all_[1:] else "") for redis in all_]

    async def _server(self, redis: Any, place: str) -> Server:
        async with self._servers.asking("asking about itself (REGRADE_REDIS)"):
            info = await redis.info()
            settings = await redis.config_get(*_SETTINGS)
            seconds, micros = await redis.time()
            library = await redis.function_list(LIBRARY, withcode=True)
        kind = info.get("server_name", "redis")
        version = info.get(f"{kind}_version", info["redis_version"])
        return Server(
            f"{kind} {version}{place}",
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
            redis: Any = await self._servers.of(keys)
            asking = self._servers.asking("reading a partition")
            async with asking, redis.pipeline(transaction=True) as both:
                both.hgetall(keys.meta).xlen(keys.outbox)
                fields, waiting = await both.execute()
            texts = {name.decode(): value.decode() for name, value in fields.items()}
            found.append(Place(partition, texts, int(waiting)))
        return found

    async def close(self) -> None:
        """Give back the connections."""
        await self._servers.close()


def _address(redis: Any) -> str:
    """Where one of several servers is."""
    place = redis.connection_pool.connection_kwargs
    return f" at {place['host']}:{place['port']}"


def _code(library: Any) -> str | None:
    """The text of the one library listed, whichever way the protocol writes it."""
    if not library:
        return None
    first = library[0]
    fields = first if isinstance(first, dict) else dict(zip(first[::2], first[1::2], strict=True))
    code = fields.get(b"library_code", fields.get("library_code"))
    return code.decode() if isinstance(code, bytes) else code
