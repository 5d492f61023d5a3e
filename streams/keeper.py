"""Connects Faust's hooks, the transport and the coordinator of one worker."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from prometheus_client import CollectorRegistry

from streams.bootstrap import local_days, policy_tag
from streams.clock import SystemClock
from streams.coordinator import Coordinator
from streams.failpoints import Failpoints
from streams.group_history import history
from streams.intake.record import RawRecord
from streams.kafka_security import kafka_security
from streams.outbox.delivery import Means
from streams.outbox.kafka_wire import KafkaWire
from streams.outbox.producer import start_producer
from streams.outbox.publisher import Publisher
from streams.partition.cache import CustomerCache
from streams.partition.ports import PartitionMeta
from streams.partition.processor import PartitionProcessor
from streams.partition.runner import TOPICS
from streams.partition.surroundings import Sight, Surroundings
from streams.policies.load import Version
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.patient import PatientStore
from streams.storage.redis_store import RedisStore
from streams.telemetry.observer import MetricsObserver
from streams.transport import Consumer
from streams.versions import Versions
from streams.vitals import Vitals

CLAIM_TIMEOUT_S = 20.0
"""Shorter than the request timeout, after which Faust would give up in silence."""


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """What a worker is started with."""

    settings: Settings
    policy: Version
    """The first one: it grades until another is published."""
    partitions: int
    """Partition count of the input topics."""


class Keeper:
    """Connects Faust's hooks, the transport and the coordinator; made inside the loop."""

    def __init__(self, app: Any, plan: WorkerPlan) -> None:
        self._app = app
        self._plan = plan
        self._names = plan.settings.names
        self._coordinator: Coordinator | None = None
        self._producer: AIOKafkaProducer | None = None
        self._reader: AIOKafkaConsumer | None = None
        self._store: RedisStore | None = None
        self._versions: Versions | None = None
        # Faust asks where to seek while the assignment is still being announced to us.
        self._claimed = asyncio.Event()
        self._assignments = 0
        self._clock = SystemClock()
        self._vitals = Vitals(plan.settings, CollectorRegistry(), self._clock)
        self.metrics = self._vitals.metrics
        self._let_go_at = self._clock.monotonic()
        self.metrics.partition_count.set(plan.partitions)

    def watch(self) -> None:
        """Look at the worker from now on, and end it when it stalls."""
        # Faust ends it with the app, and the app with it should it fail.
        self._app.add_future(self._vitals.watch(self._sights))

    def _sights(self) -> list[Sight]:
        """All parts of the worker, for its health."""
        coordinator, claimed = self._coordinator, self._claimed.is_set()
        group = Sight("the assignment by the group", self._assignments, not claimed)
        if coordinator is None or not claimed:
            self._vitals.health.holds("no partitions are assigned")
            return [group]
        pending = coordinator.pending()
        self._vitals.health.holds(f"partitions {pending} have not started" if pending else None)
        return [group, *coordinator.sights(self._taken)]

    def _taken(self, topic: str, partition: int) -> int:
        return int(self._app.consumer.taken(self._place(topic, partition)))

    async def start(self) -> None:
        """Connect the store and the producer, and check both."""
        plan, settings = self._plan, self._plan.settings
        clock = self._clock
        first = plan.policy
        tag = policy_tag(first.policy)
        server, source = connect(settings.redis), settings.names.source
        redis = RedisStore(server, settings.key_prefix, tag, first.text, source)
        await redis.prepare(durable=settings.publish_after == "durable")
        self._store = redis
        failpoints = Failpoints(settings)
        store = PatientStore(
            failpoints.around(redis),
            clock,
            self._vitals.repeated,
            self.metrics.commit_seconds.observe,
        )
        self._producer = await start_producer(settings)
        self._versions = versions = Versions(
            first, settings, plan.partitions, store, self.metrics.policies_refused.inc
        )
        await versions.start()
        observer = MetricsObserver(
            self.metrics,
            versions.policy,
            settings.names,
            clock,
            live=settings.clock == "wall",
            sign=self._vitals.health.sign,
        )
        days = local_days(first.policy)
        self._vitals.connected(redis, self._producer, days if settings.clock == "wall" else None)
        self._reader = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka,
            **kafka_security(settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=settings.fetch_max_wait_ms,
        )
        await self._reader.start()
        wire = KafkaWire(self._producer, self._reader, clock, settings.prefix, plan.partitions)
        means = Means(failpoints.around(wire), store, clock, observer)
        publisher = Publisher(means, settings.outbox_rows)
        around = Surroundings(
            owner=f"{settings.worker}-{secrets.token_hex(4)}",
            store=store,
            feed=self,
            outlet=publisher,
            observer=observer,
            clock=clock,
            days=days,
            mode=settings.clock,
            build=self._builder(store, versions, failpoints),
            policies=versions,
        )
        self._coordinator = Coordinator(
            around,
            publisher,
            observer,
            plan.partitions,
            settings.names,
            self._app.crash,
        )

    def _builder(
        self, store: PatientStore, versions: Versions, failpoints: Failpoints
    ) -> Callable[[int, PartitionMeta], PartitionProcessor]:
        def build(partition: int, meta: PartitionMeta) -> PartitionProcessor:
            owned = max(1, len(self._app.consumer.assignment()) // len(TOPICS))
            cache = CustomerCache(self._plan.settings.cache_customers // owned)
            processor = PartitionProcessor(partition, versions.rules(meta), store, meta, cache)
            return failpoints.within(processor)

        return build

    async def assigned(self, tps: set[TopicPartition]) -> None:
        """A rebalance gave us these partitions."""
        if self._coordinator is None:
            await self.start()
        assert self._coordinator is not None  # noqa: S101 - just made
        self._assignments += 1
        self.metrics.rebalances.inc()
        ours = {self._names.full(topic) for topic in TOPICS}
        found = [(tp.topic, tp.partition) for tp in tps if tp.topic in ours]
        self.metrics.partitions.set(len(found) // len(TOPICS))
        await self._coordinator.assigned(found)
        self._claimed.set()
        self.metrics.rebalance_seconds.observe(self._clock.monotonic() - self._let_go_at)

    async def revoked(self) -> Mapping[tuple[str, int], int]:
        """Let all partitions go, as when a rebalance begins; their stored next offsets."""
        self._let_go_at = self._clock.monotonic()
        self._claimed.clear()
        return {} if self._coordinator is None else await self._coordinator.release()

    async def stop(self) -> None:
        """The worker ends: finish, publish, tell the group how far it came, disconnect."""
        self._vitals.stop()
        reached = await self.revoked()
        if reached:
            await self._app.consumer.tell_group(reached)
        if self._versions is not None:
            await self._versions.stop()
        if self._producer is not None:
            await self._producer.stop()
        if self._reader is not None:
            await self._reader.stop()
        if self._store is not None:
            await self._store.close()

    async def start_offsets(self, log: Consumer) -> Mapping[TopicPartition, int]:
        """The offset to read from, for every assigned topic partition."""
        async with asyncio.timeout(CLAIM_TIMEOUT_S):
            await self._claimed.wait()
        assert self._coordinator is not None  # noqa: S101 - made before the claim
        offsets = await self._coordinator.start_offsets(log)
        return {TopicPartition(*tp): offset for tp, offset in offsets.items()}

    def next_offset(self, tp: TopicPartition) -> int | None:
        """The stored next offset, for lag tools."""
        if self._coordinator is None:
            return None
        return self._coordinator.next_offset(tp.topic, tp.partition)

    async def offer(self, topic: str, partition: int, records: list[RawRecord]) -> None:
        """Hand a chunk to its partition."""
        if self._coordinator is not None:
            await self._coordinator.offer(topic, partition, records)

    def poll(self, topic: str, partition: int) -> tuple[int | None, int | None, int | None]:
        """(position, highwater, wall time in ms) of the last fetch answer."""
        tp = self._place(topic, partition)
        poll = self._app.consumer.poll_of(tp)
        if poll.highwater is not None and self._coordinator is not None:
            lag = self._coordinator.lag(topic, partition, poll.position, poll.highwater)
            self.metrics.lag.labels(topic, str(partition)).set(lag)
        return poll.position, poll.highwater, poll.at_ms

    async def told(self, partitions: Sequence[int]) -> int:
        """How many records of partitions the group says it has read."""
        return await history(self._plan.settings, partitions)

    async def begin(self, topic: str, partition: int) -> int:
        """Offset of the first record the log still holds."""
        tp = self._place(topic, partition)
        return int((await self._app.consumer.first_offsets([tp]))[tp])

    async def seek(self, partition: int, offsets: dict[str, int]) -> None:
        """Read on from other offsets."""
        places = {self._place(topic, partition): at for topic, at in offsets.items()}
        await self._app.consumer.seek_soon(places)

    def pause(self, topic: str, partition: int, *, paused: bool) -> None:
        """Stop or resume fetching."""
        self._app.consumer.hold(self._place(topic, partition), held=paused)

    def _place(self, topic: str, partition: int) -> TopicPartition:
        return TopicPartition(self._names.full(topic), partition)
