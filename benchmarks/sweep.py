"""How long a new version of the policy takes to reach everybody, and what live orders notice."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from flatness import Models, copy
from latency import ORDERS, Seen
from live import PATIENCE_S, WARM_UP_S, Live, noticed, rows_of, until_read
from measure import Reading, emit, peak_memory_mib, progress
from midnight import histories_until_today
from worker_run import PARTITIONS, metas, store_of, worker_on

from scoring.policy import Policy
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import create_topics
from streams.inquiry.publish import Order, publish_version
from streams.partition.reign import Reign
from streams.policies.load import load_policy, load_version
from streams.settings import Settings
from streams.storage.redis_store import RedisStore
from streams.topics import TIER_CHANGES, topic_specs

LOOSER = """\
policy: {id}
version: {version}
extends: {preset}
tiers: [{{name: {tier}, enter: {enter}}}]
"""
"""The second tier is entered more easily: some of its neighbours rise, and all are looked at."""

_POLL_S = 0.1


def main() -> None:
    """Measure and print one JSON line."""
    asyncio.run(measure(arguments()))


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--customers", type=int, default=1_000_000)
    add("--rate", type=int, default=500, help="live orders a second")
    add("--seconds", type=int, default=8, help="of live orders before the version")
    add("--policy", default="b2b-fresh", help="a preset that grades at the first order")
    return parser.parse_args()


async def measure(options: Namespace) -> None:
    """Publish a version over customers none of whom is due."""
    policy = load_policy(options.policy)
    models = await models_of(policy)
    settings = {"REGRADE_POLICY": options.policy, "REGRADE_CLOCK": "wall"}
    with EmbeddedStack() as stack:
        await create_topics(stack.bootstrap, topic_specs("", PARTITIONS))
        store = store_of(stack, policy)
        try:
            await store.prepare(durable=True)
            progress(f"Storing {options.customers:,} customers ...")
            began = time.perf_counter()
            names = [f"n{number:07d}" for number in range(options.customers)]
            await copy(policy, models, names, store)
            stored = time.perf_counter() - began
            with worker_on(stack, stack.folder / "worker", settings) as worker:
                await asyncio.to_thread(worker.wait_ready)
                progress(f"  worker process {worker.pid}")
                pids = {
                    "worker": worker.pid,
                    "store": stack.store.pid,
                    "broker": stack.broker.pid,
                }
                figures = await the_sweep(stack, store, policy, pids, options)
                figures["worker_peak_memory_mib"] = peak_memory_mib(worker.pid)
        finally:
            await store.close()
    told = {"customers": options.customers, "rate": options.rate, "stored_in_s": round(stored, 1)}
    emit("sweep", {**told, **figures})


async def models_of(policy: Policy) -> Models:
    """Histories that end today, of graded customers who are not due yet."""
    models, today, now = await histories_until_today(policy)
    found = [one for one in models if one.tier >= 0 and (one.due is None or one.due > today)]
    return Models(found, today, now)


async def the_sweep(
    stack: EmbeddedStack,
    store: RedisStore,
    policy: Policy,
    pids: dict[str, int],
    options: Namespace,
) -> dict[str, Any]:
    """Live orders alone, then beside the sweep, until it has reached everybody."""
    bare, changes = Seen(ORDERS, stack.bootstrap), Seen(TIER_CHANGES, stack.bootstrap)
    live = Live(stack.bootstrap, options.rate)
    async with bare.reading(), changes.reading(), live:
        await live.keep("w", WARM_UP_S)
        live.forget()
        progress(f"{options.rate:,} orders/s ...")
        await live.keep("c", options.seconds)
        await until_read(live, bare, changes)
        before = noticed(live, bare, changes)
        live.forget()
        progress(f"{options.rate:,} orders/s and a version for {options.customers:,} ...")
        rows_before = rows_of(await metas(store))
        start = Reading.take(0, pids)
        sending = asyncio.create_task(live.until_over("m"))
        await publish_looser(stack, policy, options.policy)
        reigns = await _until_swept(store)
        end = Reading.take(options.customers, pids)
        live.over.set()
        await sending
        await until_read(live, bare, changes)
        meanwhile = noticed(live, bare, changes)
    seconds = end.at - start.at
    spent = {name: end.cpu[name] - start.cpu[name] for name in pids}
    return {
        "seconds": round(seconds, 2),
        "customers_per_second": round(options.customers / seconds),
        "reached": sum(reign.reached for reign in reigns),
        "rows": rows_of(await metas(store)) - rows_before,
        "before": before,
        "meanwhile": meanwhile,
        "worker_cpu_us_per_customer": round(spent["worker"] / options.customers * 1e6, 1),
        "cpu_share": {name: round(one / seconds, 2) for name, one in spent.items()},
    }


async def publish_looser(stack: EmbeddedStack, policy: Policy, preset: str) -> None:
    """Publish the next version as an operator does."""
    second = policy.tiers[1]
    text = LOOSER.format(
        id=policy.policy_id,
        version=policy.version + 1,
        preset=preset,
        tier=second.name,
        enter=second.enter / 2,
    )
    path = Path(stack.folder) / "looser.yaml"
    path.write_text(text)
    settings = Settings(kafka=stack.bootstrap, redis=stack.redis_url, policy=preset)
    order = Order("bench", "a benchmark")
    version = load_version(str(path))
    published = await asyncio.to_thread(
        publish_version, version, order, settings, lambda _done, _total: None
    )
    progress(f"  published {published.tag if published else 'nothing'}")


async def _until_swept(store: RedisStore) -> list[Reign]:
    """Wait until every partition has taken the version and brought everybody to it."""
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline:
        reigns = [meta.reign for meta in await metas(store) if meta]
        if all(reign.generation and not reign.sweeping for reign in reigns):
            return reigns
        await asyncio.sleep(_POLL_S)
    raise TimeoutError("customers are left behind")


if __name__ == "__main__":
    main()
