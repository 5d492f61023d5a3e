"""A sweep, between live records, ticks and kills, is a recomputation under the new version.

oracle     v1: orders, days   every customer under v2, that day   v2: orders, days
sweep      v1: orders, days   v2 taken   order of x   sweep a   killed   day   sweep b, x   order
"""

import asyncio
import json
from collections import Counter
from copy import deepcopy
from itertools import cycle
from random import Random
from typing import Any

import oracle
from agreement import grades, said
from builders import policy_from
from dying_store import DyingStore, KilledError
from histories import QUARTERS, histories
from hypothesis import given
from hypothesis import strategies as st
from programmes import tiers_of
from random_policies import Document, documents
from runs import Run

from scoring.customer import UNGRADED
from scoring.policy import Policy
from scoring.units import NEVER, EpochMs
from streams.bootstrap import policy_tag, rules_of
from streams.intake.record import LogRecord
from streams.partition.batch import Batch
from streams.partition.cache import CustomerCache
from streams.partition.ports import PartitionMeta
from streams.partition.processor import PartitionProcessor
from streams.partition.reign import NextVersion
from streams.partition.rules import Rules

STEPS = st.lists(st.sampled_from(["records", "ticks", "sweep", "killed"]), min_size=1, max_size=6)


@st.composite
def successors(draw: st.DrawFn, document: Document, version: int) -> Document:
    """Another policy for the same programme; some tiers and label values keep their names."""
    other = deepcopy(draw(st.just(document) | documents()))
    same = ("policy", "time_zone", "currency")
    other |= {name: document[name] for name in same} | {"version": version}
    for at, tier in enumerate(other["tiers"]):
        tier["name"] = draw(st.sampled_from([tier["name"], tier["name"], f"{'xyz'[at % 3]}{at}"]))
    if draw(st.booleans()):
        other["labels"] = {f"m{name}": rules for name, rules in other["labels"].items()}
    return other


@st.composite
def dynasties(draw: st.DrawFn) -> tuple[Document, dict[int, Document], list[LogRecord]]:
    """A policy, one or two later versions by where in the log they are taken, and the log."""
    first = draw(documents())
    second = draw(successors(first, 2))
    # The third may be a rollback.
    third = draw(st.just(first) | successors(second, 3))
    # Commands name tiers that are there whenever they come.
    shared = set(tiers_of(first)) & set(tiers_of(second)) & set(tiers_of(third))
    tiers = tuple(sorted(shared))
    records = draw(histories(QUARTERS, most=40, tiers=tiers))
    places = sorted(draw(st.sets(st.integers(0, len(records)), min_size=1, max_size=2)))
    return first, dict(zip(places, (second, third), strict=False)), records


