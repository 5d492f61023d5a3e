"""Everything that can be looked at from beside the workers, one finding after the other."""

import asyncio
import platform
from collections.abc import Sequence
from importlib.metadata import version

from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from scoring.policy import Policy
from streams.clock import Clock, SystemClock
from streams.errors import KafkaUnreachable, RegradeError
from streams.operations.check_broker import check_group, check_keys, check_topics
from streams.operations.check_programme import check_offsets, check_outboxes, check_stored
from streams.operations.check_store import check_clock, check_store
from streams.operations.findings import Finding, ok, problem
from streams.operations.kafka_view import ClusterView, Logs
from streams.partition.runner import TOPICS
from streams.policies.load import load_policy
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.errors import StoreUnavailable
from streams.storage.inspect import Inspection, Place
from streams.topics import OUTPUTS

_PATIENCE_S = 5.0
_BETWEEN_LOOKS_S = 1.5
_PARTS = ("faust-streaming", "aiokafka", "redis")


def examine(settings: Settings, clock: Clock | None = None) -> list[Finding]:
    """Every finding, in the order in which things depend on one another."""
    return asyncio.run(_Examination(settings, clock or SystemClock()).run())


class _Examination:
    """What was seen so far decides what can be looked at next."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._findings: list[Finding] = []
        self._partitions: int | None = None
        self._logs: Logs | None = None
        self._policy: Policy | None = None

    async def run(self) -> list[Finding]:
        """Look at everything that can be reached."""
        self._versions()
        self._load_policy()
        await self._look_at_kafka()
        await self._look_at_the_store()
        return self._findings

    def _versions(self) -> None:
        parts = ", ".join(f"{name} {version(name)}" for name in _PARTS)
        says = f"regrade {version('regrade')}, Python {platform.python_version()}, {parts}"
        self._findings.append(ok("versions", says))

    def _load_policy(self) -> None:
        try:
            self._policy = load_policy(self._settings.policy)
        except RegradeError as error:
            remedy = "correct it: regrade policy check lists every line"
            self._findings.append(problem("policy", str(error), remedy))

    async def _look_at_kafka(self) -> None:
        try:
            async with ClusterView(self._settings) as cluster:
                await self._look_at_topics(cluster)
        except (KafkaUnreachable, KafkaError) as error:
            says = str(error) if isinstance(error, RegradeError) else repr(error)
            remedy = "check the address and the network"
            self._findings.append(problem("broker", says, remedy))

    async def _look_at_topics(self, cluster: ClusterView) -> None:
        settings = self._settings
        count = await cluster.brokers()
        self._findings.append(ok("broker", f"{count} answer at {settings.kafka}"))
        names = [settings.names.full(name) for name in (*TOPICS, *OUTPUTS)]
        topics = await cluster.topics(names)
        self._findings += check_topics(topics, settings.names)
        self._findings.append(check_group(await cluster.group(), settings.group))
        inputs = [settings.names.full(name) for name in TOPICS]
        counts = {topics[name].partitions for name in inputs if name in topics}
        if len(counts) != 1 or len(topics) != len(names):
            return
        (self._partitions,) = counts
        places = [TopicPartition(name, at) for name in inputs for at in range(self._partitions)]
        self._logs = await cluster.logs(places)
        self._findings.append(check_keys(self._logs))

    async def _look_at_the_store(self) -> None:
        settings = self._settings
        inspection = Inspection(connect(settings.redis, _PATIENCE_S, 1), settings.key_prefix)
        try:
            for server in await inspection.servers():
                self._findings += check_store(server, settings)
                self._findings.append(check_clock(server, self._clock.now_ms()))
            if self._partitions is not None:
                await self._look_at_partitions(inspection, self._partitions)
        except StoreUnavailable as error:
            remedy = "check REGRADE_REDIS, and that the server is up and has finished loading"
            self._findings.append(problem("store", str(error), remedy))
        finally:
            await inspection.close()

    async def _look_at_partitions(self, inspection: Inspection, partitions: int) -> None:
        before = await inspection.places(partitions)
        if self._policy is not None:
            self._findings += check_stored(before, partitions, self._policy)
        if self._logs is not None:
            self._findings.append(check_offsets(before, self._logs.at, self._settings.names))
        self._findings.append(check_outboxes(before, await self._later(inspection, before)))

    async def _later(self, inspection: Inspection, before: Sequence[Place]) -> Sequence[Place]:
        """The same places a moment later; at once when there is nothing to compare."""
        if not any(place.waiting for place in before):
            return before
        await self._clock.sleep(_BETWEEN_LOOKS_S)
        return await inspection.places(len(before))
