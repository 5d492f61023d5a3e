"""Time from producing an order to its change being readable, beside the broker alone."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from brokers import add_broker, max_wait_ms, producer, stack_with
from measure import cpu_s, emit, p50_p99, progress
from worker_run import PARTITIONS, worker_on

from streams.embedded.topics import create_topics
from streams.replay.wire_text import ORDER
from streams.topics import TIER_CHANGES, topic_specs

ORDERS = "orders"
_IDLE_S = 3
_WARM_UP_S = 3
_PATIENCE_S = 10.0


class Seen:
    """When each customer's only record was first readable on a topic."""

    def __init__(self, topic: str, bootstrap: str, max_wait_ms: int) -> None:
        self.at: dict[bytes, float] = {}
        self.values: dict[bytes, bytes] = {}
        self._consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=bootstrap,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=max_wait_ms,
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["Seen"]:
        """Read until the end of the block."""
        async with self._consumer:
            task = asyncio.create_task(self._read())
            try:
                yield self
            finally:
                task.cancel()

    async def _read(self) -> None:
        while True:
            fetched = await self._consumer.getmany(timeout_ms=1000)
            now = time.perf_counter()
            for records in fetched.values():
                for record in records:
                    self.at.setdefault(record.key, now)
                    self.values.setdefault(record.key, record.value)


class Pace(AIOKafkaProducer):
    """Sends one order of a new customer each time one is due."""

    def __init__(self, bootstrap: str, rate: int) -> None:
        super().__init__(bootstrap_servers=bootstrap, acks="all", linger_ms=0)
        self._rate = rate
        self.sent: dict[bytes, float] = {}
        self.behind: list[float] = []
        """Seconds by which each was sent after it was due."""
        self.ahead_ms = 0
        """How far ahead of the clock the orders are dated."""

    async def keep(self, name: str, seconds: int) -> None:
        """Send for some seconds; customers and events are named after `name`."""
        began = time.perf_counter()
        for number in range(self._rate * seconds):
            due = began + number / self._rate
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            customer = f"{name}{number:07d}"
            key, value = customer.encode(), _order(customer, self.ahead_ms)
            self.sent[key] = now = time.perf_counter()
            self.behind.append(now - due)
            await self.send(ORDERS, value, key=key)
        await self.flush()

    def forget(self) -> None:
        """Leave out what was sent so far."""
        self.sent.clear()
        self.behind.clear()


def _order(customer: str, ahead_ms: int) -> bytes:
    """Write an order paid now, or so much later."""
    at = time.time_ns() // 1_000_000 + ahead_ms
    named = f'"{customer}"'
    filled = ("order.paid", named, named, at, named, "60.00", "")
    return (ORDER % filled).encode()


def main() -> None:
    """Measure and print one JSON line."""
    asyncio.run(measure(arguments()))


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--rate", type=int, default=1000, help="orders a second")
    add("--seconds", type=int, default=20)
    add("--policy", default="b2b-fresh", help="one that grades at the first order")
    add_broker(parser)
    return parser.parse_args()


async def measure(options: Namespace) -> None:
    """Pace orders through a worker on the wall clock; read orders and changes."""
    settings = {"REGRADE_POLICY": options.policy, "REGRADE_CLOCK": "wall"}
    settings |= producer(options.broker)
    wait = max_wait_ms(options.broker)
    with stack_with(options.broker) as stack:
        await create_topics(stack.bootstrap, topic_specs("", PARTITIONS))
        with worker_on(stack, stack.folder / "worker", settings) as worker:
            await asyncio.to_thread(worker.wait_ready)
            progress(f"  worker process {worker.pid}")
            idle = await _idle_cpu_share(worker.pid)
            bare = Seen(ORDERS, stack.bootstrap, wait)
            changes = Seen(TIER_CHANGES, stack.bootstrap, wait)
            pace = Pace(stack.bootstrap, options.rate)
            async with bare.reading(), changes.reading(), pace:
                progress(f"Warming up for {_WARM_UP_S} s ...")
                await pace.keep("w", _WARM_UP_S)
                pace.forget()
                progress(f"Pacing {options.rate:,} orders/s ...")
                cpu = cpu_s(worker.pid)
                await pace.keep("c", options.seconds)
                await until_read(pace, bare, changes)
                cpu = cpu_s(worker.pid) - cpu
    events = len(pace.sent)
    emit(
        "latency",
        {
            "broker": options.broker,
            "rate": options.rate,
            "events": events,
            **figures(pace, bare, changes),
            "worker_idle_cpu_share": idle,
            "worker_cpu_us_per_event": round(cpu / events * 1e6, 1),
        },
    )


async def _idle_cpu_share(pid: int) -> float:
    """How much of a CPU the worker takes while nothing happens."""
    before = cpu_s(pid)
    await asyncio.sleep(_IDLE_S)
    return round((cpu_s(pid) - before) / _IDLE_S, 3)


async def until_read(pace: Pace, *readers: Seen) -> None:
    """Wait until all that was sent has been read, or for so long that something is missing."""
    deadline = time.perf_counter() + _PATIENCE_S
    while time.perf_counter() < deadline:
        if all(pace.sent.keys() <= seen.at.keys() for seen in readers):
            return
        await asyncio.sleep(0.05)


def figures(pace: Pace, bare: Seen, changes: Seen) -> dict[str, Any]:
    """Both paths in milliseconds, and what the worker adds to the broker."""
    both = [key for key in pace.sent if key in bare.at and key in changes.at]
    causes = {key: orjson.loads(changes.values[key])["cause"] for key in both}
    change = p50_p99([(changes.at[key] - pace.sent[key]) * 1000 for key in both])
    alone = p50_p99([(bare.at[key] - pace.sent[key]) * 1000 for key in both])
    paired = p50_p99([(changes.at[key] - bare.at[key]) * 1000 for key in both])
    return {
        "change_ms": change,
        "bare_ms": alone,
        "added_ms": {name: round(change[name] - alone[name], 2) for name in change},
        "after_bare_ms": paired,
        "missing": len(pace.sent) - len(both),
        "wrong_cause": sum(causes[key]["event_id"] != key.decode() for key in both),
        "sent_late_ms": p50_p99([late * 1000 for late in pace.behind]),
    }


if __name__ == "__main__":
    main()
