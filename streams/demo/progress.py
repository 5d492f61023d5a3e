"""What the demo knows while it runs: read from the store and from the topic of changes."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from scoring.calendar import date_of
from streams.outbox.scribe import CHANGES, DEAD_LETTERS, LABEL_CHANGES
from streams.storage.redis_store import RedisStore
from streams.topics import OUTPUTS

LATEST = 8


@dataclass(slots=True)
class DemoState:
    """Everything the view shows."""

    total: int
    sent: int = 0
    committed: int = 0
    published: int = 0
    """Rows acknowledged by the broker."""
    outbox: int = 0
    """Rows committed and not yet acknowledged."""
    seconds: float = 0.0
    day: str = ""
    tiers: dict[str, int] = field(default_factory=dict)
    triggers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(trigger, direction) -> changes."""
    label_changes: int = 0
    latest: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=LATEST))
    changes: dict[str, bytes] = field(default_factory=dict)
    """Every change body by id: a repeated one counts once."""
    beside: set[tuple[str, bytes]] = field(default_factory=set)
    """Rows that say what the changes say, too."""
    refused: set[str] = field(default_factory=set)
    """The places of dead letters."""

    @property
    def lag(self) -> int:
        """Events sent and not yet committed."""
        return max(0, self.sent - self.committed)

    @property
    def events_per_second(self) -> float:
        """Events committed a second, from the first sent."""
        return self.committed / self.seconds if self.seconds else 0.0

    @property
    def seen(self) -> int:
        """Different rows read from the output topics."""
        return len(self.changes) + len(self.beside) + len(self.refused)

    def take(self, record: ConsumerRecord) -> None:
        """Take note of a published row."""
        topic, body = record.topic, record.value
        if topic == DEAD_LETTERS:
            self.refused.add(dict(record.headers)["regrade_id"].decode())
            return
        if topic not in CHANGES:
            self.beside.add((topic, dict(record.headers)["ce_id"]))
            return
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
        """A consumer of all that is published, from the first."""
        return AIOKafkaConsumer(
            *OUTPUTS,
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
        )

    async def read_changes(self) -> None:
        """Take in what was published since."""
        fetched = await self._consumer.getmany(timeout_ms=50, max_records=2000)
        for records in fetched.values():
            for record in records:
                self._state.take(record)

    async def read_store(self) -> None:
        """Read partition days, offsets and tier counters."""
        state = self._state
        tiers: Counter[str] = Counter()
        state.outbox = 0
        committed = published = 0
        days = []
        for partition in range(self._partitions):
            meta = await self._store.read_meta(partition)
            if meta is None:
                continue
            committed += sum(meta.next.values())
            published += meta.head
            state.outbox += meta.tail - meta.head
            days += [meta.day] if meta.day is not None else []
            for name, count in (await self._store.counts(partition)).items():
                if name.startswith("tier:"):
                    tiers[name.removeprefix("tier:")] += count
        state.committed = committed
        state.published = published
        state.tiers = dict(tiers)
        state.day = date_of(min(days)).isoformat() if days else ""
