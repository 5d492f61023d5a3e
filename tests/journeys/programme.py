"""One programme of workers on a stack: its topics, its processes, all it leaves behind."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol, Self

from aiokafka.structs import ConsumerRecord

from journeys.patience import until
from journeys.reading import read_all
from streams.bootstrap import policy_tag, rules_of
from streams.clock import SystemClock
from streams.embedded.topics import create_topics
from streams.embedded.worker import WorkerProcess
from streams.intake.partitioner import partition_of
from streams.outbox.scribe import LABEL_CHANGES, TIER_CHANGES
from streams.policies.load import load_policy
from streams.replay.event import WireEvent
from streams.replay.produce import Replay, open_producer
from streams.replay.results import read_customers
from streams.replay.stream import until_done
from streams.storage.patient import PatientStore
from streams.storage.redis_store import RedisStore, connect
from streams.topics import topic_specs

SLICE = 20
"""Events sent at once while a replay is held back."""


class Stack(Protocol):
    """A broker and a store, wherever they run."""

    bootstrap: str
    redis_url: str


class Replaying:
    """A replay under way."""

    def __init__(self) -> None:
        self.sent = 0
        self.hurry = asyncio.Event()
        """Set when the rest is to be sent at once."""

    @property
    def going(self) -> bool:
        """Whether there is still something held back."""
        return not self.hurry.is_set()


class Programme:
    """A name of its own before topics, keys and group, so that many share a stack."""

    def __init__(
        self, stack: Stack, folder: Path, name: str, *, partitions: int = 4, **settings: str
    ) -> None:
        self.stack = stack
        self.folder = folder / name
        self.prefix = f"{name}."
        self.partitions = partitions
        self.settings = {
            "REGRADE_PREFIX": self.prefix,
            "REGRADE_GROUP": name,
            "REGRADE_POLICY": "grocery-usd",
            "REGRADE_CLOCK": "event",
            # Joining a group of the embedded broker takes half of it.
            "REGRADE_SESSION_TIMEOUT_S": "2",
            **settings,
        }
        self.policy = load_policy(self.settings["REGRADE_POLICY"])
        self.workers: list[WorkerProcess] = []
        self._numbers = count()

    async def __aenter__(self) -> Self:
        specs = topic_specs(self.prefix, self.partitions)
        await create_topics(self.stack.bootstrap, specs)
        redis = connect(self.stack.redis_url)
        tag = policy_tag(self.policy)
        self._redis = RedisStore(redis, f"regrade.{self.prefix}", tag)
        # A test may kill the server while another of its tasks looks at it.
        self.store = PatientStore(self._redis, SystemClock(), _nothing, _nothing)
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.kill()
        await self._redis.close()

    def launch(self) -> WorkerProcess:
        """A worker process, named w0, w1, ... in the order of their launches."""
        name = f"w{next(self._numbers)}"
        settings = {"REGRADE_WORKER": name, **self.settings}
        worker = WorkerProcess(self.stack, self.folder / name, settings)  # type: ignore[arg-type]
        self.workers.append(worker)
        return worker

    async def worker(self) -> WorkerProcess:
        """A worker that owns partitions."""
        worker = self.launch()

        async def ready() -> bool:
            worker.check()
            return "partitions claimed" in worker.output()

        await until(ready, "claimed")
        return worker

    async def owned_by(self, *names: str) -> None:
        """Wait until these workers, and no others, own all partitions."""

        async def so() -> bool:
            metas = [await self.store.read_meta(p) for p in range(self.partitions)]
            owners = [meta.owner.rpartition("-")[0] if meta else "" for meta in metas]
            return set(owners) == set(names)

        await until(so, f"owned by {names}")

    async def taken(self, records: int) -> None:
        """Wait until so many records are committed and what they caused is published."""

        async def so() -> bool:
            self.check()
            metas = [await self.store.read_meta(p) for p in range(self.partitions)]
            known = [meta for meta in metas if meta is not None]
            done = sum(sum(meta.next.values()) for meta in known)
            return done == records and all(meta.head == meta.tail for meta in known)

        await until(so, f"done with {records} records")

    async def folded(self, enough: int) -> None:
        """Wait until more than so many facts are committed."""

        async def so() -> bool:
            return (await self.counts())["in:folded"] > enough

        await until(so, f"{enough} folded")

    async def ended(self, worker: WorkerProcess) -> None:
        """Wait until a worker has ended by itself."""

        async def so() -> bool:
            return not worker.running

        await until(so, "ended")

    def check(self) -> None:
        """Raise, with what the last worker said, if none is left."""
        if not any(worker.running for worker in self.workers):
            self.workers[-1].check()

    @asynccontextmanager
    async def replaying(
        self, events: Sequence[WireEvent], seconds: float = 0.0
    ) -> AsyncIterator[Replaying]:
        """Send events beside the body, over `seconds` or until the body ends.

        Leaves when all events are graded and all changes published.
        """
        replay = Replaying()
        sending = asyncio.create_task(self._send(events, seconds, replay))
        try:
            yield replay
            replay.hurry.set()
            await sending
        finally:
            sending.cancel()
        await self.done(events)

    async def _send(self, events: Sequence[WireEvent], seconds: float, replay: Replaying) -> None:
        async with open_producer(self.stack.bootstrap) as producer:
            out = Replay(producer, self.prefix)
            pause = seconds * SLICE / len(events)
            while replay.sent < len(events):
                size = SLICE if replay.going and pause else len(events)
                await out.run(events[replay.sent : replay.sent + size])
                replay.sent += size
                try:
                    await asyncio.wait_for(replay.hurry.wait(), pause)
                except TimeoutError:
                    continue
            await out.close_day()
        replay.hurry.set()

    async def done(self, events: Sequence[WireEvent]) -> None:
        """Wait until a replay of these events is committed and published."""
        ends: dict[int, Counter[str]] = {
            partition: Counter(orders=1) for partition in range(self.partitions)
        }
        for event in events:
            ends[partition_of(event.key, self.partitions)][event.topic] += 1
        await until_done(self.store, ends, self.check, patience_s=60.0)  # type: ignore[arg-type]

    async def published(self, *topics: str) -> list[ConsumerRecord]:
        """All records of output topics, repeats included."""
        names = [self.prefix + topic for topic in topics]
        return await read_all(self.stack.bootstrap, names)

    async def changes(self) -> list[ConsumerRecord]:
        """All published changes, of tiers and labels, repeats included."""
        return await self.published(TIER_CHANGES, LABEL_CHANGES)

    async def customers(self) -> list[dict[str, Any]]:
        """Every customer's grade."""
        rules = rules_of(self.policy, self.partitions, mode="replay")
        return await read_customers(self._redis, self.partitions, rules)

    async def counts(self) -> Counter[str]:
        """The counters of all partitions, summed."""
        total: Counter[str] = Counter()
        for partition in range(self.partitions):
            for name, value in (await self.store.counts(partition)).items():
                total[name] += value
        return total


def _nothing(*_: object) -> None:
    """Where nobody counts."""


def exit_status(worker: WorkerProcess) -> int | None:
    """What the worker's process ended with."""
    return worker._process._leash.returncode
