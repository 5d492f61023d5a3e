"""CPU per event while the store knows more and more customers."""

import asyncio
import secrets
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from typing import Any, NamedTuple

from histories import grade
from measure import emit, progress, ratio
from worker_run import PARTITIONS, WorkerRun, produce, run_worker, store_of

from scoring.advance import advance
from scoring.facts import OrderPaid
from scoring.policy import Policy
from scoring.units import Day, EpochMs, MinorUnits
from streams.bootstrap import judge_of, policy_tag
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import create_topics
from streams.intake.partitioner import partition_of
from streams.partition.ports import Commit
from streams.policies.load import load_policy
from streams.replay.event import WireEvent
from streams.replay.generator import Order, generate_orders, paid
from streams.storage.codec import BlobCodec
from streams.storage.memory_store import MemoryStore
from streams.storage.redis_store import RedisStore
from streams.topics import topic_specs

SIZES = (10_000, 100_000, 1_000_000)
MODELS, MODEL_ORDERS = 5_000, 50_000
_AT_ONCE = 4_000


class Model(NamedTuple):
    """A customer with a history, to be copied."""

    blob: bytes
    due: Day | None
    tier: int


class Models(NamedTuple):
    """The customers that all others are copies of."""

    models: list[Model]
    day: Day
    last_ms: int


def main() -> None:
    """Measure and print one JSON line."""
    asyncio.run(measure(arguments()))


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--orders", type=int, default=60_000, help="per measurement")
    add("--sizes", type=int, nargs="+", default=SIZES, help="customers in the store")
    add("--policy", default="b2b-fresh")
    return parser.parse_args()


async def measure(options: Namespace) -> None:
    """Measure every size on a stack of its own."""
    policy = load_policy(options.policy)
    models = await grade_models(policy)
    sizes = sorted(options.sizes)
    found = [await measure_size(size, sizes[0], policy, models, options) for size in sizes]
    ratios = {
        f"{mix}_ratios": [
            ratio(one[mix]["cpu_us_per_event"], found[0][mix]["cpu_us_per_event"]) for one in found
        ]
        for mix in ("same", "spread")
    }
    emit("flatness", {"orders": options.orders, "sizes": found, **ratios})


async def grade_models(policy: Policy) -> Models:
    """Grade histories of 18 months as of their last day.

    Left out is whom the next order would change: more such customers are met the more
    there are, and writing a change costs more than the order does.
    """
    progress("Grading the customers to copy ...")
    events = list(generate_orders(MODELS, MODEL_ORDERS))
    store = MemoryStore(policy_tag(policy))
    meta = await grade(events, policy, store)
    today, last_ms = meta.day or Day(0), events[-1].timestamp_ms
    judge, decode = judge_of(policy), BlobCodec().decode
    order = OrderPaid("quiet", EpochMs(last_ms), today, "quiet", MinorUnits(6_000))
    models = []
    for blob in await store.load(0, await store.customers(0)):
        if blob is None or advance(decode(blob), order, judge, today).changes:
            continue
        models.append(model(blob))
    return Models(models, today, last_ms)


def model(blob: bytes) -> Model:
    """A customer as stored."""
    state = BlobCodec().decode(blob)
    return Model(blob, state.due, state.tier)


async def measure_size(
    size: int, few: int, policy: Policy, models: Models, options: Namespace
) -> dict[str, Any]:
    """Figures of both mixes of events with `size` customers in the store."""
    progress(f"{size:,} customers ...")
    names = [f"c{number:07d}" for number in range(size)]
    number = count()
    settings = {"REGRADE_POLICY": options.policy, "REGRADE_CLOCK": "event"}
    figures: dict[str, Any] = {"customers": size}
    with EmbeddedStack() as stack:
        await create_topics(stack.bootstrap, topic_specs("", PARTITIONS))
        store = store_of(stack, policy)
        try:
            await store.prepare(durable=True)
            await copy(policy, models, names, store)
            for mix, chosen in (("spread", names), ("same", names[:few])):
                await copy(policy, models, chosen[:few], store)  # as it was before `spread`
                orders = orders_of(chosen, options.orders, number, models.last_ms)
                records = await produce(stack.bootstrap, orders, close=False)
                run = await run_worker(stack, policy, settings, records=records, name=mix)
                figures[mix] = _figures(run)
        finally:
            await store.close()
    return figures


def _figures(run: WorkerRun) -> dict[str, Any]:
    cpu = run.span.cpu_us_per_event
    return {**run.span.figures(), "store_cpu_us_per_event": cpu["store"]}


async def copy(policy: Policy, models: Models, names: Sequence[str], store: RedisStore) -> None:
    """Give each customer the state of one of the models, through the store's own door."""
    drawn, tiers = Random("copies"), [f"tier:{tier.name}" for tier in policy.tiers]
    copies = [(name, drawn.choice(models.models)) for name in names]
    for partition in range(PARTITIONS):
        meta = await store.claim(partition, "benchmark", PARTITIONS)
        meta.day = models.day
        here = [pair for pair in copies if partition_of(pair[0].encode(), PARTITIONS) == partition]
        for at in range(0, len(here), _AT_ONCE):
            some = here[at : at + _AT_ONCE]
            commit = Commit(
                expected=meta.commit,
                commit=secrets.token_hex(16),
                meta=meta,
                states=[(name, model.blob) for name, model in some],
                due=[(name, model.due) for name, model in some],
                rows=[],
                counts=dict(Counter(tiers[model.tier] for _, model in some)),
                moves={},
            )
            await store.commit(partition, commit)
            meta.commit = commit.commit


def orders_of(
    names: Sequence[str], orders: int, number: Iterator[int], at: int
) -> Iterator[WireEvent]:
    """Orders of equally busy customers, all on the day that was reached: no ticks."""
    draws = Random("orders")
    for _ in range(orders):
        order_number = next(number)
        order = Order(at, draws.choice(names), f"f{order_number:09d}", "60.00")
        yield paid(order, order_number + 1)


if __name__ == "__main__":
    main()
