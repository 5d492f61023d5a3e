"""Versions, erasures, merges and nights in slices, over deaths, in one log.

Whoever was never merged is what the oracle says of them; the others are what they are when
nobody dies, nothing is cut, and each version reaches all its customers at once.
"""

import asyncio
import json
from typing import Any

import oracle
from agreement import grades
from erasing import with_erasures
from hypothesis import assume, given
from hypothesis import strategies as st
from merges import NAMES, Merging, with_merges
from properties.test_sweeps import STEPS, World, counted, dynasties, told
from random_policies import Document
from runs import ERASURE_KEY, Run

from scoring.merging import is_alias
from streams.bootstrap import rules_of
from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.record import LogRecord
from streams.partition.cache import CustomerCache
from streams.partition.ports import PartitionMeta
from streams.partition.processor import PartitionProcessor

CALM = ["records", "ticks", "sweep"]
Drawn = tuple[Document, dict[int, Document], list[LogRecord]]


@st.composite
def everything(draw: st.DrawFn) -> tuple[Drawn, set[str]]:
    """Versions and a log with erasures and merges in it, and who is never merged."""
    first, later, records = draw(dynasties())
    erased = {"erased": draw(st.sampled_from(["refuse", "forget"]))}
    names, places = st.sampled_from(NAMES), st.integers(0, len(records))
    gone = draw(st.dictionaries(places, names, max_size=3))
    pairs: st.SearchStrategy[Merging] = st.tuples(
        st.sampled_from(["merge", "merge", "unmerge"]), st.just(NAMES[0]), st.just(NAMES[1])
    )
    merges = draw(st.dictionaries(places, pairs, min_size=1, max_size=3))
    records = with_merges(with_erasures(records, gone), merges)
    at = st.integers(0, len(records))
    taken = sorted(draw(st.sets(at, min_size=len(later), max_size=len(later))))
    # The oracle, which sees no merges, has one version at a place.
    assume(len({_kept(records, place) for place in taken}) == len(taken))
    documents = [document | erased for document in later.values()]
    drawn = first | erased, dict(zip(taken, documents, strict=True)), records
    return drawn, set(NAMES[2:])


class Everything(World):
    """One partition that hands over to itself: what it sends comes at the end of its log."""

    def __init__(self, drawn: Drawn, seed: int, *, calm: bool = False) -> None:
        """In the calm nobody dies."""
        super().__init__((drawn[0], drawn[1], [*drawn[2]]), seed)
        self._delivered = 0
        if calm:
            self.deaths = self.store._left = 0

    def built(self, meta: PartitionMeta) -> PartitionProcessor:
        """With a key, so that customers can be erased."""
        reign = meta.reign
        names = (reign.policy, reign.previous if reign.sweeping else "")
        if names not in self.rules:
            previous = self.policies.get(names[1])
            self.rules[names] = rules_of(
                self.policies[names[0]],
                1,
                mode="replay",
                previous=previous,
                erasure_key=ERASURE_KEY,
            )
        return PartitionProcessor(0, self.rules[names], self.store, meta, CustomerCache(2))

    async def step(self, name: str, partition: PartitionProcessor) -> PartitionProcessor:
        """A step, with what was handed over before in the log."""
        await self._deliver()
        return await super().step(name, partition)

    async def run(self, steps: list[str]) -> Run:
        """Until nothing is handed over any more."""
        while True:
            made = await super().run(steps)
            if not await self._deliver():
                return made

    async def _deliver(self) -> int:
        """Put what is new in the outbox into the log; how many rows were new."""
        new = [pair for pair in await self.store.outbox(0) if pair[0] > self._delivered]
        for sequence, row in new:
            self._delivered = sequence
            if row.topic == COMMANDS_TOPIC:
                at = len(self.records)
                self.records.append(LogRecord(COMMANDS_TOPIC, 0, at, 0, row.key, row.value))
        return len(new)


def of_others(drawn: Drawn) -> oracle.Result:
    """What the oracle says, who knows no merges."""
    first, later, records = drawn
    kept = [one for one in records if not _merges(one)]
    places = {_kept(records, at): document for at, document in later.items()}
    events = [oracle.Event(r.topic, r.offset, r.key, r.value) for r in kept]
    return oracle.replay(first, events, places)


def _kept(records: list[LogRecord], place: int) -> int:
    return sum(not _merges(one) for one in records[:place])


def _merges(given: LogRecord) -> bool:
    try:
        said = json.loads(given.value or b"")
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("type") in ("customer.merge", "customer.unmerge")


def only(found: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """What is said of some."""
    return {name: one for name, one in found.items() if name in names}


@given(drawn=everything(), steps=STEPS, seed=st.integers(0, 999))
def test_all_of_it_at_once_is_what_the_oracle_says_and_what_calm_makes_of_it(drawn, steps, seed):
    """No slice, sweep or death shows in a state, a due day, a counter or a change."""
    world, others = drawn
    made = asyncio.run(Everything(world, seed).run(steps))
    calm = asyncio.run(Everything(world, seed, calm=True).run(CALM))
    assert told(made.changes) == told(calm.changes)
    assert grades(made) == grades(calm)
    assert made.due == calm.due
    counts = [
        {n: c for n, c in one.counts.items() if n.startswith(("tier:", "label:"))}
        for one in (made, calm)
    ]
    assert counts[0] == counts[1]
    if not any(is_alias(state) for state in made.states.values()):
        assert counts[0] == counted(made)
    expected = of_others(world)
    assert only(told(made.changes), others) == only(told(expected.changes), others)
    customers = {name: dict(one) for name, one in expected.customers.items()}
    for customer in customers.values():
        del customer["readings"]
    assert only(grades(made), others) == only(customers, others)
