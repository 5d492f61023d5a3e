"""Seconds until orders are graded again after a worker or the store went, under steady load.

On an Apache Kafka (Java and, once, Maven) and a Valkey that syncs every write. Two workers share
the partitions. A partition is served when its stored offset moves; the gap is the longest time in
which it did not, from just before the blow until the load has been worked off.
"""

import asyncio
import os
import signal
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measure import emit, percentile, progress
from redis.asyncio import Redis
from redis.exceptions import RedisError

from streams.embedded.kafka import ApacheKafka
from streams.embedded.store import ValkeyStore
from streams.embedded.topics import create_topics
from streams.embedded.worker import WorkerProcess
from streams.intake.partitioner import partition_of
from streams.replay.produce import open_producer
from streams.replay.wire_text import ORDER
from streams.storage.keys import Keys
from streams.topics import topic_specs

PARTITIONS = 6
DEFAULT_SESSION_S = 10
MEMBER_SESSION_S = 30
_LOOK_S = 0.01
_BEFORE_S = 3.0
_PATIENCE_S = 90.0
_QUIET_S = 3.0


class Line:
    """The way to the store: bytes pass, until it is led to another server."""

    def __init__(self, port: int) -> None:
        self.upstream = port
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Its address."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Every connection breaks."""
        for task in self._tasks:
            task.cancel()

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a connection has one
        self._tasks.add(task)
        with suppress(OSError, asyncio.CancelledError):
            far, forth = await asyncio.open_connection("127.0.0.1", self.upstream)
            try:
                await asyncio.gather(_pass(near, forth), _pass(far, back))
            finally:
                forth.close()
        back.close()
        self._tasks.discard(task)


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(1 << 16):
        sink.write(data)
        await sink.drain()
    sink.close()


class Watch:
    """When each partition's stored offset moved."""

    def __init__(self, url: str, prefix: str) -> None:
        self.url = url
        self._prefix = prefix
        self.moves: dict[int, list[float]] = {at: [] for at in range(PARTITIONS)}
        self.next: dict[int, int] = {}
        self.owners: dict[int, str] = {}

    async def run(self) -> None:
        """Look again and again; a store that does not answer moves nothing."""
        keys = [Keys(f"regrade.{self._prefix}", at) for at in range(PARTITIONS)]
        while True:
            with suppress(RedisError, OSError):
                async with Redis.from_url(self.url, socket_timeout=1) as redis:
                    while True:
                        for at, of in enumerate(keys):
                            found = await redis.hmget(of.meta, "next:orders", "owner")
                            self._saw(at, int(found[0] or 0), (found[1] or b"").decode())
                        await asyncio.sleep(_LOOK_S)
            await asyncio.sleep(_LOOK_S)

    def _saw(self, at: int, offset: int, owner: str) -> None:
        if offset != self.next.get(at):
            self.moves[at].append(time.monotonic())
        self.next[at], self.owners[at] = offset, owner.rpartition("-")[0]

    def gap(self, at: int, since: float) -> float:
        """The longest time a partition stood still, from the last move before `since` on."""
        moves = self.moves[at]
        first = max(n for n, move in enumerate(moves) if move <= since)
        return max(b - a for a, b in zip(moves[first:], moves[first + 1 :], strict=False))


class Load:
    """Orders at a pace, each of a new customer, round the partitions."""

    def __init__(self, bootstrap: str, prefix: str, rate: int) -> None:
        self._bootstrap, self._topic, self._rate = bootstrap, f"{prefix}orders", rate
        self.sent = dict.fromkeys(range(PARTITIONS), 0)

    async def run(self) -> None:
        """Send until cancelled."""
        began = time.monotonic()
        async with open_producer(self._bootstrap) as producer:
            for number in count():
                await asyncio.sleep(max(0.0, began + number / self._rate - time.monotonic()))
                customer = f"c{number:07d}"
                at, named = time.time_ns() // 1_000_000, f'"{customer}"'
                value = ORDER % ("order.paid", named, named, at, named, "60.00", "")
                await producer.send(self._topic, value.encode(), key=customer.encode())
                self.sent[partition_of(customer.encode(), PARTITIONS)] += 1


class Scene:
    """Two workers under load on servers of their own."""

    def __init__(self, kafka: ApacheKafka, folder: Path, name: str, session_s: int) -> None:
        self.kafka, self.folder, self.prefix = kafka, folder, f"{name}."
        self.store, self.replica = ValkeyStore(folder / "store"), ValkeyStore(folder / "replica")
        self.line = Line(0)
        self.url = ""
        self.workers: dict[str, WorkerProcess] = {}
        self._session_s = session_s
        self._starts = count()

    @property
    def bootstrap(self) -> str:
        """Of the broker."""
        return self.kafka.bootstrap

    @property
    def redis_url(self) -> str:
        """Of the way to the store."""
        return self.url

    def launch(self, name: str, *, member: bool) -> None:
        """Start a worker under a name."""
        settings = {
            "REGRADE_PREFIX": self.prefix,
            "REGRADE_GROUP": self.prefix,
            "REGRADE_POLICY": "b2b-fresh",
            "REGRADE_WORKER": name,
            "REGRADE_MEMBER": name if member else "",
            "REGRADE_SESSION_TIMEOUT_S": str(self._session_s),
            "REGRADE_IDEMPOTENT_PRODUCER": "true",
        }
        folder = self.folder / f"{name}-{next(self._starts)}"
        self.workers[name] = WorkerProcess(self, folder, settings)  # type: ignore[arg-type]


