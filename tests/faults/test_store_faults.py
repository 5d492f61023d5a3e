"""What may befall the store and the way to it, through a proxy and with two servers."""

import asyncio
import os
from collections.abc import Sequence
from random import Random

import pytest
from journeys.patience import until
from journeys.programme import Programme
from nasty import Sent, nasty
from ordeal import check, committed, end, send, told_on_failure
from proxy import Proxy
from redis import Redis

from streams.embedded.stack import EmbeddedStack
from streams.embedded.store import ValkeyStore
from streams.embedded.worker import WorkerProcess

SIZE = 900
OOM = "used memory > 'maxmemory'"
THIRD = SIZE // 3

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


async def finish(programme: Programme, records: Sequence[Sent]) -> None:
    """Send the rest and wait until all is done."""
    await send(programme, records)
    await end(programme, SIZE)
    await programme.taken(SIZE + programme.partitions)


async def test_lost_replies_stalls_and_cut_connections_cost_time_only(tmp_path):
    """A commit whose reply is lost is not applied twice; the worker needs no help."""
    records = nasty(11, SIZE)
    with EmbeddedStack(tmp_path / "stack") as stack:
        async with (
            Proxy(stack.store.port) as proxy,
            Programme(stack, tmp_path, "proxy", partitions=2, REGRADE_REDIS=proxy.url) as programme,
        ):
            worker = await programme.worker()
            await send(programme, records[:THIRD])
            await committed(programme, THIRD // 2)
            for function in (b"regrade1_commit", b"regrade1_trim"):
                proxy.lose_reply(function)
                sent = proxy.lost
                place = THIRD if function == b"regrade1_commit" else THIRD + 100
                await send(programme, records[place : place + 100])
                await until(lambda sent=sent: _lost(proxy, sent), "lost")
            with Redis.from_url(stack.redis_url) as server:
                refusals = worker.output().count(OOM)
                server.config_set("maxmemory", 1)
                await send(programme, records[THIRD + 200 : THIRD + 250])
                await until(lambda: _says(worker, OOM, refusals), "out of memory")
                server.config_set("maxmemory", 0)
            proxy.stall()
            await send(programme, records[THIRD + 250 : 2 * THIRD])
            await asyncio.sleep(1)
            proxy.cut()
            proxy.go_on()
            await finish(programme, records[2 * THIRD :])
            assert worker.running
            await check(programme)


async def _says(worker: WorkerProcess, text: str, before: int) -> bool:
    return worker.output().count(text) > before


async def _lost(proxy: Proxy, before: int) -> bool:
    return proxy.lost > before


def cut_off(store: ValkeyStore, random: Random) -> int:
    """Cut a random part off the end of the append-only file; how much."""
    (file,) = (store.folder / "appendonlydir").glob("*.incr.aof")
    size = file.stat().st_size
    less = random.randrange(1, size // 2)
    os.truncate(file, size - less)
    return less


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_store_that_lost_its_last_writes_is_noticed_and_graded_on(tmp_path, seed):
    """A power cut that tears the file at any byte: state and offsets are of one commit."""
    random = Random(seed)
    records = nasty(seed, SIZE)
    with EmbeddedStack(tmp_path / "stack") as stack, told_on_failure(seed=seed):
        async with Programme(stack, tmp_path, f"torn-{seed}", partitions=2) as programme:
            worker = await programme.worker()
            await send(programme, records[: 2 * THIRD])
            await programme.taken(2 * THIRD)
            worker.kill()
            stack.store.kill()
            cut_off(stack.store, random)
            stack.store.start()
            worker = await programme.worker()
            await finish(programme, records[2 * THIRD :])
            assert "published ahead of the store" in worker.output()
            assert sum(meta.incarnation for meta in await programme.metas()) > 0
            await check(programme)


async def test_a_failover_to_a_replica_that_lagged_is_noticed_under_a_running_worker(tmp_path):
    """The worker's next commit is refused, and it starts again from what the replica has."""
    records = nasty(21, SIZE)
    with (
        EmbeddedStack(tmp_path / "stack") as stack,
        ValkeyStore(tmp_path / "replica") as replica,
    ):
        async with (
            Proxy(stack.store.port) as proxy,
            Programme(
                stack, tmp_path, "failover", partitions=2, REGRADE_REDIS=proxy.url
            ) as programme,
        ):
            await follow(replica, stack.store.port)
            worker = await programme.worker()
            await send(programme, records[:THIRD])
            await programme.taken(THIRD)
            await until(lambda: _in_step(stack.store, replica), "in step")
            with Redis.from_url(replica.url) as promoted:
                promoted.replicaof("NO", "ONE")  # from here on it lags
            await send(programme, records[THIRD : 2 * THIRD])
            await programme.taken(2 * THIRD)
            stack.store.kill()
            proxy.upstream = replica.port
            proxy.cut()
            programme.stack = _Moved(stack.bootstrap, replica.url)
            await programme.reconnect(replica.url)
            await finish(programme, records[2 * THIRD :])
            assert worker.running
            assert "published ahead of the store" in worker.output()
            await check(programme)


class _Moved:
    """A stack whose store is another server now."""

    def __init__(self, bootstrap: str, redis_url: str) -> None:
        self.bootstrap = bootstrap
        self.redis_url = redis_url


async def follow(replica: ValkeyStore, port: int) -> None:
    """Make a server the replica of another."""
    with Redis.from_url(replica.url) as redis:
        redis.config_set("repl-diskless-sync-delay", 0)
        redis.replicaof("127.0.0.1", port)
        await until(lambda: _linked(redis), "linked")


async def _linked(redis: "Redis") -> bool:
    return redis.info("replication")["master_link_status"] == "up"


async def _in_step(primary: ValkeyStore, replica: ValkeyStore) -> bool:
    with Redis.from_url(primary.url) as one, Redis.from_url(replica.url) as other:
        offset = one.info("replication")["master_repl_offset"]
        return other.info("replication")["slave_repl_offset"] >= offset
