"""One partition, its log and its topics, and workers that come, go, sleep and die."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from builders import policy_from
from dumps import Keys, Record, keys_of
from redis import Redis

from streams.bootstrap import policy_tag, rules_of
from streams.clock import ManualClock
from streams.intake.record import LogRecord
from streams.outbox.delivery import Means
from streams.outbox.memory_wire import MemoryWire
from streams.outbox.publisher import Publisher
from streams.partition.cache import CustomerCache
from streams.partition.ports import Commit, OutboxRow, Published, Verdict
from streams.partition.processor import PartitionProcessor
from streams.partition.rules import StaleCommit
from streams.storage.cluster import connect
from streams.storage.errors import StoreUnavailable
from streams.storage.patient import PatientStore
from streams.storage.redis_store import RedisStore

SLEEP_S = 30.0
"""How long who is paused sleeps: longer than any session timeout."""


class Forgetful(RedisStore):
    """The real store behind a wire that loses the reply to some calls that were carried out."""

    lost = 0
    """How many replies are still to be lost."""

    async def commit(self, partition: int, commit: Commit) -> Verdict:
        """Carry out; perhaps nobody hears of it."""
        return self._told(await super().commit(partition, commit))

    async def trim(self, partition: int, published: Published) -> bool:
        """Carry out; perhaps nobody hears of it."""
        return self._told(await super().trim(partition, published))

    def _told(self, answer: Any) -> Any:
        if self.lost:
            self.lost -= 1
            raise StoreUnavailable("answering", "the reply was lost")
        return answer


@dataclass(slots=True)
class Counts:
    """What publishers told their observer."""

    overlaps: int = 0
    rewinds: int = 0
    stood: int = 0

    def published(self, *_: object) -> None:
        """Nobody counts these."""

    def failed(self, rows: int) -> None:
        """Rows will be tried again: nothing to count here."""

    def stood_already(self, rows: int) -> None:
        """Rows were found on the topics."""
        self.stood += rows

    def overlapped(self, rows: int) -> None:
        """Rows were acknowledged for somebody else."""
        self.overlaps += rows

    def rewound(self, _partition: int, _incarnation: int) -> None:
        """An incarnation begins."""
        self.rewinds += 1


@dataclass(slots=True)
class Worker:
    """A process that owns the partition, or believes so."""

    name: str
    clock: ManualClock
    processor: PartitionProcessor
    publisher: Publisher
    unsent: list[tuple[int, list[OutboxRow]]] = field(default_factory=list)
    """Committed and not yet offered to the publisher."""


class World:
    """Everything outside the workers, and the workers."""

    def __init__(self, document: dict[str, Any], url: str, prefix: str) -> None:
        self.document = document
        self.loop = asyncio.new_event_loop()
        self.wire = MemoryWire()
        self.log: list[LogRecord] = []
        self.counts = Counts()
        self._policy = policy_from(document)
        self._rules = rules_of(self._policy, 1, mode="replay")
        self.store = Forgetful(connect(url), prefix, policy_tag(self._policy))
        self._plain = Redis.from_url(url, protocol=2)
        self._prefix = prefix
        self._number = 0
        self.run(self.store.prepare(durable=True))

    def run(self, step: Any) -> Any:
        """Do something to its end."""
        return self.loop.run_until_complete(asyncio.wait_for(step, 20))

    def close(self) -> None:
        """Leave nothing behind."""
        for key in self._plain.keys(f"{{{self._prefix}.*"):
            self._plain.delete(key)
        self.run(self.store.close())
        self._plain.close()
        self.loop.close()

    def keys(self) -> Keys:
        """What the store holds."""
        return keys_of(self._plain, self._prefix, 0)

    def records(self) -> list[Record]:
        """What stands on the topics."""
        return [
            Record(place.topic, one.row.key, one.row.value, dict(one.headers))
            for place, log in self.wire.logs.items()
            for one in log
        ]

    def snapshot(self) -> dict[bytes, bytes]:
        """All keys, as a backup has them."""
        found = self._plain.keys(f"{{{self._prefix}.*")
        return {key: self._plain.dump(key) for key in found}

    def restore(self, snapshot: dict[bytes, bytes]) -> None:
        """Set the store back."""
        for key in self._plain.keys(f"{{{self._prefix}.*"):
            self._plain.delete(key)
        for key, value in snapshot.items():
            self._plain.restore(key, 0, value)

    async def claim(self) -> Worker:
        """A new process takes the partition over, and resumes what is unpublished."""
        self._number += 1
        clock = ManualClock()
        store = PatientStore(self.store, clock, _nothing, _nothing)
        meta = await store.claim(0, f"w{self._number}", 1)
        publisher = Publisher(Means(self.wire, store, clock, self.counts), 1000)
        processor = PartitionProcessor(0, self._rules, store, meta, CustomerCache(3))
        worker = Worker(meta.owner, clock, processor, publisher)
        await publisher.resume(0, meta)
        return worker

    async def deliver(self, worker: Worker, most: int) -> bool:
        """Hand the next records to a worker; False if it lost the partition."""
        at = worker.processor.meta.next.get("orders", 0)
        records = self.log[at : at + most]
        if not records:
            return True
        try:
            batches = await worker.processor.process(records)
        except StaleCommit:
            return await self._reload(worker)
        rows = [row for batch in batches for row in batch.rows]
        if rows:
            first = worker.processor.meta.tail - len(rows) + 1
            worker.unsent.append((first, rows))
        return True

    async def die_committing(self, worker: Worker, most: int, turns: int) -> None:
        """The worker is cancelled in the middle of a commit: nobody knows whether it happened."""
        task = asyncio.create_task(self.deliver(worker, most))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        worker.publisher.forget(0)

    async def _reload(self, worker: Worker) -> bool:
        meta = await self.store.read_meta(0)
        if meta is None or meta.owner != worker.name:
            return False
        store = PatientStore(self.store, worker.clock, _nothing, _nothing)
        worker.processor = PartitionProcessor(0, self._rules, store, meta, CustomerCache(3))
        worker.unsent.clear()
        await worker.publisher.resume(0, meta)
        return True

    async def publish(self, worker: Worker) -> None:
        """Publish and trim all it has committed."""
        for first, rows in worker.unsent:
            await worker.publisher.offer(0, first, rows)
        worker.unsent.clear()
        await worker.publisher.flush(0)

    async def die_publishing(self, worker: Worker, sent: int) -> None:
        """The worker dies when the broker has taken some rows."""
        self.wire.down = sent
        for first, rows in worker.unsent:
            await worker.publisher.offer(0, first, rows)
        for _ in range(20):
            await asyncio.sleep(0)
        worker.publisher.forget(0)
        await asyncio.sleep(0)
        self.wire.down = None

    async def wake(self, worker: Worker, *, asleep_in_send: bool) -> None:
        """A worker that was replaced in its sleep goes on publishing."""
        awake = self.wire.send
        if asleep_in_send:

            async def send(*args: Any) -> int | None:
                """Arrive late."""
                worker.clock.advance(SLEEP_S)
                return await awake(*args)

            self.wire.send = send  # type: ignore[method-assign]
        try:
            for first, rows in worker.unsent:
                await worker.publisher.offer(0, first, rows)
            if not asleep_in_send:
                worker.clock.advance(SLEEP_S)
            await worker.publisher.flush(0)
        finally:
            self.wire.send = awake  # type: ignore[method-assign]
        worker.unsent.clear()


def _nothing(*_: object) -> None:
    """Where nobody counts."""
