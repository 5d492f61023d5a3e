"""Customers of a programme that workers may be grading at this moment. Reads only."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scoring.units import Day, EpochMs
from streams.partition.reign import Reign
from streams.storage.keys import Keys
from streams.storage.redis_store import escape_glob
from streams.storage.reign_fields import reign_of
from streams.storage.servers import Servers

_AT_ONCE = 1000
"""Keys looked through in one answer of the server, which serves the workers as well."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A customer, and where their partition stood at that same moment."""

    policy: str | None
    """What graded the partition, as `bootstrap.policy_tag` writes it; None when nobody did."""
    day: Day | None
    """The partition day; None before the first event."""
    blob: bytes | None
    watermark: EpochMs | None = None
    """The latest event time of an accepted event of the partition."""
    reign: Reign = field(default_factory=Reign)
    """Whether `policy` has reached the customer, and which there was before."""


class LookUp:
    """Reads the keys of one prefix; claims nothing, so no worker notices."""

    def __init__(self, servers: Servers, prefix: str) -> None:
        self._servers = servers
        self._prefix = prefix

    async def partitions(self) -> int | None:
        """How many partitions the states are spread over; None when nobody claimed the first.

        Raises:
            StoreUnavailable: nobody answers.
        """
        keys = Keys(self._prefix, 0)
        redis: Any = await self._servers.of(keys)
        async with self._servers.asking("reading a partition (REGRADE_REDIS)"):
            found = await redis.hget(keys.meta, "partitions")
        return None if found is None else int(found)

    async def customer(self, partition: int, customer: str) -> Stored:
        """One customer.

        Raises:
            StoreUnavailable: nobody answers.
        """
        (found,) = await self.customers([(partition, customer)])
        return found

    async def customers(self, asked: Sequence[tuple[int, str]]) -> list[Stored]:
        """Some customers, those of a partition as of one moment with it.

        Raises:
            StoreUnavailable: nobody answers.
        """
        keys = {partition: Keys(self._prefix, partition) for partition, _ in asked}
        found = [(keys[partition].customer(name), partition) for partition, name in asked]
        return await self._read("looking a customer up", keys, found)

    async def reigns(self, partitions: int) -> list[Reign]:
        """Which version of the policy grades each partition; those nobody claimed have none.

        Raises:
            StoreUnavailable: nobody answers.
        """
        metas = [
            await self._hash("reading a partition", keys, keys.meta)
            for keys in self._all(partitions)
        ]
        return [_stored(meta, None).reign for meta in metas]

    async def policy_texts(self, partitions: int) -> dict[str, str]:
        """By tag the documents of all versions that grade or graded.

        Raises:
            StoreUnavailable: nobody answers.
        """
        found: dict[bytes, bytes] = {}
        for keys in self._all(partitions):
            found |= await self._hash("reading policies", keys, keys.policies)
        return {tag.decode(): text.decode() for tag, text in found.items()}

    async def graded(self, partitions: int) -> int:
        """How many customers have a tier, by the counters.

        Raises:
            StoreUnavailable: nobody answers.
        """
        total = 0
        for keys in self._all(partitions):
            counts = await self._hash("counting customers", keys, keys.counts)
            total += sum(int(n) for name, n in counts.items() if name.startswith(b"tier:"))
        return total

    async def cases(self, partitions: int) -> list[bytes]:
        """Every open case, as it is listed.

        Raises:
            StoreUnavailable: nobody answers.
        """
        found: list[bytes] = []
        for keys in self._all(partitions):
            listed = await self._hash("listing cases", keys, keys.reviews)
            found += listed.values()
        return found

    async def pages(self, partitions: int) -> AsyncIterator[list[tuple[str, Stored]]]:
        """Every customer once, some hundreds at a time; those of a page as of one moment.

        Who is new since the first page may be missing.

        Raises:
            StoreUnavailable: nobody answers.
        """
        keys = [Keys(self._prefix, partition) for partition in range(partitions)]
        homes = {of.customer("").encode(): at for at, of in enumerate(keys)}
        match = escape_glob(f"{{{self._prefix}.") + "*}:c:*"
        # SCAN may show a key twice. Hashes: the keys of millions would fill the memory.
        seen: set[int] = set()
        for server in await self._servers.all():
            # Its annotations leave open whether answers are text: here they are bytes.
            redis: Any = server
            cursor, more = 0, True
            while more:
                async with self._servers.asking("reading customers (REGRADE_REDIS)"):
                    cursor, found = await redis.scan(cursor, match=match, count=_AT_ONCE)
                fresh = [key for key in dict.fromkeys(found) if hash(key) not in seen]
                seen.update(map(hash, fresh))
                page = await self._page(keys, _at_home(fresh, homes))
                if page:
                    yield page
                more = bool(cursor)

    async def _page(
        self, keys: Sequence[Keys], found: Sequence[tuple[bytes, int, str]]
    ) -> list[tuple[str, Stored]]:
        if not found:
            return []
        homes = {partition: keys[partition] for _, partition, _ in found}
        places = [(key, partition) for key, partition, _ in found]
        states = await self._read("reading customers", homes, places)
        return [(customer, stored) for (_, _, customer), stored in zip(found, states, strict=True)]

    async def _read(
        self, doing: str, homes: Mapping[int, Keys], found: Sequence[tuple[str | bytes, int]]
    ) -> list[Stored]:
        """States in the order asked for."""
        named: dict[int, list[str | bytes]] = {partition: [] for partition in homes}
        for key, partition in found:
            named[partition].append(key)
        read: dict[int, Iterator[Stored]] = {}
        for redis, partitions in await self._servers.together(homes):
            async with self._servers.asking(f"{doing} (REGRADE_REDIS)"):
                read |= await _transaction(redis, {at: (homes[at], named[at]) for at in partitions})
        return [next(read[partition]) for _, partition in found]

    def _all(self, partitions: int) -> list[Keys]:
        return [Keys(self._prefix, partition) for partition in range(partitions)]

    async def _hash(self, doing: str, keys: Keys, key: str) -> dict[bytes, bytes]:
        # Its annotations leave open whether answers are text: here they are bytes.
        redis: Any = await self._servers.of(keys)
        async with self._servers.asking(f"{doing} (REGRADE_REDIS)"):
            found: dict[bytes, bytes] = await redis.hgetall(key)
        return found

    async def close(self) -> None:
        """Give back the connections."""
        await self._servers.close()


