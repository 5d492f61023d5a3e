"""A partition runner in this process: a log in memory, a clock moved by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from builders import order, policy, record
from journeys.patience import until
from runs import FIRST

from scoring.policy import Policy
from scoring.units import EpochMs
from streams.bootstrap import local_days, policy_tag, rules_of
from streams.clock import ManualClock
from streams.outbox.scribe import CURRENT_TIER
from streams.partition.batch import Batch
from streams.partition.cache import CustomerCache
from streams.partition.ports import OutboxRow, PartitionMeta
from streams.partition.processor import PartitionProcessor
from streams.partition.runner import TOPICS, PartitionRunner
from streams.partition.surroundings import Surroundings
from streams.storage.memory_store import MemoryStore

MIDNIGHT_MS = (FIRST + 31) * 86_400_000 - 8 * 3_600_000
"""The beginning of day 31, the first of February, in Shanghai."""


class StillLog:
    """A broker whose answers are set by hand; also takes what is published."""

    def __init__(self) -> None:
        self.ends = dict.fromkeys(TOPICS, 0)
        """Offset after the last record of each log."""
        self.unread = dict.fromkeys(TOPICS, 0)
        """Records at the end of each log that are not fetched yet."""
        self.answered_ms: int | None = None
        """When the last fetch was answered; None before the first."""
        self.looks = 0
        self.sought: list[dict[str, int]] = []
        self.rows: list[OutboxRow] = []
        self.ticks = 0
        self.unpublished = 0
        """Rows that wait for the broker."""
        self.left: list[int] = []
        """Due customers left after each slice of ticks."""

    def poll(self, topic: str, _partition: int) -> tuple[int | None, int | None, int | None]:
        """What the last fetch said."""
        self.looks += 1
        end = self.ends[topic]
        return end, end + self.unread[topic], self.answered_ms

    async def told(self, _partitions: Sequence[int]) -> int:
        """The group knows of nothing."""
        return 0

    async def begin(self, _topic: str, _partition: int) -> int:
        """Nothing is ever deleted."""
        return 0

    async def seek(self, _partition: int, offsets: dict[str, int]) -> None:
        """Where the runner wants to read on."""
        self.sought.append(offsets)

    def pause(self, _topic: str, _partition: int, *, paused: bool) -> None:
        """Little is ever waiting."""

    async def resume(self, _partition: int, _meta: PartitionMeta) -> None:
        """Nothing was left from before."""

    async def offer(self, _partition: int, _first: int, rows: Sequence[OutboxRow]) -> None:
        """Take what is published."""
        self.rows += rows

    def waiting(self, _partition: int) -> int:
        """What the test says."""
        return self.unpublished

    def owed(self, _partition: int, customers: int) -> None:
        """Remember how many are left."""
        self.left.append(customers)

    async def flush(self, _partition: int) -> None:
        """Nothing waits."""

    def processed(
        self, _partition: int, batches: Sequence[Batch], _meta: PartitionMeta, _seconds: float
    ) -> None:
        """Count the ticks."""
        self.ticks += sum(batch.ticks for batch in batches)


class World:
    """One partition with its runner."""

    def __init__(self, runner: PartitionRunner, log: StillLog, clock: ManualClock) -> None:
        self.runner = runner
        self.log = log
        self.clock = clock

    async def at(self, seconds: float, *, answers: bool = True) -> None:
        """The clock stands at so many seconds past midnight of day 31."""
        self.clock.advance(seconds - (self.clock.now_ms() - MIDNIGHT_MS) / 1000)
        if answers:
            await self.answers()
        await self.noticed()

    async def until_ms(self, now_ms: int) -> None:
        """Time passes until this instant, and the broker answers."""
        self.clock.advance((now_ms - self.clock.now_ms()) / 1000)
        await self.answers()

    async def buy(self, day: int, customer: str = "ann", **fields: Any) -> None:
        """Ann, or another, buys on a day of the test."""
        offset = self.log.ends["orders"]
        self.log.ends["orders"] += 1
        await self.fetched(offset, day, customer, **fields)

    async def fetched(self, offset: int, day: int, customer: str = "ann", **fields: Any) -> None:
        """A fetch brings the order at an offset."""
        known = {"customer_id": customer, "event_id": f"e{offset}", "order_id": f"o{offset}"}
        event = order(day, 150, **known | fields)
        await self.runner.offer("orders", [record(event, offset=offset)])

    async def answers(self) -> None:
        """The broker answers three fetches, the last of them certainly sent now."""
        for _ in range(3):
            self.clock.advance(0.01)
            self.log.answered_ms = self.clock.now_ms()
            await self.noticed()

    async def noticed(self) -> None:
        """Wait until the runner has looked at the log and has nothing left to do."""
        enough = self.log.looks + 2 * len(TOPICS)
        await until(lambda: self._has_looked(enough), "noticed")

    async def _has_looked(self, enough: int) -> bool:
        self.runner._wake.set()  # it would look by itself within a second
        return self.log.looks >= enough

    @property
    def day(self) -> int:
        """The partition day, as days of the test."""
        return self.runner.processor.meta.day - FIRST

    @property
    def moves(self) -> list[tuple[str, str]]:
        """The tiers published: from, to."""
        changes = [row for row in self.log.rows if row.topic != CURRENT_TIER]
        bodies = [json.loads(row.value or b"") for row in changes]
        return [(body["from"], body["to"]) for body in bodies]


@asynccontextmanager
async def bought_on_day_0() -> AsyncIterator[World]:
    """Ann bought on day 0; it is ten seconds to the midnight that begins day 31."""
    async with running(policy("time_zone: Asia/Shanghai"), MIDNIGHT_MS - 10_000) as made:
        await made.buy(0)
        await made.at(-5)
        yield made


@asynccontextmanager
async def running(rules: Policy, now_ms: int) -> AsyncIterator[World]:
    """A runner on an empty partition at an instant."""
    clock, log = ManualClock(EpochMs(now_ms)), StillLog()
    store = MemoryStore(policy_tag(rules))
    shared = rules_of(rules, 1, mode="live")
    around = Surroundings(
        owner="test",
        store=store,
        feed=log,
        outlet=log,
        observer=log,
        clock=clock,
        days=local_days(rules),
        mode="wall",
        build=lambda at, meta: PartitionProcessor(at, shared, store, meta, CustomerCache(10)),
    )
    meta = await store.claim(0, "test", 1)
    runner = PartitionRunner(0, meta, dict.fromkeys(TOPICS, 0), around)
    task = asyncio.create_task(runner.run())
    try:
        yield World(runner, log, clock)
    finally:
        runner.stop()
        await asyncio.wait_for(task, 5)
