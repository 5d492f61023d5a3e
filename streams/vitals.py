"""The health of one worker: its servers are asked, its parts looked at, and others told."""

import platform
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, ProcessCollector

from scoring.calendar import LocalDays
from streams.build import build
from streams.clock import Clock
from streams.partition.surroundings import Sight
from streams.settings import Settings
from streams.storage.redis_store import RedisStore
from streams.telemetry.health import Health
from streams.telemetry.metrics import Metrics
from streams.telemetry.server import serve
from streams.telemetry.vital_metrics import VitalMetrics
from streams.telemetry.watch import Watchdog, keep_looking

_MS = 1000
_SECONDS_PER_DAY = 86_400


class Vitals:
    """Serves /metrics, /healthz and /readyz, and ends a worker that has stalled."""

    def __init__(self, settings: Settings, registry: CollectorRegistry, clock: Clock) -> None:
        self.metrics = Metrics(registry)
        self._vital = VitalMetrics(registry)
        self.health = Health(clock, settings.stall_timeout_s)
        self._clock = clock
        self._watchdog = Watchdog(self.health, clock)
        self._store: RedisStore | None = None
        self._producer: AIOKafkaProducer | None = None
        self._days: LocalDays | None = None
        ProcessCollector(namespace="regrade", registry=registry)
        program = build()
        python = platform.python_version()
        self._vital.build.labels(program.version, program.revision, python).set(1)
        host = settings.metrics_host
        port = serve(host, settings.metrics_port, registry, self.health)
        url = f"http://{host}:{port}/metrics"
        structlog.get_logger().info("metrics are served", metrics_url=url)

    def watch(self, sights: Callable[[], Sequence[Sight]]) -> Awaitable[None]:
        """Look from now on; to be awaited beside the worker, for ever."""
        self._watchdog.start()

        def look() -> Sequence[Sight]:
            seen = sights()
            self._tell()
            return seen

        return keep_looking(self.health, self._clock, look, self._probes)

    def connected(
        self, store: RedisStore, producer: AIOKafkaProducer, days: LocalDays | None
    ) -> None:
        """The servers are there from now on; `days` where the wall moves them."""
        self._store, self._producer, self._days = store, producer, days

    def repeated(self) -> None:
        """A call to the store is made again: it is down, and nobody idles."""
        self.health.sign()
        self.metrics.store_retries.inc()

    def stop(self) -> None:
        """The worker ends by itself."""
        self._watchdog.stop()

    def _probes(self) -> dict[str, Callable[[], Awaitable[bool]]]:
        if self._store is None:
            return {}
        return {"store": self._store_answers, "broker": self._broker_answers}

    async def _store_answers(self) -> bool:
        assert self._store is not None  # noqa: S101 - asked only once it is there
        found = await self._store.condition()
        if found is not None:
            self._vital.store_memory.set(found.memory)
            self._vital.store_limit.set(found.limit)
            self._vital.store_persists.set(found.persists)
        return found is not None

    async def _broker_answers(self) -> bool:
        """Asked on a connection that is not the consumer's."""
        assert self._producer is not None  # noqa: S101 - asked only once it is there
        try:
            await self._producer.client.fetch_all_metadata()
        except KafkaError:
            return False
        return True

    def _tell(self) -> None:
        """What the rules of the alerts compare with."""
        self._vital.ready.set(not self.health.unready())
        silent = self.health.silent()
        for server in self._probes():
            self._vital.server_up.labels(server).set(server not in silent)
        if self._days is not None:
            today = self._days.of(self._clock.now_ms())
            self._vital.today.set(today * _SECONDS_PER_DAY)
            self._vital.midnight.set(self._days.midnight(today) / _MS)
