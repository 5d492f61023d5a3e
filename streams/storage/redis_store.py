"""`PartitionStore` on Redis 7 or Valkey: a few functions, one slot per partition."""

import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from typing import Any, cast

import msgspec
from redis.asyncio import Redis
from redis.exceptions import (
    AskError,
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from scoring.units import Day
from streams.errors import RegradeError
from streams.partition.erasures import Erasure
from streams.partition.ports import (
    Commit,
    OutboxRow,
    PartitionMeta,
    Published,
    Verdict,
)
from streams.storage.cluster import connect
from streams.storage.commit_call import arguments_of, keys_of
from streams.storage.errors import (
    FactsChanged,
    PartitionGone,
    PartitionsChanged,
    RestoreUnfinished,
    StoreUnavailable,
    StoreUnfit,
)
from streams.storage.keys import Keys
from streams.storage.meta_fields import end_field, meta_of, texts_of
from streams.storage.servers import Servers, worded

UNFINISHED = "0"
"""The partition count of a partition not restored to its end: no worker accepts it."""
LIBRARY = "regrade1"
"""Name of our functions in the server."""

_ELSEWHERE = (AskError, ClusterDownError, OutOfMemoryError, ReadOnlyError, TryAgainError)
"""Answers of a server that is full, or of one that has the partition no longer or not yet."""
_LATER = ("MISCONF", "NOREPLICAS", "BUSY")
"""How answers of a server begin that cannot write right now: no disk, no replica, a long script."""

_GLOB = re.compile(r"[*?\[\]\\]")


def escape_glob(text: str) -> str:
    """Text as a pattern of SCAN that matches it and nothing else."""
    return _GLOB.sub(r"\\\g<0>", text)


@dataclass(frozen=True, slots=True)
class Condition:
    """How a server is."""

    memory: int
    """Bytes in use."""
    limit: int
    """Bytes it may use; 0 when it knows no limit."""
    persists: bool
    """Whether its append-only file is written without errors."""

    @property
    def share(self) -> float:
        """How full it is; of what knows no limit, how much it holds."""
        return self.memory / self.limit if self.limit else float(self.memory)


class RedisStore:
    """Customer state of all partitions under one prefix."""

    def __init__(
        self, servers: Servers, prefix: str, policy: str, text: str = "", facts: str = ""
    ) -> None:
        """`policy` and its `text` are those of partitions that nothing graded yet.

        `facts` tells where facts come from; empty: from topics of the programme's own.
        """
        self._servers = servers
        self._prefix = prefix
        self._policy = policy
        self._text = text
        self._facts = facts
        self._keys: dict[int, Keys] = {}
        self._row_encode = msgspec.msgpack.Encoder().encode
        self._row_decode = msgspec.msgpack.Decoder(OutboxRow).decode

    async def prepare(self, *, durable: bool) -> None:
        """Load the functions and check that the server can keep our promises.

        Raises:
            StoreUnfit: it may evict state, or (when `durable`) lose a commit it answered.
        """
        await self._load_functions()
        for server in await self._servers.all():
            call = server.config_get("maxmemory-policy", "appendonly", "appendfsync")
            self._check(await self._ask("reading its settings", call), durable=durable)

    @staticmethod
    def _check(settings: dict[str, str], *, durable: bool) -> None:
        eviction = settings["maxmemory-policy"]
        if eviction != "noeviction":
            needed = "any other than noeviction may drop customers"
            raise StoreUnfit("maxmemory-policy", eviction, needed)
        if not durable:
            return
        promise = "changes are published only once they are on disk"
        if settings["appendonly"] != "yes":
            needed = f"{promise} (REGRADE_PUBLISH_AFTER=durable): yes is needed"
            raise StoreUnfit("appendonly", settings["appendonly"], needed)
        if settings["appendfsync"] != "always":
            needed = f"{promise} (REGRADE_PUBLISH_AFTER=durable): always is needed"
            raise StoreUnfit("appendfsync", settings["appendfsync"], needed)

    async def _load_functions(self) -> None:
        source = resources.files("streams.storage") / "functions.lua"
        for server in await self._servers.all():
            call = server.function_load(source.read_text(), replace=True)
            await self._ask("loading the functions", call)

    async def verify(self, partitions: int) -> int:
        """Check that what is stored belongs to this partition count, and to these facts.

        Returns how many partitions were ever claimed.

        Raises:
            PartitionsChanged: it was written for another number of partitions.
            FactsChanged: its offsets belong to other topics.
        """
        claimed = 0
        for partition in range(partitions):
            server = await self._at(partition)
            call = server.hmget(self._of(partition).meta, "partitions", "facts")
            stored, facts = await self._ask("reading a partition", call)
            if stored is not None and int(stored) != partitions:
                raise _changed(stored.decode(), partitions)
            read = (facts or b"").decode()
            if stored is not None and read != self._facts:
                raise FactsChanged(read, self._facts)
            claimed += stored is not None
        return claimed

    async def claim(
        self, partition: int, owner: str, partitions: int, *, begun: bool = False
    ) -> PartitionMeta:
        """Take over a partition: earlier owners' commits are refused from here on.

        Raises:
            PartitionGone: it was `begun`, and is not there any more; nothing was written.
        """
        first = (self._policy, self._text)
        arguments = (
            owner,
            secrets.token_hex(16),
            str(partitions),
            *first,
            self._facts,
            str(int(begun)),
        )
        keys = self._of(partition)
        server = await self._at(partition)
        call = server.fcall("regrade1_claim", 2, keys.meta, keys.policies, *arguments)
        try:
            fields = await self._ask("claiming a partition", call)
        except ResponseError as error:
            word, _, stored = str(error).partition(" ")
            if word == "PARTITIONS":
                raise _changed(stored, partitions) from None
            if word == "GONE":
                raise PartitionGone(partition) from None
            if word == "FACTS":
                raise FactsChanged(stored, self._facts) from None
            raise
        return meta_of(texts_of(fields))

    async def read_meta(self, partition: int) -> PartitionMeta | None:
        """Where the partition stands, without claiming it."""
        server = await self._at(partition)
        call = server.hgetall(self._of(partition).meta)
        fields = texts_of(await self._ask("reading a partition", call))
        return meta_of(fields) if fields else None

    async def load(self, partition: int, customers: Sequence[str]) -> list[bytes | None]:
        """State blobs in the order asked for."""
        key = self._of(partition).customer
        server = await self._at(partition)
        call = server.mget([key(customer) for customer in customers])
        return cast("list[bytes | None]", await self._ask("loading customers", call))

    async def erased(self, partition: int, hashes: Sequence[str]) -> list[Erasure | None]:
        """What is kept of erased customers, in the order asked for; None for who was never."""
        if not hashes:
            return []
        server = await self._at(partition)
        call = server.hmget(self._of(partition).erased, list(hashes))
        found = await self._ask("looking for erased customers", call)
        return [None if kept is None else _erasure(kept.decode()) for kept in found]

    async def due(self, partition: int, through: Day, limit: int) -> list[tuple[str, Day]]:
        """Customers due on or before a day, earliest day first, then by id."""
        server = await self._at(partition)
        call = server.zrange(
            self._of(partition).due,
            "-inf",
            str(through),
            byscore=True,
            offset=0,
            num=limit,
            withscores=True,
        )
        found = await self._ask("looking for due customers", call)
        return [(member.decode(), Day(int(score))) for member, score in found]

    async def due_count(self, partition: int, through: Day) -> int:
        """How many customers are due on or before a day."""
        server = await self._at(partition)
        call = server.zcount(self._of(partition).due, "-inf", str(through))
        return int(await self._ask("counting due customers", call))

    async def commit(self, partition: int, commit: Commit) -> Verdict:
        """Apply a commit if it builds on the last one. Safe to repeat."""
        names = keys_of(commit, self._of(partition))
        server = await self._at(partition)
        call = server.fcall(
            "regrade1_commit",
            len(names),
            *names,
            commit.expected,
            commit.commit,
            *arguments_of(commit, self._row_encode),
        )
        try:
            verdict = await self._ask("committing", call)
        except ResponseError as error:
            if str(error) == "HELD":
                raise StoreUnavailable("committing", "an operator reads the partition") from None
            raise
        return cast("Verdict", verdict.decode())

    async def scan(self, partition: int, place: str, count: int) -> tuple[str, list[str]]:
        """Some customers from a place on, and the next place; "" is the first and the last.

        Looks through `count` keys of the server, of whomever they are: there may be none.
        """
        pattern = self._of(partition).customer("")
        server = await self._at(partition)
        async with server.pipeline(transaction=True) as both:
            run, _, cursor = place.rpartition("/")
            # Who has the partition no longer says so; a scan alone would find nothing there.
            both.exists(self._of(partition).meta)
            both.info("server")
            both.scan(int(cursor or 0), match=escape_glob(pattern) + "*", count=count)
            _, told, (cursor, found) = await self._ask("looking through customers", both.execute())
        if run not in {"", told["run_id"]}:
            # Another process: to it the place means nothing. From the start, then.
            return await self.scan(partition, "", count)
        names = [key.decode().removeprefix(pattern) for key in found]
        return f"{told['run_id']}/{cursor}" if int(cursor) else "", names

    async def policy_text(self, partition: int, tag: str) -> str | None:
        """The document of a version that grades or graded the partition."""
        server = await self._at(partition)
        call = server.hget(self._of(partition).policies, tag)
        found = await self._ask("reading a policy", call)
        return None if found is None else found.decode()

    async def outbox(self, partition: int) -> list[tuple[int, OutboxRow]]:
        """Rows not yet known to be published, with their sequence."""
        server = await self._at(partition)
        call = server.xrange(self._of(partition).outbox)
        found = await self._ask("reading the outbox", call)
        return [
            (int(entry.partition(b"-")[0]), self._row_decode(fields[b"row"]))
            for entry, fields in found
        ]

    async def trim(self, partition: int, published: Published) -> bool:
        """Forget the rows that are published; False if they are not ours to forget."""
        keys, told = self._of(partition), published
        after = told.incarnation if told.next_incarnation is None else told.next_incarnation
        ends = [x for at, end in told.ends.items() for x in (end_field(at), str(end))]
        arguments = (told.owner, str(told.incarnation), str(told.through), str(after), *ends)
        server = await self._at(partition)
        call = server.fcall("regrade1_trim", 2, keys.meta, keys.outbox, *arguments)
        answer = await self._ask("trimming the outbox", call)
        return bool(answer == b"trimmed")

    async def counts(self, partition: int) -> dict[str, int]:
        """The partition's counters."""
        server = await self._at(partition)
        call = server.hgetall(self._of(partition).counts)
        fields = texts_of(await self._ask("reading counters", call))
        return {name: int(value) for name, value in fields.items()}

    async def cases(self, partition: int) -> dict[str, bytes]:
        """Every open case, as it is listed, by customer."""
        server = await self._at(partition)
        call = server.hgetall(self._of(partition).reviews)
        found = await self._ask("listing cases", call)
        return {customer.decode(): case for customer, case in found.items()}

    async def customers(self, partition: int) -> list[str]:
        """The ids of all customers of a partition, sorted."""
        pattern = self._of(partition).customer("")
        match = escape_glob(pattern) + "*"
        # A set: SCAN may show a key twice.
        server = await self._at(partition)
        found = {key async for key in server.scan_iter(match=match, count=5000)}
        return sorted(key.decode().removeprefix(pattern) for key in found)

    async def condition(self) -> Condition | None:
        """How the server is now; None when it does not answer."""
        try:
            found = [
                await self._ask("being asked how it is", server.info("memory", "persistence"))
                for server in await self._servers.all()
            ]
        except StoreUnavailable:
            return None
        return max(map(_condition, found), key=lambda one: (not one.persists, one.share))

    async def close(self) -> None:
        """Give back the connections."""
        await self._servers.close()

    async def _at(self, partition: int) -> Redis:
        return await self._servers.of(self._of(partition))

    def _of(self, partition: int) -> Keys:
        keys = self._keys.get(partition)
        if keys is None:
            keys = self._keys[partition] = Keys(self._prefix, partition)
        return keys

    async def _ask(self, doing: str, call: Any) -> Any:
        """Await an answer; what may succeed later becomes `StoreUnavailable`."""
        try:
            return await call
        except ResponseError as error:
            await self._servers.failed(error)
            if isinstance(error, _ELSEWHERE) or str(error).startswith(_LATER):
                raise StoreUnavailable(doing, worded(error)) from error
            if "Function not found" in str(error):
                # Another server than the one that was prepared. What it holds will be seen.
                await self._load_functions()
                raise StoreUnavailable(doing, worded(error)) from error
            raise
        except RedisError as error:
            await self._servers.failed(error)
            raise StoreUnavailable(doing, worded(error)) from error


def _condition(told: dict[str, Any]) -> Condition:
    """How one server is. A provider may leave out what it hides."""
    writes = told.get("aof_enabled") and told.get("aof_last_write_status") == "ok"
    return Condition(told.get("used_memory", 0), told.get("maxmemory", 0), bool(writes))


@asynccontextmanager
async def open_store(
    url: str, prefix: str, policy: str = "", facts: str = ""
) -> AsyncIterator[RedisStore]:
    """A store for an operator; whoever claims nothing needs no policy."""
    store = RedisStore(connect(url, connections=2), prefix, policy, facts=facts)
    try:
        yield store
    finally:
        await store.close()


def _changed(stored: str, found: int) -> RegradeError:
    """The refusal of a partition whose stored count is another than that of the topics."""
    return RestoreUnfinished() if stored == UNFINISHED else PartitionsChanged(stored, found)


def _erasure(kept: str) -> Erasure:
    version, _, command = kept.partition(" ")
    return Erasure(int(version), command)
