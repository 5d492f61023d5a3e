"""A midnight in slices, between live records and across kills, is a midnight at once.

at once    day moves   tick a, b, c, d   order of c       order of x
in slices  day moves   order of x   tick a, b   tick c, order of c   killed   tick d
"""

import asyncio
from itertools import cycle
from random import Random

from builders import day_reached, log, policy_from
from dying_store import DyingStore, KilledError
from histories import CENTS, histories
from hypothesis import given
from hypothesis import strategies as st
from programmes import programmes
from runs import ERASURE_KEY, FIRST, Run, run

from scoring.policy import Policy
from scoring.units import NEVER, Day
from streams.bootstrap import policy_tag, rules_of
from streams.intake.record import LogRecord
from streams.partition.batch import Batch
from streams.partition.cache import CustomerCache
from streams.partition.processor import PartitionProcessor
from streams.policies.load import load_policy
from streams.storage.memory_store import MemoryStore

GROCERY = load_policy("grocery-usd")
STEPS = st.lists(st.sampled_from(["records", "ticks", "killed"]), min_size=1, max_size=6)


async def sliced(
    given_policy: Policy, records: list[LogRecord], steps: list[str], at_once: int, seed: int
) -> Run:
    """Take records and ticks in turns, with deaths between and within them."""
    rules = rules_of(given_policy, 1, mode="replay", erasure_key=ERASURE_KEY)
    store = DyingStore(policy_tag(given_policy), Random(seed))
    batches: list[Batch] = []
    draws = Random(seed)

    async def opened() -> PartitionProcessor:
        """The partition claimed anew, as after a death."""
        meta = await store.claim(0, "worker", 1)
        return PartitionProcessor(0, rules, store, meta, CustomerCache(2))

    def done() -> int:
        """How many records are committed."""
        # Offsets are places in the whole log, whatever the topic.
        return max(partition.meta.next.values(), default=0)

    async def step(name: str) -> None:
        """The next records, the next due customers, or a death."""
        at = done()
        if name == "records":
            some = records[at : at + draws.randint(1, 4)]
            batches.extend(await partition.process(some, at_once=at_once))
        elif name == "ticks":
            batches.extend(await partition.tick_some(at_once))
        else:
            raise KilledError

    partition = await opened()
    turns = cycle([*steps, "records", "ticks"])
    while done() < len(records) or partition.owing:
        try:
            await step(next(turns))
        except KilledError:
            partition = await opened()
    names = await store.customers(0)
    blobs = await store.load(0, names)
    made = Run(rules, store, partition.meta, batches)
    made.blobs = {name: blob for name, blob in zip(names, blobs, strict=True) if blob}
    made.rows = await store.outbox(0)
    made.due = dict(await store.due(0, NEVER, len(names) + 1))
    made.counts = {name: n for name, n in (await store.counts(0)).items() if n}
    return made


def check(
    given_policy: Policy, records: list[LogRecord], steps: list[str], at_once: int, seed: int
) -> None:
    """The same states, the same story of each customer, the same counters."""
    whole = run(given_policy, records)
    found = asyncio.run(sliced(given_policy, records, steps, at_once, seed))
    assert found.blobs == whole.blobs
    assert found.stories == whole.stories
    assert (found.counts, found.due) == (whole.counts, whole.due)
    assert (found.meta.day, found.meta.next) == (whole.meta.day, whole.meta.next)


@given(
    records=histories(CENTS),
    steps=STEPS,
    at_once=st.sampled_from([1, 2, 3]),
    seed=st.integers(0, 99),
    later=st.integers(0, 200),
)
def test_a_midnight_in_slices_is_a_midnight_at_once(records, steps, at_once, seed, later):
    """No day of a customer is ticked twice, skipped, or after a later fact of his."""
    last = (run(GROCERY, records).meta.day or FIRST) - FIRST
    (end,) = log(day_reached(last + later))
    records = [*records, end._replace(offset=len(records))]
    check(GROCERY, records, steps, at_once, seed)


@given(drawn=programmes(), steps=STEPS, seed=st.integers(0, 99))
def test_so_it_is_under_any_policy(drawn, steps, seed):
    """Whatever falls due, holds and overrides that end included."""
    document, records = drawn
    check(policy_from(document), records, steps, 1, seed)


async def test_slices_go_day_by_day():
    """Who is due first is ticked first, also when months of days are owed at once."""
    names = [f"c{number}" for number in range(6)]
    bought = [
        {"type": "order.paid", "customer_id": name, "occurred_at": f"2024-01-{day:02}T12:00:00Z"}
        | {"amount": 150, "event_id": name, "order_id": name}
        for day, name in enumerate(names, 1)
    ]
    store = MemoryStore(policy_tag(GROCERY))
    meta = await store.claim(0, "worker", 1)
    rules = rules_of(GROCERY, 1, mode="live")
    partition = PartitionProcessor(0, rules, store, meta, CustomerCache(10))
    await partition.process(log(*bought))
    before = partition.meta.tail
    await partition.tick_some(1, Day(FIRST + 200))
    assert partition.meta.day == FIRST + 200
    while partition.owing:
        await partition.tick_some(1)
    bodies = Run(rules, store, partition.meta, [], rows=await store.outbox(0)).changes
    days = [body["effective_on"] for body in bodies if "tick" in body["cause"]]
    assert partition.meta.tail > before
    assert len(set(days)) > 6
    assert days == sorted(days)
