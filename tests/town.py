"""Some partitions side by side, whose owners hand parts of customers over to each other."""

import json
from collections import defaultdict
from functools import partial
from typing import Any

from builders import Event, record
from runs import ERASURE_KEY

from scoring.customer import CustomerState
from scoring.policy import Policy
from scoring.units import EpochMs
from streams.bootstrap import policy_tag, rules_of
from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.record import LogRecord
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.scribe import CHANGES
from streams.partition.cache import CustomerCache
from streams.partition.ports import OutboxRow
from streams.partition.processor import PartitionProcessor
from streams.partition.reign import NextVersion
from streams.storage.memory_store import MemoryStore


class Town:
    """All partitions of a programme in memory, the log and the outboxes between them."""

    def __init__(self, given: Policy, partitions: int = 2) -> None:
        self.rules = rules_of(given, partitions, mode="replay", erasure_key=ERASURE_KEY)
        self.partitions = partitions
        self.store = MemoryStore(policy_tag(given))
        self.log: dict[int, list[LogRecord]] = defaultdict(list)
        self.rows: dict[int, list[OutboxRow]] = defaultdict(list)
        self.outcomes: list[str] = []
        self._owners: dict[int, PartitionProcessor] = {}
        self._count = 0

    def home(self, customer: str) -> int:
        """Where a customer lives."""
        return self.rules.partitioner(customer.encode(), self.partitions)

    def send(self, *events: Event) -> None:
        """Put events into the log."""
        for event in events:
            at, value = self._count, {"event_id": f"e{self._count}"} | event
            if event["type"] == "order.paid":
                value = {"order_id": f"o{at}"} | value
            self._count += 1
            self.put(record(value), self.home(event["customer_id"]))

    def put(self, given: LogRecord, partition: int) -> None:
        """Put a record into the log of a partition."""
        offset = len(self.log[partition])
        self.log[partition].append(given._replace(partition=partition, offset=offset))

    def put_sent(self, topic: str, key: bytes, value: bytes | None) -> None:
        """Put a record as it is sent into the log."""
        home = self.home(key.decode())
        self.put(LogRecord(topic, home, 0, 0, key, value), home)

    async def owner(self, partition: int, *, anew: bool = False) -> PartitionProcessor:
        """Who owns a partition; `anew` as after a crash."""
        if anew or partition not in self._owners:
            meta = await self.store.claim(partition, "town", self.partitions)
            cache = CustomerCache(1000)
            made = PartitionProcessor(partition, self.rules, self.store, meta, cache)
            self._owners[partition] = made
        return self._owners[partition]

    async def read(self, partition: int, most: int = 1000, *, anew: bool = False) -> int:
        """Let an owner take the next records; how many."""
        owner = await self.owner(partition, anew=anew)
        first = max(owner.meta.next.values(), default=0)
        chunk = self.log[partition][first : first + most]
        for batch in await owner.process(chunk) if chunk else []:
            self.rows[partition] += batch.rows
            self.outcomes += [o for (_, o), n in sorted(batch.outcomes.items()) for _ in range(n)]
        return len(chunk)

    def deliver(self, partition: int, first: int) -> int:
        """Publish the rows of an outbox from a place on; the place of the next."""
        rows = self.rows[partition]
        for row in rows[first:]:
            if row.topic == COMMANDS_TOPIC and row.key is not None:
                home = self.home(row.key.decode())
                self.put(LogRecord(COMMANDS_TOPIC, home, 0, 0, row.key, row.value), home)
        return len(rows)

    async def settle(self, delivered: dict[int, int] | None = None) -> None:
        """Read and publish until nothing is left."""
        at = defaultdict(int, delivered or {}) if delivered is not None else self._delivered
        busy = True
        while busy:
            busy = False
            for partition in range(self.partitions):
                busy = bool(await self.read(partition)) or busy
                at[partition] = self.deliver(partition, at[partition])

    async def succeed(self, given: Policy) -> None:
        """Let every partition take a version and bring everybody to it, one by one."""
        before = self.rules.judge.grader.policy
        made = partial(rules_of, given, self.partitions, mode="replay", erasure_key=ERASURE_KEY)
        between, self.rules = made(previous=before), made()
        version = NextVersion(policy_tag(given), "its text", EpochMs(1), "kim", "")
        for partition in range(self.partitions):
            meta = (owner := await self.owner(partition)).meta
            batches = await owner.take_version(version)
            owner = PartitionProcessor(partition, between, self.store, meta, CustomerCache(9))
            while owner.sweeping:
                batches += await owner.sweep_some(1)
            self.rows[partition] += [row for batch in batches for row in batch.rows]
            await self.owner(partition, anew=True)
        await self.settle()

    @property
    def _delivered(self) -> dict[int, int]:
        if not hasattr(self, "_at"):
            self._at: dict[int, int] = defaultdict(int)
        return self._at

    async def live(self, *events: Event) -> None:
        """Send events and let everything come of them."""
        self.send(*events)
        await self.settle()

    async def states(self) -> dict[str, CustomerState]:
        """All customers."""
        found = {}
        for partition in range(self.partitions):
            names = await self.store.customers(partition)
            blobs = await self.store.load(partition, names)
            decode = self.rules.codec.decode
            found |= {n: decode(b) for n, b in zip(names, blobs, strict=True) if b is not None}
        return found

    async def counts(self) -> dict[str, int]:
        """The counters of all partitions together, but for outcomes."""
        total: dict[str, int] = defaultdict(int)
        for partition in range(self.partitions):
            for name, n in (await self.store.counts(partition)).items():
                total[name] += n
        return {name: n for name, n in total.items() if n and not name.startswith("in:")}

    def told(self, topic: str, customer: str | None = None) -> list[dict[str, Any]]:
        """The bodies on a topic, partition by partition."""
        rows = [row for at in range(self.partitions) for row in self.rows[at]]
        found = [json.loads(row.value) for row in rows if row.topic == topic and row.value]
        return [b for b in found if customer is None or b.get("customer_id") == customer]

    def changes(self, customer: str) -> list[dict[str, Any]]:
        """What was told of a customer, in order."""
        found = [body for topic in CHANGES for body in self.told(topic, customer)]
        return sorted(found, key=lambda body: body["version"])

    def answers(self) -> list[tuple[str, str, str]]:
        """(type, customer, outcome) of every answer."""
        told = self.told(COMMAND_RESULTS)
        return [(body["type"], body["customer_id"], body["outcome"]) for body in told]
