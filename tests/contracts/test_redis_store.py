"""What only a server can get wrong."""

import asyncio
import secrets
from contextlib import suppress
from threading import Thread

import pytest
from commits import commit, put, row
from journeys.patience import until
from redis import Redis
from redis.exceptions import RedisError

from streams.partition.erasures import Erasure
from streams.storage.cluster import connect
from streams.storage.copy import PartitionCopy
from streams.storage.errors import StoreUnavailable, StoreUnfit
from streams.storage.redis_store import RedisStore


@pytest.fixture
def setting(valkey):
    """Changes one setting of the server for the length of a test."""
    client = Redis.from_url(valkey, decode_responses=True)
    before = {}

    def change(name: str, value: str) -> None:
        before[name] = client.config_get(name)[name]
        client.config_set(name, value)

    yield change
    for name, value in before.items():
        client.config_set(name, value)
    client.close()


@pytest.mark.parametrize("durable", [True, False])
async def test_a_server_that_may_evict_is_refused(redis_store, setting, durable):
    """Any eviction policy but noeviction may drop customers."""
    setting("maxmemory-policy", "allkeys-lru")
    with pytest.raises(StoreUnfit) as refused:
        await redis_store.prepare(durable=durable)
    assert str(refused.value) == (
        "the store has maxmemory-policy 'allkeys-lru', but any other than noeviction "
        "may drop customers. Set it in the server's configuration, or with "
        "CONFIG SET maxmemory-policy."
    )


@pytest.mark.parametrize(
    ("name", "value", "needed"),
    [("appendonly", "no", "yes"), ("appendfsync", "everysec", "always")],
)
async def test_a_server_that_may_forget_is_refused(redis_store, setting, name, value, needed):
    """Durable publishing needs every answered commit to be on disk."""
    setting(name, value)
    with pytest.raises(StoreUnfit) as refused:
        await redis_store.prepare(durable=True)
    assert str(refused.value) == (
        f"the store has {name} '{value}', but changes are published only once they are "
        f"on disk (REGRADE_PUBLISH_AFTER=durable): {needed} is needed. Set it in the "
        f"server's configuration, or with CONFIG SET {name}."
    )


@pytest.mark.parametrize(("name", "value"), [("appendonly", "no"), ("appendfsync", "everysec")])
async def test_a_forgetful_server_will_do_when_asked(redis_store, setting, name, value):
    """Without the promise of durability any persistence is accepted."""
    setting(name, value)
    await redis_store.prepare(durable=False)


async def test_preparing_twice_is_harmless(redis_store):
    """A second worker loads the same functions over the first one's."""
    meta = await redis_store.claim(0, "a", 1)
    await redis_store.prepare(durable=True)
    await put(redis_store, meta, states=[("ann", b"1")])
    assert await redis_store.load(0, ["ann"]) == [b"1"]


async def test_daily_moves_are_counted_by_name(redis_store, valkey):
    """Moves of one day add up in that day's hash."""
    meta = await redis_store.claim(0, "a", 1)
    for _ in range(2):
        meta = await put(redis_store, meta, moves={19_000: {"silver>gold:crossing": 2}})
    with Redis.from_url(valkey, decode_responses=True) as client:
        found = client.hgetall(redis_store._of(0).moves(19_000))
    assert found == {"silver>gold:crossing": "4"}


@pytest.mark.parametrize("prefix", ["other", "*", "[a-z]*", "a\\b"])
async def test_prefixes_do_not_see_each_other(redis_store, valkey, prefix):
    """Programmes may share a server; a prefix is a name, never a pattern."""
    meta = await redis_store.claim(0, "a", 1)
    await put(redis_store, meta, states=[("ann", b"1")])
    other = RedisStore(connect(valkey), prefix, "test v1")
    assert await other.load(0, ["ann"]) == [None]
    assert await other.customers(0) == []
    meta = await other.claim(0, "a", 1)
    await put(other, meta, states=[("bob", b"2")])
    assert await other.customers(0) == ["bob"]
    assert await redis_store.customers(0) == ["ann"]
    await other.close()


async def test_a_place_of_another_server_process_is_the_start(redis_store):
    """Places mean nothing to a restarted server: whoever goes on from one sees everybody again."""
    meta = await redis_store.claim(0, "a", 1)
    names = [f"c{n}" for n in range(50)]
    await put(redis_store, meta, states=[(name, b"1") for name in names])
    place, found = await redis_store.scan(0, "another-process/17", 10)
    while place:
        place, some = await redis_store.scan(0, place, 10)
        found += some
    assert set(found) == set(names)


async def test_a_server_that_is_gone_is_unavailable():
    """No answer is a retriable error that says what was being done."""
    store = RedisStore(connect("redis://127.0.0.1:1/0", timeout_s=1), "p", "test v1")
    with pytest.raises(StoreUnavailable, match="while loading customers") as refused:
        await store.load(0, ["ann"])
    assert refused.value.retriable
    await store.close()


