"""Very many customers, something large that happens to all, and what live orders notice of it."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from brokers import add_broker, max_wait_ms, producer, stack_with
from flatness import Models, copy
from latency import ORDERS, Pace, Seen, until_read
from measure import Reading, p50_p99, peak_memory_mib, progress
from worker_run import PARTITIONS, metas, store_of, worker_on

from scoring.policy import Policy
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import create_topics
from streams.partition.ports import PartitionMeta
from streams.storage.redis_store import RedisStore
from streams.topics import TIER_CHANGES, topic_specs

WARM_UP_S = 3
PATIENCE_S = 1800.0


class Live(Pace):
    """Orders of new customers, until told to stop."""

    def __init__(self, bootstrap: str, rate: int) -> None:
        super().__init__(bootstrap, rate)
        self.over = asyncio.Event()

    async def until_over(self, name: str) -> None:
        """Send second by second."""
        second = 0
        while not self.over.is_set():
            await self.keep(f"{name}{second:04d}-", 1)
            second += 1


def noticed(pace: Pace, bare: Seen, changes: Seen) -> dict[str, Any]:
    """Milliseconds from sending an order to reading its change, and to reading the order."""
    both = [key for key in pace.sent if key in bare.at and key in changes.at]
    return {
        "orders": len(pace.sent),
        "change_ms": p50_p99([(changes.at[key] - pace.sent[key]) * 1000 for key in both]),
        "bare_ms": p50_p99([(bare.at[key] - pace.sent[key]) * 1000 for key in both]),
        "sent_late_ms": p50_p99([late * 1000 for late in pace.behind]),
        "missing": len(pace.sent) - len(both),
    }


def _rows_of(found: Sequence[PartitionMeta | None]) -> int:
    """Rows ever put into the outboxes."""
    return sum(meta.tail for meta in found if meta)


@dataclass(frozen=True, slots=True)
class Bench:
    """A worker at work over its customers."""

    stack: EmbeddedStack
    store: RedisStore
    worker: int
    """Its process."""
    stored_in_s: float

    @property
    def pids(self) -> dict[str, int]:
        """The processes by name."""
        stack = self.stack
        return {"worker": self.worker, "store": stack.store.pid, "broker": stack.broker.pid}


def options_of(about: str | None, customers: str, seconds: str, policy: str) -> Namespace:
    """What to measure; the texts say what each is here."""
    parser = ArgumentParser(description=about)
    add = parser.add_argument
    add("--customers", type=int, default=1_000_000, help=customers)
    add("--rate", type=int, default=500, help="live orders a second")
    add("--seconds", type=int, default=8, help=seconds)
    add("--policy", default="b2b-fresh", help=policy)
    add_broker(parser)
    return parser.parse_args()


@asynccontextmanager
async def bench(policy: Policy, models: Models, options: Namespace) -> AsyncIterator[Bench]:
    """So many customers in a store, each a copy of a model, and a worker in wall mode."""
    settings = {
        "REGRADE_POLICY": options.policy,
        "REGRADE_CLOCK": "wall",
        **producer(options.broker),
    }
    with stack_with(options.broker) as stack:
        await create_topics(stack.bootstrap, topic_specs("", PARTITIONS))
        store = store_of(stack, policy)
        try:
            await store.prepare(durable=True)
            progress(f"Storing {options.customers:,} customers ...")
            began = time.perf_counter()
            names = [f"n{number:07d}" for number in range(options.customers)]
            await copy(policy, models, names, store)
            stored = round(time.perf_counter() - began, 1)
            with worker_on(stack, stack.folder / "worker", settings) as worker:
                await asyncio.to_thread(worker.wait_ready)
                progress(f"  worker process {worker.pid}")
                yield Bench(stack, store, worker.pid, stored)
        finally:
            await store.close()


async def beside(
    here: Bench, options: Namespace, happens: Callable[[Live], Awaitable[None]]
) -> dict[str, Any]:
    """Live orders alone, then beside what happens, until it is over; figures of both."""
    wait = max_wait_ms(options.broker)
    bare = Seen(ORDERS, here.stack.bootstrap, wait)
    changes = Seen(TIER_CHANGES, here.stack.bootstrap, wait)
    live = Live(here.stack.bootstrap, options.rate)
    async with bare.reading(), changes.reading(), live:
        await live.keep("w", WARM_UP_S)
        live.forget()
        progress(f"{options.rate:,} orders/s ...")
        await live.keep("c", options.seconds)
        await until_read(live, bare, changes)
        before = noticed(live, bare, changes)
        live.forget()
        progress(f"{options.rate:,} orders/s beside {options.customers:,} customers ...")
        rows = _rows_of(await metas(here.store))
        start = Reading.take(0, here.pids)
        sending = asyncio.create_task(live.until_over("m"))
        await happens(live)
        end = Reading.take(options.customers, here.pids)
        live.over.set()
        await sending
        await until_read(live, bare, changes)
        meanwhile = noticed(live, bare, changes)
    seconds = end.at - start.at
    spent = {name: end.cpu[name] - start.cpu[name] for name in here.pids}
    return {
        "broker": options.broker,
        "customers": options.customers,
        "rate": options.rate,
        "stored_in_s": here.stored_in_s,
        "seconds": round(seconds, 2),
        "customers_per_second": round(options.customers / seconds),
        "rows": _rows_of(await metas(here.store)) - rows,
        "before": before,
        "meanwhile": meanwhile,
        # The live orders are in it: what they cost alone is not known meanwhile.
        "worker_cpu_us_per_customer": round(spent["worker"] / options.customers * 1e6, 1),
        "cpu_share": {name: round(one / seconds, 2) for name, one in spent.items()},
        "worker_peak_memory_mib": peak_memory_mib(here.worker),
    }
