"""Customers of a programme that workers may be grading at this moment. Reads only."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from scoring.units import Day, EpochMs
from streams.partition.reign import Reign
from streams.storage.errors import StoreUnavailable
from streams.storage.keys import Keys
from streams.storage.redis_store import escape_glob
from streams.storage.reign_fields import reign_of

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

    def __init__(self, redis: Redis, prefix: str) -> None:
        # Its annotations leave open whether answers are text: here they are bytes.
        self._redis: Any = redis
        self._prefix = prefix

    async def partitions(self) -> int | None:
        """How many partitions the states are spread over; None when nobody claimed the first.

        Raises:
            StoreUnavailable: nobody answers.
        """
        try:
            found = await self._redis.hget(Keys(self._prefix, 0).meta, "partitions")
        except RedisError as error:
            raise StoreUnavailable("reading a partition (REGRADE_REDIS)", str(error)) from error
        return None if found is None else int(found)

    async def customer(self, partition: int, customer: str) -> Stored:
        """One customer.

        Raises:
            StoreUnavailable: nobody answers.
        """
        (found,) = await self.customers([(partition, customer)])
        return found

    async def customers(self, asked: Sequence[tuple[int, str]]) -> list[Stored]:
        """Some customers, each with their partition, as of one moment.

        Raises:
            StoreUnavailable: nobody answers.
        """
        keys = {partition: Keys(self._prefix, partition) for partition, _ in asked}
        found = [(keys[partition].customer(name), partition) for partition, name in asked]
        try:
            return await self._read(keys, found)
        except RedisError as error:
            raise StoreUnavailable("looking a customer up (REGRADE_REDIS)", str(error)) from error

    async def reigns(self, partitions: int) -> list[Reign]:
        """Which version of the policy grades each partition; those nobody claimed have none.

        Raises:
            StoreUnavailable: nobody answers.
        """
        try:
            metas = [
                await self._redis.hgetall(Keys(self._prefix, partition).meta)
                for partition in range(partitions)
            ]
        except RedisError as error:
            raise StoreUnavailable("reading a partition (REGRADE_REDIS)", str(error)) from error
        return [_stored(meta, None).reign for meta in metas]

    async def policy_texts(self, partitions: int) -> dict[str, str]:
        """By tag the documents of all versions that grade or graded.

        Raises:
            StoreUnavailable: nobody answers.
        """
        found: dict[bytes, bytes] = {}
        try:
            for partition in range(partitions):
                found |= await self._redis.hgetall(Keys(self._prefix, partition).policies)
        except RedisError as error:
            raise StoreUnavailable("reading policies (REGRADE_REDIS)", str(error)) from error
        return {tag.decode(): text.decode() for tag, text in found.items()}

    async def graded(self, partitions: int) -> int:
        """How many customers have a tier, by the counters.

        Raises:
            StoreUnavailable: nobody answers.
        """
        total = 0
        for partition in range(partitions):
            try:
                counts = await self._redis.hgetall(Keys(self._prefix, partition).counts)
            except RedisError as error:
                raise StoreUnavailable("counting customers (REGRADE_REDIS)", str(error)) from error
            total += sum(int(n) for name, n in counts.items() if name.startswith(b"tier:"))
        return total

    async def cases(self, partitions: int) -> list[bytes]:
        """Every open case, as it is listed.

        Raises:
            StoreUnavailable: nobody answers.
        """
        found: list[bytes] = []
        for partition in range(partitions):
            try:
                found += await self._redis.hvals(Keys(self._prefix, partition).reviews)
            except RedisError as error:
                raise StoreUnavailable("listing cases (REGRADE_REDIS)", str(error)) from error
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
        cursor = 0
        while True:
            try:
                cursor, found = await self._redis.scan(cursor, match=match, count=_AT_ONCE)
                fresh = [key for key in dict.fromkeys(found) if hash(key) not in seen]
                seen.update(map(hash, fresh))
                page = await self._page(keys, _at_home(fresh, homes))
            except RedisError as error:
                raise StoreUnavailable("reading customers (REGRADE_REDIS)", str(error)) from error
            if page:
                yield page
            if not cursor:
                return

    async def _page(
        self, keys: Sequence[Keys], found: Sequence[tuple[bytes, int, str]]
    ) -> list[tuple[str, Stored]]:
        if not found:
            return []
        homes = {partition: keys[partition] for _, partition, _ in found}
        states = await self._read(homes, [(key, partition) for key, partition, _ in found])
        return [(customer, stored) for (_, _, customer), stored in zip(found, states, strict=True)]

    async def _read(
        self, homes: Mapping[int, Keys], found: Sequence[tuple[str | bytes, int]]
    ) -> list[Stored]:
        # One transaction: a commit in between could move a day without the states.
        async with self._redis.pipeline(transaction=True) as all_:
            for keys in homes.values():
                all_.hgetall(keys.meta)
            all_.mget([key for key, _ in found])
            *metas, blobs = await all_.execute()
        standing = {
            partition: _stored(meta, None) for partition, meta in zip(homes, metas, strict=True)
        }
        return [
            replace(standing[partition], blob=blob)
            for (_, partition), blob in zip(found, blobs, strict=True)
        ]

    async def close(self) -> None:
        """Give back the connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()


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
