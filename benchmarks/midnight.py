"""How long a night takes in which everybody is due, and what live orders notice of it."""

import asyncio
import time
from argparse import Namespace
from datetime import date, timedelta

from flatness import Models, model
from histories import grade
from live import PATIENCE_S, Live, bench, beside, options_of
from measure import emit, progress
from worker_run import PARTITIONS, metas

from scoring.calendar import date_of
from scoring.policy import Policy
from scoring.units import MS_PER_DAY, Day
from streams.bootstrap import local_days, policy_tag
from streams.clock import SystemClock
from streams.policies.load import load_policy
from streams.replay.generator import generate_orders
from streams.storage.memory_store import MemoryStore
from streams.storage.redis_store import RedisStore

MODELS, MODEL_ORDERS = 10_000, 100_000
_HISTORY_DAYS = 18 * 365 // 12
_POLL_S = 0.1


def main() -> None:
    """Measure and print one JSON line."""
    asyncio.run(measure(arguments()))


def arguments() -> Namespace:
    """What to measure."""
    return options_of(
        __doc__,
        "all of them due on one day",
        "of live orders before the night",
        "one that grades at the first order",
    )


async def measure(options: Namespace) -> None:
    """Let the first order of tomorrow find every customer due."""
    policy = load_policy(options.policy)
    models = await models_due_tomorrow(policy)
    async with bench(policy, models, options) as here:

        async def night(live: Live) -> None:
            live.ahead_ms = MS_PER_DAY
            await _until_ticked(here.store, Day(models.day + 1))

        figures = await beside(here, options, night)
    emit("midnight", figures)


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
