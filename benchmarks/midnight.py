"""How long a night takes in which everybody is due, and what live orders notice of it."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from datetime import date, timedelta
from typing import Any

from flatness import Models, copy, model
from histories import grade
from latency import ORDERS, Seen
from live import PATIENCE_S, WARM_UP_S, Live, noticed, rows_of, until_read
from measure import Reading, emit, peak_memory_mib, progress
from worker_run import PARTITIONS, metas, store_of, worker_on

from scoring.calendar import date_of
from scoring.policy import Policy
from scoring.units import MS_PER_DAY, Day
from streams.bootstrap import local_days, policy_tag
from streams.clock import SystemClock
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import create_topics
from streams.policies.load import load_policy
from streams.replay.generator import generate_orders
from streams.storage.memory_store import MemoryStore
from streams.storage.redis_store import RedisStore
from streams.topics import TIER_CHANGES, topic_specs

MODELS, MODEL_ORDERS = 10_000, 100_000
_HISTORY_DAYS = 18 * 365 // 12
_POLL_S = 0.1


def main() -> None:
    """Measure and print one JSON line."""
    asyncio.run(measure(arguments()))


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--customers", type=int, default=1_000_000, help="all of them due on one day")
    add("--rate", type=int, default=500, help="live orders a second")
    add("--seconds", type=int, default=8, help="of live orders before the night")
    add("--policy", default="b2b-fresh", help="one that grades at the first order")
    return parser.parse_args()


async def measure(options: Namespace) -> None:
    """Let the first order of tomorrow find every customer due."""
    policy = load_policy(options.policy)
    models = await models_due_tomorrow(policy)
    settings = {"REGRADE_POLICY": options.policy, "REGRADE_CLOCK": "wall"}
    with EmbeddedStack() as stack:
        await create_topics(stack.bootstrap, topic_specs("", PARTITIONS))
        store = store_of(stack, policy)
        try:
            await store.prepare(durable=True)
            progress(f"Storing {options.customers:,} customers ...")
            names = [f"n{number:07d}" for number in range(options.customers)]
            await copy(policy, models, names, store)
            with worker_on(stack, stack.folder / "worker", settings) as worker:
                await asyncio.to_thread(worker.wait_ready)
                progress(f"  worker process {worker.pid}")
                pids = {
                    "worker": worker.pid,
                    "store": stack.store.pid,
                    "broker": stack.broker.pid,
                }
                figures = await the_night(stack, store, models, pids, options)
                figures["worker_peak_memory_mib"] = peak_memory_mib(worker.pid)
        finally:
            await store.close()
    emit("midnight", {"customers": options.customers, "rate": options.rate, **figures})


async def models_due_tomorrow(policy: Policy) -> Models:
    """Of all histories those of customers whose next due day is tomorrow."""
    models, today, now = await histories_until_today(policy)
    due = [one for one in models if one.due == today + 1]
    progress(f"  {len(due)} of {len(models)} are due tomorrow")
    return Models(due, today, now)


async def histories_until_today(policy: Policy) -> Models:
    """Histories of 18 months that end today."""
    progress("Grading the customers to copy ...")
    now = SystemClock().now_ms()
    today = local_days(policy).of(now)
    start = date_of(today) - timedelta(days=_HISTORY_DAYS - 1)
    store = MemoryStore(policy_tag(policy))
    events = generate_orders(MODELS, MODEL_ORDERS, start=date.fromordinal(start.toordinal()))
    await grade(
        (e for e in events if local_days(policy).of(e.timestamp_ms) <= today), policy, store
    )
    blobs = await store.load(0, await store.customers(0))
    return Models([model(blob) for blob in blobs if blob], today, now)


async def the_night(
    stack: EmbeddedStack,
    store: RedisStore,
    models: Models,
    pids: dict[str, int],
    options: Namespace,
) -> dict[str, Any]:
    """Live orders of today, then of tomorrow until nobody is due any more."""
    tomorrow = Day(models.day + 1)
    bare, changes = Seen(ORDERS, stack.bootstrap), Seen(TIER_CHANGES, stack.bootstrap)
    night = Live(stack.bootstrap, options.rate)
    async with bare.reading(), changes.reading(), night:
        await night.keep("w", WARM_UP_S)
        night.forget()
        progress(f"{options.rate:,} orders/s of today ...")
        await night.keep("c", options.seconds)
        await until_read(night, bare, changes)
        before = noticed(night, bare, changes)
        night.forget()
        progress(f"{options.rate:,} orders/s of tomorrow, {options.customers:,} due ...")
        rows_before = rows_of(await metas(store))
        start = Reading.take(0, pids)
        night.ahead_ms = MS_PER_DAY
        sending = asyncio.create_task(night.until_over("m"))
        await _until_ticked(store, tomorrow)
        end = Reading.take(options.customers, pids)
        night.over.set()
        await sending
        await until_read(night, bare, changes)
        meanwhile = noticed(night, bare, changes)
    seconds = end.at - start.at
    cpu_s_spent = {name: end.cpu[name] - start.cpu[name] for name in pids}
    # The live orders of the night are in it: what they cost alone is not known by night.
    per_tick = cpu_s_spent["worker"] / options.customers
    return {
        "seconds": round(seconds, 2),
        "ticks_per_second": round(options.customers / seconds),
        "rows": rows_of(await metas(store)) - rows_before,
        "before": before,
        "meanwhile": meanwhile,
        "worker_cpu_us_per_tick": round(per_tick * 1e6, 1),
        "cpu_share": {name: round(spent / seconds, 2) for name, spent in cpu_s_spent.items()},
    }


async def _until_ticked(store: RedisStore, through: Day) -> None:
    """Wait until the day has come in every partition and nobody is due by then."""
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline:
        days = [meta.day if meta else None for meta in await metas(store)]
        left = [await store.due_count(at, through) for at in range(PARTITIONS)]
        if not sum(left) and all(day == through for day in days):
            return
        await asyncio.sleep(_POLL_S)
    raise TimeoutError(f"{left} customers are left")


if __name__ == "__main__":
    main()
