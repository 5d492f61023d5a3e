"""One programme of workers on a stack: its topics, its processes, all it leaves behind."""

import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Protocol, Self

from aiokafka import AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from journeys.patience import until
from journeys.reading import read_all

from streams.bootstrap import policy_tag, rules_of
from streams.clock import SystemClock
from streams.embedded.topics import create_topics
from streams.embedded.worker import WorkerProcess
from streams.outbox.scribe import LABEL_CHANGES, TIER_CHANGES
from streams.partition.ports import PartitionMeta
from streams.policies.load import load_policy
from streams.replay.results import read_customers
from streams.storage.cluster import connect
from streams.storage.patient import PatientStore
from streams.storage.redis_store import RedisStore
from streams.topics import topic_specs

OWES_S = 30.0
KILLED = 128 + 9
"""What a process ends with that was killed."""


class Stack(Protocol):
    """A broker and a store, wherever they run."""

    bootstrap: str
    redis_url: str


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
        specs = topic_specs(
            self.prefix, self.partitions, facts=self.settings.get("REGRADE_FACTS_PREFIX")
        )
        await create_topics(self.stack.bootstrap, specs)
        self._connect(self.stack.redis_url)
        return self

    def _connect(self, url: str) -> None:
        tag = policy_tag(self.policy)
        self._redis = RedisStore(connect(url), f"regrade.{self.prefix}", tag)
        # A test may kill the server while another of its tasks looks at it.
        self.store = PatientStore(self._redis, SystemClock(), _nothing, _nothing)

    async def reconnect(self, url: str) -> None:
        """Look at another store from here on."""
        await self._redis.close()
        self._connect(url)

    async def __aexit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.kill()
        await self._redis.close()

    def producer(self) -> AIOKafkaProducer:
        """A producer that, like the workers', repeats nothing where the broker allows it."""
        once = self.settings.get("REGRADE_IDEMPOTENT_PRODUCER") == "true"
        return AIOKafkaProducer(
            bootstrap_servers=self.stack.bootstrap,
            acks="all",
            enable_idempotence=once,
            max_batch_size=256 * 1024,
        )

    def launch(self, *program: str) -> WorkerProcess:
        """A worker process, named w0, w1, ... in the order of their launches."""
        name = f"w{next(self._numbers)}"
        settings = {"REGRADE_WORKER": name, **self.settings}
        place = (self.stack, self.folder / name, settings)
        worker = WorkerProcess(*place, program) if program else WorkerProcess(*place)  # type: ignore[arg-type]
        self.workers.append(worker)
        return worker

    async def worker(self) -> WorkerProcess:
        """A worker that owns partitions."""
        worker = self.launch()
        await until(lambda: claimed(worker), "claimed")
        return worker

    def check(self) -> None:
        """Raise, with what the last worker said, if none is left."""
        if not any(worker.running for worker in self.workers):
            self.workers[-1].check()

    async def owned_by(self, *names: str) -> None:
        """Wait until these workers, and no others, own all partitions."""
        await until(lambda: self._is_owned_by(set(names)), f"owned by {names}")

    async def _is_owned_by(self, names: set[str]) -> bool:
        metas = await self.metas()
        return len(metas) == self.partitions and names == {
            meta.owner.rpartition("-")[0] for meta in metas
        }

    async def taken(self, records: int) -> None:
        """Wait until so many records are committed and what they caused is published."""
        await until(lambda: self._has_taken(records), f"done with {records} records")

    async def _has_taken(self, records: int) -> bool:
        self.check()
        metas = await self.metas()
        return _read(metas) == records and all(meta.head == meta.tail for meta in metas)

    async def read(self) -> int:
        """How many records are committed so far."""
        return _read(await self.metas())

    async def folded(self, enough: int) -> None:
        """Wait until more than so many facts are committed."""
        await until(lambda: self._has_folded(enough), f"{enough} folded")

    async def _has_folded(self, enough: int) -> bool:
        return (await self.counts())["in:folded"] > enough

    async def owes_changes(self) -> None:
        """Return at a moment when something is committed and not yet published."""
        deadline = time.monotonic() + OWES_S
        while all(meta.head == meta.tail for meta in await self.metas()):
            assert time.monotonic() < deadline, "nothing was ever owed"

    async def metas(self) -> list[PartitionMeta]:
        """Where the partitions stand that have been claimed."""
        found = [await self.store.read_meta(at) for at in range(self.partitions)]
        return [meta for meta in found if meta is not None]

    async def counts(self) -> Counter[str]:
        """The counters of all partitions, summed."""
        total: Counter[str] = Counter()
        for partition in range(self.partitions):
            for name, value in (await self.store.counts(partition)).items():
                total[name] += value
        return total

    async def published(self, *topics: str) -> list[ConsumerRecord]:
        """All records of topics, repeats included."""
        return await read_all(self.stack.bootstrap, [self.prefix + name for name in topics])

    async def changes(self) -> list[ConsumerRecord]:
        """All published changes, of tiers and labels, repeats included."""
        return await self.published(TIER_CHANGES, LABEL_CHANGES)

    async def customers(self) -> list[dict[str, Any]]:
        """Every customer's grade."""
        rules = rules_of(self.policy, self.partitions, mode="replay")
        return await read_customers(self._redis, self.partitions, rules)


def _read(metas: list[PartitionMeta]) -> int:
    return sum(sum(meta.next.values()) for meta in metas)


async def claimed(worker: WorkerProcess) -> bool:
    """Whether a worker owns partitions; an error if it has ended."""
    worker.check()
    return "partitions claimed" in worker.output()


async def die(programme: Programme, points: Sequence[str], *program: str) -> None:
    """One worker after the other works until it dies at its named point."""
    for point in points:
        programme.settings["REGRADE_FAILPOINTS"] = point
        worker = programme.launch(*program)
        del programme.settings["REGRADE_FAILPOINTS"]
        await until(partial(_has_ended, worker), f"dead at {point}", 60)
        assert exit_status(worker) == KILLED, (point, worker.output())


async def ended(worker: WorkerProcess) -> None:
    """Wait until a worker has ended by itself."""
    await until(lambda: _has_ended(worker), "ended")


async def _has_ended(worker: WorkerProcess) -> bool:
    return not worker.running


def exit_status(worker: WorkerProcess) -> int | None:
    """What the worker's process ended with."""
    return worker._process._leash.returncode


def _nothing(*_: object) -> None:
    """Where nobody counts."""
