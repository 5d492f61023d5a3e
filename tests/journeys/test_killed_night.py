"""A night of a hundred days with a thousand customers due, and workers that die in it.

the host's clock   today   +100 days         today     +50 days       +100 days     +100 days
the worker         takes   † before a slice  † after   † after rows   † committed   ticks to the end
"""

import asyncio
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
import pytest
from builders import record
from journeys.laws import check_versions, once_each
from journeys.patience import until
from journeys.programme import Programme, claimed, die
from runs import run

from scoring.units import Day
from streams.bootstrap import local_days
from streams.clock import SystemClock
from streams.embedded.worker import WorkerProcess
from streams.replay.event import WireEvent
from streams.replay.produce import Replay

pytestmark = pytest.mark.long

HOST = str(Path(__file__).with_name("stepped_host.py"))
CUSTOMERS = 1200
DAYS = 100
DEATHS = {
    "before-tick=kill@3": DAYS,
    "after-tick=kill@2": 0,
    "after-publish=kill@3": DAYS // 2,
    "after-commit=kill@5": DAYS,
}
"""Where each worker dies, and how many days ahead the host's clock is while it lives."""
DAY_MS = 86_400_000


def orders(now: int) -> list[WireEvent]:
    """Everybody bought just now; how much decides which days they are due on."""
    events = []
    for number in range(CUSTOMERS):
        customer = f"c{number:04}"
        said = {"type": "order.paid", "customer_id": customer, "occurred_at": now}
        said |= {"event_id": f"e{number}", "order_id": f"o{number}", "amount": 7 * number % 900}
        events.append(
            WireEvent("orders", customer.encode(), json.dumps(said).encode(), now, number + 1)
        )
    return events


class Night:
    """The programme, its host's clock, and the day at whose end all ticks are done."""

    def __init__(self, programme: Programme, clock: Path, last: Day) -> None:
        self.programme = programme
        self.clock = clock
        self.last = last

    def set_clock(self, ahead_ms: int) -> None:
        """Somebody sets the host's clock."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(ahead_ms), "utf-8")
        fresh.replace(self.clock)

    async def worker(self) -> WorkerProcess:
        """A worker on the host that owns partitions."""
        worker = self.programme.launch(HOST, str(self.clock))
        await until(lambda: claimed(worker), "claimed")
        return worker

    async def owed(self) -> int:
        """How many customers are due by the last day."""
        store, partitions = self.programme.store, range(self.programme.partitions)
        return sum([await store.due_count(at, self.last) for at in partitions])

    async def over(self) -> None:
        """Wait until everybody is ticked and all is published."""
        await until(self._is_over, "morning", 90)

    async def _is_over(self) -> bool:
        self.programme.check()
        metas = await self.programme.metas()
        done = all(meta.day == self.last and meta.head == meta.tail for meta in metas)
        return done and await self.owed() == 0


def story(body: dict[str, Any]) -> dict[str, Any]:
    """A change without the place of its record and the mode."""
    cause = {k: v for k, v in body["cause"].items() if k in ("tick", "event_id")}
    return body | {"cause": cause, "mode": ""}


async def test_a_night_is_one_night_whatever_befalls_host_and_worker(stack, tmp_path):
    """Every customer has the states and the changes of a night without kills or clock steps."""
    now = SystemClock().now_ms()
    async with Programme(stack, tmp_path, "night", partitions=2, REGRADE_CLOCK="wall") as programme:
        days = local_days(programme.policy)
        last = Day(days.of(now) + DAYS)
        # At noon of the last day no midnight is near, however long the test takes.
        ahead = days.midnight(last) + DAY_MS // 2 - now
        night = Night(programme, tmp_path / "clock", last)
        night.set_clock(0)
        events = orders(now)
        worker = await night.worker()
        async with programme.producer() as producer:
            await Replay(producer, programme.prefix).run(events)
        await programme.taken(len(events))

        killed_in_it = 0
        worker.kill()
        for point, step in DEATHS.items():
            night.set_clock(ahead - (DAYS - step) * DAY_MS)
            before = await days_of(programme)
            await die(programme, [point], HOST, str(night.clock))
            killed_in_it += await night.owed() > 0
            assert all(a <= b for a, b in zip(before, await days_of(programme), strict=True))
        await night.worker()
        await night.over()
        assert killed_in_it == len(DEATHS)

        log = [
            record(event.value, at, key=event.key, timestamp=now) for at, event in enumerate(events)
        ]
        quiet = await asyncio.to_thread(run, programme.policy, log, until=last)
        told = await programme.changes()
        check_versions(told)
        stories: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for value in once_each(told).values():
            body = orjson.loads(value)
            stories[body["customer_id"]].append(story(body))
        for name, expected in quiet.stories.items():
            found = sorted(stories[name], key=lambda body: body["version"])
            assert found == [story(body) for body in expected]
        assert await blobs(programme) == quiet.blobs


async def days_of(programme: Programme) -> list[Day]:
    """The partition days."""
    return [meta.day for meta in await programme.metas() if meta.day is not None]


async def blobs(programme: Programme) -> dict[str, bytes]:
    """Every state as stored."""
    found = {}
    for partition in range(programme.partitions):
        names = await programme._redis.customers(partition)
        states = await programme._redis.load(partition, names)
        found |= {name: blob for name, blob in zip(names, states, strict=True) if blob}
    return found