async def test_a_server_that_cannot_write_now_is_unavailable(redis_store, valkey):
    """A replica that took over, a long script: asked again later, and nothing was written."""
    meta = await redis_store.claim(0, "a", 1)
    late = commit(meta, states=[("ann", b"1")])
    with Redis.from_url(valkey) as server, Redis.from_url(valkey) as busy:
        server.replicaof("127.0.0.1", 1)
        with pytest.raises(StoreUnavailable):
            await redis_store.commit(0, late)
        server.replicaof("NO", "ONE")
        server.config_set("busy-reply-threshold", 1)
        long = Thread(target=suppressed, args=(busy.eval, "while true do end", 0))
        long.start()
        await until(lambda: is_busy(server), "busy")
        with pytest.raises(StoreUnavailable):
            await redis_store.commit(0, late)
        server.script_kill()
        long.join()
        server.config_set("busy-reply-threshold", 5000)
    assert await redis_store.commit(0, late) == "applied"


def suppressed(call, *args) -> None:
    """Whoever runs an endless script is told that it was ended."""
    with suppress(RedisError):
        call(*args)


async def is_busy(server: Redis) -> bool:
    """Whether a script has the server."""
    try:
        server.get("x")
    except RedisError as error:
        return "BUSY" in str(error)
    return False


async def test_more_calls_than_connections_wait_for_each_other(valkey):
    """A pool that is used up is no outage: every call is answered, each with its own answer."""
    store = RedisStore(connect(valkey, connections=1), secrets.token_hex(4), "test v1")
    await store.prepare(durable=True)
    names = [f"c{n}" for n in range(40)]
    meta = await store.claim(0, "a", 1)
    await put(store, meta, states=[(name, name.encode()) for name in names])
    answers = await asyncio.gather(*[store.load(0, [name]) for name in names])
    assert answers == [[name.encode()] for name in names]
    await store.close()


async def test_while_an_operator_reads_a_partition_commits_wait(redis_store):
    """They are asked again until the hold ends; by itself it ends soon."""
    meta = await redis_store.claim(0, "a", 1)
    copy = PartitionCopy(redis_store._servers, redis_store._prefix, 0)
    assert await copy.hold(60_000) == meta.commit
    with pytest.raises(StoreUnavailable):
        await put(redis_store, meta, states=[("ann", b"1")])
    assert await redis_store.load(0, ["ann"]) == [None]
    await copy.hold(0)
    await put(redis_store, meta, states=[("ann", b"1")])
    assert await PartitionCopy(redis_store._servers, redis_store._prefix, 1).hold(1) is None


async def test_a_partition_is_copied_with_whatever_it_holds(redis_store):
    """Strings, hashes, sorted sets and streams of any bytes come back as they were."""
    meta = await redis_store.claim(0, "a", 2)
    customers = [(f"c{n}", b"\x00\xff%d" % n) for n in range(2500)]
    due = [(name, n % 7) for n, (name, _) in enumerate(customers)]
    moves = {19_000: {"a>b:c": 2}}
    await put(
        redis_store,
        meta,
        states=customers,
        due=due,
        rows=[row("1"), row("2")],
        counts={"x": 3},
        moves=moves,
        erased={"h": Erasure(2, "w")},
        day=19_000,
        next={"orders": 7},
    )
    from_, to = (PartitionCopy(redis_store._servers, redis_store._prefix, at) for at in (0, 1))
    await to.clear()
    pieces = [piece async for piece in from_.pieces()]
    for piece in pieces:
        await to.write(piece)
    rows, fields = await from_.end()
    await to.write(rows)
    await to.finish(fields)
    for partition in (0, 1):
        found = await redis_store.load(partition, ["c7", "c2499"])
        assert found == [b"\x00\xff7", b"\x00\xff2499"]
        assert len(await redis_store.customers(partition)) == 2500
        assert await redis_store.due_count(partition, 3) == 1429
        assert await redis_store.outbox(partition) == [(1, row("1")), (2, row("2"))]
        assert await redis_store.erased(partition, ["h"]) == [Erasure(2, "w")]
        found = await redis_store.read_meta(partition)
        assert (found.day, found.next, found.tail) == (19_000, {"orders": 7}, 2)
    assert (await redis_store.read_meta(0)).commit != (await redis_store.read_meta(1)).commit


async def test_the_condition_of_a_server_tells_of_memory_and_disk(redis_store, setting):
    """What it uses, what it may use, and whether its append-only file is written."""
    before = await redis_store.condition()
    assert before is not None
    assert before.memory > 0
    assert (before.limit, before.persists) == (0, True)
    setting("maxmemory", str(256 * 1024 * 1024))
    setting("appendonly", "no")
    after = await redis_store.condition()
    assert after is not None
    assert (after.limit, after.persists) == (256 * 1024 * 1024, False)


async def test_a_server_that_does_not_answer_has_no_condition():
    """Nobody listens there."""
    store = RedisStore(connect("redis://127.0.0.1:1/0", timeout_s=0.5), "none", "test v1")
    assert await store.condition() is None
    await store.close()