async def _transaction(
    redis: Any, asked: Mapping[int, tuple[Keys, Sequence[str | bytes]]]
) -> dict[int, Iterator[Stored]]:
    """One transaction: a commit in between could move a day without the states."""
    async with redis.pipeline(transaction=True) as all_:
        for keys, names in asked.values():
            all_.hgetall(keys.meta).mget(names)
        answers = iter(await all_.execute())
    read = {}
    for partition, meta in zip(asked, answers, strict=False):
        standing = _stored(meta, None)
        read[partition] = iter([replace(standing, blob=blob) for blob in next(answers)])
    return read


def _stored(meta: dict[bytes, bytes], blob: bytes | None) -> Stored:
    fields = {name.decode(): value.decode() for name, value in meta.items()}
    day, watermark = fields.get("day"), fields.get("watermark")
    return Stored(
        fields.get("policy"),
        None if day is None else Day(int(day)),
        blob,
        None if watermark is None else EpochMs(int(watermark)),
        reign_of(fields),
    )


def _at_home(found: Sequence[bytes], homes: dict[bytes, int]) -> list[tuple[bytes, int, str]]:
    """(key, partition, customer) of the keys that belong to one of the partitions."""
    placed = []
    for key in found:
        # A prefix may begin like another's: only the whole of it tells them apart.
        end = key.index(b"}:c:") + len(b"}:c:")
        partition = homes.get(key[:end])
        if partition is not None:
            placed.append((key, partition, key[end:].decode()))
    return placed
