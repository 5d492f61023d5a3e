"""One partition out of the store and into it, piece by piece, whatever kinds of keys it has."""

import secrets
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Literal, TypeVar

import msgspec

from streams.storage.keys import Keys
from streams.storage.redis_store import UNFINISHED, escape_glob
from streams.storage.servers import Servers

HELD = b"held"
META = "meta"
OUTBOX = "outbox"

_AT_ONCE = 1000
Item = TypeVar("Item")


class Piece(msgspec.Struct, array_like=True):
    """Some entries of one key, or several keys that are plain strings."""

    kind: Literal["string", "hash", "zset", "stream"]
    key: str
    """Name of the key behind the partition's tag; empty for strings."""
    entries: list[Any]
    """(key, value), (field, value), (member, score) or (id, flat fields and values)."""


class UnknownKind(Exception):
    """A key of a type the program never writes."""

    def __init__(self, key: str, kind: str) -> None:
        self.key = key
        super().__init__(f"the key {key} is a {kind}; the program writes no such key")


class PartitionCopy:
    """Reads and writes all keys of one partition, knowing only how they begin."""

    def __init__(self, servers: Servers, prefix: str, partition: int) -> None:
        self._servers = servers
        self._keys = Keys(prefix, partition)
        self._base = self._keys.meta.removesuffix(META)

    async def _at(self) -> Any:
        """The server that has the partition now."""
        return await self._servers.of(self._keys)

    async def _ask(self, doing: str, call: Any) -> Any:
        async with self._servers.asking(doing):
            return await call

    async def hold(self, milliseconds: int) -> str | None:
        """Refuse commits for a while, 0 for no longer; the commit id that stands.

        Raises:
            StoreUnavailable: nobody answers.
        """
        call = (await self._at()).fcall("regrade1_hold", 1, self._keys.meta, str(milliseconds))
        found = await self._ask("holding a partition", call)
        return None if found is None else found.decode()

    async def pieces(self) -> AsyncIterator[Piece]:
        """Everything but meta and outbox, in no order."""
        seen: set[bytes] = set()  # SCAN may show a key twice
        match = escape_glob(self._base) + "*"
        apart = {self._keys.meta.encode(), self._keys.outbox.encode()}
        cursor = 0
        while True:
            call = (await self._at()).scan(cursor, match=match, count=_AT_ONCE)
            cursor, found = await self._ask("reading a partition", call)
            fresh = [key for key in dict.fromkeys(found) if key not in seen and key not in apart]
            seen.update(fresh)
            async for piece in self._read(fresh):
                yield piece
            if not cursor:
                return

    async def end(self) -> list[Piece]:
        """Meta and outbox as of one moment; none for a partition nobody claimed."""
        async with (await self._at()).pipeline(transaction=True) as both:
            both.hgetall(self._keys.meta).xrange(self._keys.outbox)
            fields, rows = await self._ask("reading a partition", both.execute())
        if not fields:
            return []
        fields.pop(HELD, None)
        outbox = Piece("stream", OUTBOX, [_row(entry) for entry in rows])
        return [outbox, Piece("hash", META, list(fields.items()))]

    async def _read(self, keys: Sequence[bytes]) -> AsyncIterator[Piece]:
        if not keys:
            return
        async with (await self._at()).pipeline(transaction=False) as all_:
            for key in keys:
                all_.type(key)
            kinds = [
                kind.decode() for kind in await self._ask("reading a partition", all_.execute())
            ]
        strings = [key for key, kind in zip(keys, kinds, strict=True) if kind == "string"]
        if strings:
            values = await self._ask("reading customers", (await self._at()).mget(strings))
            named = zip(map(self._short, strings), values, strict=True)
            yield Piece("string", "", [pair for pair in named if pair[1] is not None])
        for key, kind in zip(keys, kinds, strict=True):
            if kind in {"hash", "zset", "stream"}:
                async for entries in self._entries(key, kind):
                    yield Piece(kind, self._short(key), entries)
            elif kind not in {"string", "none"}:
                raise UnknownKind(key.decode(), kind)

    async def _entries(self, key: bytes, kind: str) -> AsyncIterator[list[Any]]:
        if kind == "hash":
            fields = await self._ask("reading a partition", (await self._at()).hgetall(key))
            for page in _pages(fields.items()):
                yield page
        elif kind == "stream":
            rows = await self._ask("reading a partition", (await self._at()).xrange(key))
            yield [_row(entry) for entry in rows]
        else:
            first = 0
            while True:
                call = (await self._at()).zrange(key, first, first + _AT_ONCE - 1, withscores=True)
                found = await self._ask("reading a partition", call)
                if not found:
                    return
                yield [tuple(pair) for pair in found]
                first += len(found)

    def _short(self, key: bytes) -> str:
        return key.decode().removeprefix(self._base)

    async def is_empty(self) -> bool:
        """Whether nobody ever claimed the partition."""
        return not await self._ask(
            "reading a partition", (await self._at()).exists(self._keys.meta)
        )

    async def clear(self) -> None:
        """Delete every key of the partition, and leave the mark of an unfinished one."""
        await self.mark()
        match = escape_glob(self._base) + "*"
        doomed: list[bytes] = []
        async for key in (await self._at()).scan_iter(match=match, count=_AT_ONCE):
            if key != self._keys.meta.encode():
                doomed.append(key)
            if len(doomed) >= _AT_ONCE:
                await self._ask("deleting a partition", (await self._at()).delete(*doomed))
                doomed.clear()
        if doomed:
            await self._ask("deleting a partition", (await self._at()).delete(*doomed))

    async def mark(self) -> None:
        """From here until `finish` no worker can claim the partition or commit to it."""
        async with (await self._at()).pipeline(transaction=True) as both:
            both.delete(self._keys.meta)
            both.hset(self._keys.meta, mapping={"partitions": UNFINISHED})
            await self._ask("restoring a partition", both.execute())

    async def write(self, piece: Piece) -> None:
        """Write one piece; meta only through `finish`."""
        key = self._base + piece.key
        async with (await self._at()).pipeline(transaction=False) as all_:
            if piece.kind == "string":
                all_.mset({self._base + name: value for name, value in piece.entries})
            elif piece.kind == "hash":
                all_.hset(key, mapping=dict(piece.entries))
            elif piece.kind == "zset":
                all_.zadd(key, dict(piece.entries))
            else:
                for entry, flat in piece.entries:
                    all_.xadd(key, dict(zip(flat[::2], flat[1::2], strict=True)), id=entry)
            if piece.entries:
                await self._ask("restoring a partition", all_.execute())

    async def finish(self, meta: Piece) -> None:
        """Write meta, last of all: with it the partition is whole, under a commit id of its own."""
        fields = dict(meta.entries)
        fields[b"commit"] = secrets.token_hex(16).encode()
        async with (await self._at()).pipeline(transaction=True) as both:
            both.delete(self._keys.meta)
            both.hset(self._keys.meta, mapping=fields)
            await self._ask("restoring a partition", both.execute())


def _row(entry: Any) -> tuple[bytes, list[bytes]]:
    name, fields = entry
    return name, [part for pair in fields.items() for part in pair]


def _pages(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while page := list(islice(rest, _AT_ONCE)):
        yield page