class World:
    """One partition whose worker dies now and then, and takes versions as they come."""

    def __init__(
        self, drawn: tuple[Document, dict[int, Document], list[LogRecord]], seed: int
    ) -> None:
        """`seed` draws the sizes of steps, and the deaths."""
        first, later, self.records = drawn
        self.policies = {policy_tag(p): p for p in map(policy_from, (first, *later.values()))}
        self.later = {at: policy_from(document) for at, document in later.items()}
        self.draws = Random(seed)
        self.store = DyingStore(policy_tag(policy_from(first)), Random(seed))
        self.deaths = 5
        """How many more there may be by chance; the store has deaths of its own."""
        self.rules: dict[tuple[str, str], Rules] = {}

    async def opened(self) -> PartitionProcessor:
        """The partition claimed anew, as after a death."""
        return self.built(await self.store.claim(0, "worker", 1))

    def built(self, meta: PartitionMeta) -> PartitionProcessor:
        """A processor by the versions that the meta names."""
        reign = meta.reign
        names = (reign.policy, reign.previous if reign.sweeping else "")
        if names not in self.rules:
            policy, previous = self.policies[names[0]], self.policies.get(names[1])
            self.rules[names] = rules_of(policy, 1, mode="replay", previous=previous)
        return PartitionProcessor(0, self.rules[names], self.store, meta, CustomerCache(2))

    def next_version(self, partition: PartitionProcessor, done: int) -> NextVersion | None:
        """The version to be taken at this place of the log, if it is not taken yet."""
        generation = sorted(self.later).index(done) + 1 if done in self.later else 0
        if generation <= partition.meta.reign.generation:
            return None
        policy: Policy = self.later[done]
        return NextVersion(policy_tag(policy), "a text", EpochMs(generation), "kim", "")

    def stop(self, done: int) -> int:
        """How far records may be taken before the next version."""
        return min((at for at in self.later if at > done), default=len(self.records))

    async def step(self, name: str, partition: PartitionProcessor) -> PartitionProcessor:
        """The next records, ticks, customers of a sweep, or a death."""
        done = max(partition.meta.next.values(), default=0)
        version = self.next_version(partition, done)
        if name == "killed":
            self.deaths -= 1
            if self.deaths > 0:
                raise KilledError
        elif name == "sweep":
            await partition.sweep_some(self.draws.randint(1, 2))
        elif name == "ticks":
            await partition.tick_some(1)
        elif version:
            while partition.owing:
                await partition.tick_some(1)
            while partition.sweeping:
                await partition.sweep_some(9)
            await partition.take_version(version)
            return self.built(partition.meta)
        else:
            some = self.records[done : min(done + self.draws.randint(1, 4), self.stop(done))]
            await partition.process(some, at_once=self.draws.randint(1, 3))
        return partition

    async def run(self, steps: list[str]) -> Run:
        """All records, all versions, everybody swept and ticked."""
        partition, turns = await self.opened(), cycle([*steps, "records", "ticks", "sweep"])
        while True:
            done = max(partition.meta.next.values(), default=0)
            over = done == len(self.records) and not self.next_version(partition, done)
            if over and not partition.owing and not partition.sweeping:
                break
            try:
                partition = await self.step(next(turns), partition)
            except KilledError:
                partition = await self.opened()
        return await self.left(self.built(partition.meta))

    async def left(self, partition: PartitionProcessor) -> Run:
        """What is stored at the end."""
        store, batches = self.store, list[Batch]()
        made = Run(partition._rules, store, partition.meta, batches)
        names = await store.customers(0)
        blobs = await store.load(0, names)
        made.blobs = {name: blob for name, blob in zip(names, blobs, strict=True) if blob}
        made.rows = await store.outbox(0)
        made.due = dict(await store.due(0, NEVER, len(names) + 1))
        made.counts = {name: n for name, n in (await store.counts(0)).items() if n}
        return made


def told(changes: list[dict[str, Any]]) -> dict[str, Any]:
    """By customer what was said, in order."""
    found: dict[str, Any] = {}
    for change in changes:
        found.setdefault(change["customer_id"], []).append(change)
    return {name: said(story) for name, story in found.items()}


def counted(made: Run) -> Counter[str]:
    """Tiers and labels as a group-by over the states."""
    policy = made.rules.judge.grader.policy
    found: Counter[str] = Counter()
    for state in made.states.values():
        if state.tier != UNGRADED:
            found[f"tier:{policy.tiers[state.tier].name}"] += 1
            for label, at in zip(policy.labels, state.labels, strict=True):
                if at >= 0:
                    found[f"label:{label.name}:{label.rules[at].value}"] += 1
    return found


@given(drawn=dynasties(), steps=STEPS, seed=st.integers(0, 999))
def test_a_sweep_is_a_recomputation_under_the_new_version(drawn, steps, seed):
    """Nobody is skipped, reached twice, or reached after a later fact or day of theirs."""
    first, later, records = drawn
    events = [oracle.Event(r.topic, r.offset, r.key, r.value) for r in records]
    expected = oracle.replay(first, events, later)
    made = asyncio.run(World(drawn, seed).run(steps))
    assert told(made.changes) == told(expected.changes)
    customers = {name: dict(told) for name, told in expected.customers.items()}
    for customer in customers.values():
        del customer["readings"]
    assert grades(made) == customers
    shown = {n: c for n, c in made.counts.items() if n.startswith(("tier:", "label:"))}
    assert shown == counted(made)
    reign = made.meta.reign
    assert {state.generation for state in made.states.values()} <= {reign.generation}
    assert reign.generation == len(later)
    assert reign.reached == (reign.total if reign.taken_on is not None else 0)


@given(drawn=dynasties(), steps=STEPS, seed=st.integers(0, 999))
def test_changes_of_a_sweep_say_so(drawn, steps, seed):
    """They name the version and the mode; whatever else happens meanwhile does not."""
    made = asyncio.run(World(drawn, seed).run(steps))
    for change in made.changes:
        swept = "policy" in change["cause"]
        assert (change["mode"] == "sweep") == swept
        if swept:
            assert change["cause"] == {"policy": change["policy"]["version"]}
    bodies = [json.loads(row.value) for _, row in made.rows if row.topic == "audit"]
    taken = [body for body in bodies if body["type"] == "policy.taken"]
    assert len(taken) == made.meta.reign.generation