Blow = Callable[[Scene], Awaitable[None]]


async def kill(scene: Scene) -> None:
    """SIGKILL; the other worker takes over when the session has timed out."""
    scene.workers["one"].kill()


async def kill_and_start(scene: Scene) -> None:
    """SIGKILL, and at once a successor under the same lasting name."""
    scene.workers["one"].kill()
    scene.launch("one", member=True)


async def stop(scene: Scene) -> None:
    """SIGTERM; the other worker takes over at once."""
    os.kill(scene.workers["one"].pid, signal.SIGTERM)


async def stop_and_start(scene: Scene) -> None:
    """One step of a rolling restart with a lasting name."""
    await asyncio.to_thread(scene.workers["one"].stop)
    scene.launch("one", member=True)


async def kill_store(scene: Scene) -> None:
    """SIGKILL of the store, and at once a new start from its file."""
    scene.store.kill()
    await asyncio.to_thread(scene.store.start)


async def fail_over(scene: Scene) -> None:
    """SIGKILL of the store; its replica takes its place."""
    scene.store.kill()
    async with Redis.from_url(scene.replica.url) as redis:
        await redis.execute_command("REPLICAOF", "NO", "ONE")
    scene.line.upstream = scene.replica.port
    scene.line.cut()


BLOWS: dict[Blow, bool] = {
    kill: False,
    stop: False,
    kill_and_start: True,
    stop_and_start: True,
    kill_store: False,
    fail_over: False,
}
"""Each blow, and whether the workers have lasting names."""


async def measure(kafka: ApacheKafka, blow: Blow, rate: int) -> dict[str, Any]:
    """One scene: how long the partitions of the worker that was hit stood still, and others."""
    member = BLOWS[blow]
    name = blow.__name__.replace("_", "-")
    with TemporaryDirectory() as folder:
        session_s = MEMBER_SESSION_S if member else DEFAULT_SESSION_S
        scene = Scene(kafka, Path(folder), name, session_s)
        with scene.store, scene.replica:
            async with Redis.from_url(scene.replica.url) as redis:
                await redis.execute_command("REPLICAOF", "127.0.0.1", str(scene.store.port))
            scene.line.upstream = scene.store.port
            async with scene.line.open() as scene.url:
                return await _suffer(scene, blow, rate)


async def _suffer(scene: Scene, blow: Blow, rate: int) -> dict[str, Any]:
    await create_topics(scene.bootstrap, topic_specs(scene.prefix, PARTITIONS))
    watch, load = Watch(scene.url, scene.prefix), Load(scene.bootstrap, scene.prefix, rate)
    tasks = [asyncio.create_task(watch.run())]
    try:
        for name in ("one", "two"):
            scene.launch(name, member=BLOWS[blow])
        await _until(lambda: set(watch.owners.values()) == {"one", "two"}, "both at work")
        sending = asyncio.create_task(load.run())
        tasks.append(sending)
        await _until(lambda: all(len(moves) > 20 for moves in watch.moves.values()), "at pace")
        await asyncio.sleep(_BEFORE_S)
        hit = [at for at, owner in watch.owners.items() if owner == "one"]
        since = time.monotonic()
        await blow(scene)
        await _until(lambda: _caught_up(watch, load, since), "worked off")
        others = [at for at in range(PARTITIONS) if at not in hit]
        return {
            "served_again_s": _figures([watch.gap(at, since) for at in hit]),
            "others_s": _figures([watch.gap(at, since) for at in others]),
        }
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for worker in scene.workers.values():
            worker.kill()


def _caught_up(watch: Watch, load: Load, since: float) -> bool:
    """All partitions have moved since, and what was sent until now is nearly all graded."""
    moved = all(moves[-1] > since + _QUIET_S for moves in watch.moves.values())
    return moved and all(load.sent[at] - watch.next[at] < 100 for at in load.sent)


async def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not {what} after {_PATIENCE_S:g} s")
        await asyncio.sleep(_LOOK_S)


def _figures(seconds: Sequence[float]) -> dict[str, float]:
    ascending = sorted(seconds)
    return {"p50": round(percentile(ascending, 0.5), 2), "max": round(ascending[-1], 2)}


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=600, help="orders a second")
    names = [blow.__name__ for blow in BLOWS]
    parser.add_argument("--only", nargs="*", choices=names, default=names, metavar="BLOW")
    return parser.parse_args()


async def main(options: Namespace) -> None:
    """Measure and print one JSON line."""
    found = {}
    with ExitStack() as open_:
        folder = open_.enter_context(TemporaryDirectory())
        kafka = open_.enter_context(ApacheKafka(Path(folder)))
        for blow in BLOWS:
            if blow.__name__ in options.only:
                progress(f"{blow.__name__}: {blow.__doc__}")
                found[blow.__name__] = await measure(kafka, blow, options.rate)
    emit("recovery", {"rate": options.rate, "partitions": PARTITIONS, **found})


if __name__ == "__main__":
    asyncio.run(main(arguments()))
