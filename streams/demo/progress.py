"""What the demo knows while it runs: read from the store and from the topic of changes."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer

from scoring.calendar import date_of
from streams.outbox.scribe import LABEL_CHANGES, TIER_CHANGES
from streams.storage.redis_store import RedisStore

LATEST = 8


@dataclass(slots=True)
class DemoState:
    """Everything the view shows."""

    total: int
    sent: int = 0
    committed: int = 0
    seconds: float = 0.0
    day: str = ""
    tiers: dict[str, int] = field(default_factory=dict)
    triggers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(trigger, direction) -> changes."""
    label_changes: int = 0
    latest: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=LATEST))
    changes: dict[str, bytes] = field(default_factory=dict)
    """Every change body by id: a repeated one counts once."""

    @property
    def lag(self) -> int:
        """Events sent and not yet committed."""
        return max(0, self.sent - self.committed)

    @property
    def events_per_second(self) -> float:
        """Events committed a second, from the first sent."""
        return self.committed / self.seconds if self.seconds else 0.0

    def take(self, topic: str, body: bytes) -> None:
        """Take note of a published change."""
        change = orjson.loads(body)
        if change["id"] in self.changes:
            return
        self.changes[change["id"]] = body
        if topic == LABEL_CHANGES:
            self.label_changes += 1
            return
        direction = change["type"].removeprefix("tier.")
        self.triggers[change["trigger"], direction] += 1
        if change["from"] is not None:
            self.latest.append(change)


class DemoWatch:
    """Keeps a `DemoState` up to date."""

    def __init__(
        self,
        state: DemoState,
        store: RedisStore,
        consumer: AIOKafkaConsumer,
        partitions: int,
    ) -> None:
        self._state = state
        self._store = store
        self._consumer = consumer
        self._partitions = partitions

    @staticmethod
    def consumer(bootstrap: str) -> AIOKafkaConsumer:
        """A consumer of all changes, from the first."""
        return AIOKafkaConsumer(
            TIER_CHANGES,
            LABEL_CHANGES,
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
        )

    async def read_changes(self) -> int:
        """Take in what was published since; how much that was."""
        fetched = await self._consumer.getmany(timeout_ms=50, max_records=2000)
        for tp, records in fetched.items():
            for record in records:
                self._state.take(tp.topic, record.value)
        return sum(map(len, fetched.values()))

    async def read_store(self) -> None:
        """Read partition days, offsets and tier counters."""
        state = self._state
        tiers: Counter[str] = Counter()
        committed = 0
        days = []
        for partition in range(self._partitions):
            meta = await self._store.read_meta(partition)
            if meta is None:
                continue
            committed += sum(meta.next.values())
            days += [meta.day] if meta.day is not None else []
            for name, count in (await self._store.counts(partition)).items():
                if name.startswith("tier:"):
                    tiers[name.removeprefix("tier:")] += count
        state.committed = committed
        state.tiers = dict(tiers)
        state.day = date_of(min(days)).isoformat() if days else ""
