"""Orders per second of one worker, beside what users would write by hand."""

import asyncio
from argparse import ArgumentParser, Namespace
from typing import Any

from measure import emit, progress, ratio
from rival_run import Rival, quix_python, run_rival
from worker_run import PARTITIONS, WorkerRun, metas, produce, run_worker, store_of

from scoring.policy import Policy
from streams.bootstrap import rules_of
from streams.embedded.stack import EmbeddedStack
from streams.embedded.store import ValkeyStore
from streams.embedded.topics import create_topics
from streams.policies.load import load_policy
from streams.replay.generator import generate_orders
from streams.replay.memory import run_in_memory
from streams.replay.results import read_customers
from streams.storage.redis_store import RedisStore
from streams.topics import topic_specs


def main() -> None:
    """Measure and print one JSON line."""
    asyncio.run(measure(arguments()))


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--orders", type=int, default=1_000_000)
    add("--customers", type=int, default=100_000)
    add("--policy", default="b2b-fresh", help="preset or file")
    add("--bare-orders", type=int, default=20_000, help="0: no rivals")
    add("--quix", action="store_true", help="Quix Streams too; installs it in ~/.cache")
    add("--verify", action="store_true", help="grade again in memory and compare")
    return parser.parse_args()


async def measure(options: Namespace) -> None:
    """Run the worker, then each rival, on one stack."""
    policy = load_policy(options.policy)
    with EmbeddedStack() as stack:
        figures = await grade_all(stack, policy, options)
        if options.bare_orders:
            figures |= await run_rivals(stack, options, figures["regrade"])
    emit("throughput", {"orders": options.orders, **figures})


async def grade_all(stack: EmbeddedStack, policy: Policy, options: Namespace) -> dict[str, Any]:
    """Figures of one worker over all orders, and whether it graded them right."""
    await create_topics(stack.bootstrap, topic_specs("", PARTITIONS))
    progress(f"Producing {options.orders:,} orders ...")
    orders = generate_orders(options.customers, options.orders)
    records = await produce(stack.bootstrap, orders, close=True)
    progress("Grading ...")
    settings = {"REGRADE_POLICY": options.policy, "REGRADE_CLOCK": "event"}
    run = await run_worker(stack, policy, settings, records=records)
    store = store_of(stack, policy)
    try:
        figures = await figures_of(run, store)
        figures["all_folded"] = figures["counts"].get("in:folded") == options.orders
        if options.verify:
            figures |= await verify(store, policy, options, figures["counts"])
    finally:
        await store.close()
    return figures


async def figures_of(run: WorkerRun, store: RedisStore) -> dict[str, Any]:
    """What the worker did and what that cost, the servers beside it too."""
    counts: dict[str, int] = {}
    for partition in range(PARTITIONS):
        for name, count in (await store.counts(partition)).items():
            counts[name] = counts.get(name, 0) + count
    published = sum(meta.tail for meta in await metas(store) if meta)
    cpu = run.span.cpu_us_per_event
    return {
        "regrade": {
            **run.span.figures(),
            "store_cpu_us_per_event": cpu["store"],
            "broker_cpu_us_per_event": cpu["broker"],
            "published": published,
            "peak_memory_mib": run.peak_memory_mib,
        },
        "counts": counts,
    }


async def verify(
    store: RedisStore, policy: Policy, options: Namespace, counts: dict[str, int]
) -> dict[str, Any]:
    """Compare every grade and the tier counters with the in-memory engine."""
    progress("Grading again in memory ...")
    orders = generate_orders(options.customers, options.orders)
    memory = await run_in_memory(orders, policy)
    rules = rules_of(policy, PARTITIONS, mode="replay")
    found = await read_customers(store, PARTITIONS, rules)
    grades = {row["customer_id"]: row for row in found}
    wanted = {row["customer_id"]: row for row in memory.customers}
    names = {*grades, *wanted}
    tiers = {
        name.removeprefix("tier:"): count
        for name, count in counts.items()
        if name.startswith("tier:") and count
    }
    return {
        "wrong_grades": sum(grades.get(name) != wanted.get(name) for name in names),
        "tier_counters_right": tiers == memory.tiers(),
    }


async def run_rivals(
    stack: EmbeddedStack, options: Namespace, ours: dict[str, Any]
) -> dict[str, Any]:
    """Figures of each rival, and how many times better the worker is."""
    total, few = options.orders, min(options.orders, options.bare_orders)
    many = min(total, 5 * few)
    # From the middle of the stream, where customers are as large as they are on average.
    rivals = [
        Rival("bare_faust", "faust_agent.py", (total - few) // 2, few),
        Rival("bare_aiokafka", "aiokafka_batches.py", (total - many) // 2, many),
    ]
    if options.quix:
        rivals.append(Rival("quix", "quix.py", 0, total, quix_python()))
    figures: dict[str, Any] = {}
    # Kinder to them than the worker's store, which is on disk at every answer.
    with ValkeyStore(stack.folder / "theirs", appendfsync="everysec") as store:
        for rival in rivals:
            progress(f"{rival.name}: {rival.orders:,} orders ...")
            stream = generate_orders(options.customers, total)
            figures[rival.name] = found = await run_rival(rival, stream, stack, store)
            if "failed" not in found:
                found["speed_ratio"] = ratio(ours["events_per_second"], found["events_per_second"])
                found["cpu_ratio"] = ratio(found["cpu_us_per_event"], ours["cpu_us_per_event"])
    return figures


if __name__ == "__main__":
    main()
