"""Whoever is merged, taken apart, and whenever it arrives: what is left adds up (R38)."""

import asyncio
import json
from collections import Counter, defaultdict
from typing import Any

import oracle
from agreement import recomputed
from builders import policy_from
from histories import CUSTOMERS
from hypothesis import assume, given
from hypothesis import strategies as st
from merges import Merging, merging, plain, renamed, uncommanded, with_merges
from properties.test_sweeps import successors
from pytest import approx  # noqa: PT013 - read as a word, like isclose
from town import Town

from scoring.advance import snapshot_of
from scoring.customer import UNGRADED, CustomerState
from scoring.explain import major
from scoring.merging import is_alias, seen
from scoring.units import NEVER
from streams.intake.record import LogRecord
from streams.partition.batch import OPEN_CASES

NAMES = sorted(set(CUSTOMERS))


async def live(town: Town, records: list[LogRecord], size: int = 1) -> Town:
    """Let some records at a time be taken, and all that comes of them."""
    for at in range(0, len(records), size):
        for one in records[at : at + size]:
            home = 0 if one.key is None or town.partitions == 1 else town.home(one.key.decode())
            town.put(one, home)
        await town.settle()
    return town


def lived(
    document: dict[str, Any], records: list[LogRecord], size: int = 1, partitions: int = 1
) -> Town:
    """A town that has lived through the records."""
    return asyncio.run(live(Town(policy_from(document), partitions), records, size))


def grouped(town: Town, states: dict[str, CustomerState]) -> dict[str, int]:
    """Tiers, labels and open cases of all customers the world knows, counted one by one."""
    policy = town.rules.judge.grader.policy
    found: Counter[str] = Counter()
    for state in states.values():
        if state.case is not None and state.case.refused is None and not is_alias(state):
            found[OPEN_CASES] += 1
        if seen(state).tier == UNGRADED:
            continue
        found[f"tier:{policy.tiers[state.tier].name}"] += 1
        for name, value in town.rules.scribe.labels(state.labels).items():
            if value is not None:
                found[f"label:{name}:{value}"] += 1
    return dict(found)


def account(state: CustomerState) -> dict[str, Any]:
    """All that a merge must leave as it was."""
    fields = {name: getattr(state, name) for name in state.__struct_fields__}
    return {n: v for n, v in fields.items() if n not in ("version", "recent", "ties")}


@given(drawn=merging(), size=st.sampled_from([1, 3, 50]))
def test_taken_apart_it_is_as_if_nobody_had_been_merged(drawn, size):
    """Merge, then unmerge, is the identity on everybody, whatever happened in between."""
    document, records, merges = drawn
    records = uncommanded(records, {name for kind, name, _ in merges.values() if kind == "merge"})
    apart = lived(document, with_merges(records, {}))
    here = lived(document, with_merges(records, merges, undone=True), size)
    check_same(apart, here)


def check_same(apart: Town, here: Town) -> None:
    """Everybody is who they would have been, and nobody is tied."""
    wanted, found = (asyncio.run(town.states()) for town in (apart, here))
    assert all(state.ties is None for state in found.values())
    for name, state in wanted.items():
        assert account(found[name]) == account(state), name
    for name in found.keys() - wanted.keys():
        generation = asyncio.run(here.owner(0)).meta.reign.generation
        assert account(found[name]) == account(CustomerState(generation=generation)), name


@given(drawn=merging(), data=st.data(), size=st.sampled_from([1, 3, 50]))
def test_so_it_is_when_another_version_comes_in_between(drawn, data, size):
    """Taken by hosts, aliases and accounts alike, whatever it calls tiers and labels."""
    document, records, merges = drawn
    records = uncommanded(records, {name for kind, name, _ in merges.values() if kind == "merge"})
    later = policy_from(data.draw(successors(document, 2)))
    place = data.draw(st.integers(len(records) // 2, len(records)))
    merges = {at % (place + 1): merge for at, merge in merges.items()}

    async def through(given_: dict[int, Merging], *, undone: bool) -> Town:
        town = await live(
            Town(policy_from(document), 1), with_merges(records[:place], given_), size
        )
        await town.succeed(later)
        return await live(town, with_merges(records[place:], {}, undone=undone), size)

    check_same(*(asyncio.run(through(m, undone=bool(m))) for m in ({}, merges)))


@given(drawn=merging(), size=st.sampled_from([1, 3, 50]))
def test_counters_and_due_days_know_who_is_a_customer(drawn, size):
    """A group-by over the states without aliases; whoever has a due day is in the index."""
    document, records, merges = drawn
    town = lived(document, with_merges(records, merges), size)
    states = asyncio.run(town.states())
    assert asyncio.run(town.counts()) == grouped(town, states)
    due = {name: state.due for name, state in states.items() if state.due is not None}
    assert dict(asyncio.run(town.store.due(0, NEVER, 9))) == due


@given(drawn=merging(), size=st.sampled_from([1, 3, 50]))
def test_versions_have_no_holes_and_changes_chain(drawn, size):
    """Every tier begins with an assignment and goes on from where it was, until it ends."""
    document, records, merges = drawn
    town = lived(document, with_merges(records, merges), size)
    for name in NAMES:
        story = town.changes(name)
        assert [change["version"] for change in story] == list(range(1, len(story) + 1))
        tier: str | None = None
        labels: dict[str, Any] = {}
        for change in story:
            if "label" in change:
                assert labels[change["label"]] == change["from"] != change["to"]
                labels[change["label"]] = change["to"]
                continue
            begins = tier is None and change["to"] is not None
            assert (change["type"] == "tier.assigned") == begins
            assert change["from"] == tier
            if change["type"] == "tier.assigned":
                labels = dict(change["labels"])
            tier = change["to"]
        state = asyncio.run(town.states()).get(name)
        assert (tier is None) == (state is None or seen(state).tier == UNGRADED)


@given(drawn=merging(), size=st.sampled_from([1, 7]), place=st.integers(0, 45))
def test_it_is_as_if_all_facts_had_been_of_one(drawn, size, place):
    """The oracle, told that the alias is the host, reads the same of the sum."""
    document, records, _ = drawn
    records = plain(records)
    place %= len(records) + 1
    town = lived(document, with_merges(records, {place: ("merge", "ann", "bob")}), size)
    states = asyncio.run(town.states())
    result = recomputed(document, renamed(records, "ann", "bob"))
    assume("bob" in result.customers and "bob" in states)
    assert is_alias(states["ann"])
    check_readings(town, states["bob"], document, result)


def check_readings(
    town: Town, state: CustomerState, document: dict[str, Any], result: oracle.Result
) -> None:
    """Every dimension of the host as the oracle reads it."""
    owner = asyncio.run(town.owner(0))
    assert owner.meta.day is not None
    snapshot = snapshot_of(state, town.rules.judge, owner.meta.day)
    grader = town.rules.judge.grader
    expected = dict(result.customers["bob"])["readings"]
    texts = ["".join(d["reading"].split()).replace(",", ", ") for d in document.get("score", ())]
    names = [dimension.reading.name for dimension in grader.policy.dimensions]
    read = {
        text: major(grader, name, value)
        for text, name, (value, _) in zip(texts, names, snapshot.dimensions, strict=True)
    }
    assert read == approx(expected)


@given(drawn=merging(), data=st.data())
def test_it_does_not_matter_what_comes_twice_or_when(drawn, data):
    """Owners that die and publish again: each account ends with the facts of the calm run."""
    document, records, merges = drawn
    records = with_merges(plain(records, within=300), merges)
    calm = asyncio.run(lived(document, records, len(records) or 1, 3).states())
    wild = asyncio.run(_wildly(document, records, data))
    for name in NAMES:
        # Which merges were refused may differ with what met what; what everybody did may not.
        assert _own_facts(calm.get(name)) == _own_facts(wild.get(name)), name


def _own_facts(state: CustomerState | None) -> tuple[Any, ...] | None:
    """What came for a customer by its own name."""
    if state is None:
        return None
    own = state if state.ties is None or state.ties.own is None else state.ties.own
    bought = {d: (o, s) for d, o, s in zip(own.days, own.orders, own.spend, strict=True)}
    return (bought, own.lifetime_orders, own.lifetime_spend, own.kinds)


async def _wildly(
    document: dict[str, Any], records: list[LogRecord], data: st.DataObject
) -> dict[str, CustomerState]:
    """Partitions read and publish in any order; who dies publishes from an earlier place."""
    town = Town(policy_from(document), 3)
    for one in records:
        town.put(one, 0 if one.key is None else town.home(one.key.decode()))
    at: dict[int, int] = defaultdict(int)
    for _ in range(data.draw(st.integers(0, 25))):
        partition = data.draw(st.integers(0, 2))
        dies = data.draw(st.booleans())
        await town.read(partition, data.draw(st.integers(1, 9)), anew=dies)
        if dies:
            at[partition] = data.draw(st.integers(0, at[partition]))
        at[partition] = town.deliver(partition, at[partition])
    await town.settle(at)
    await _check_agreement(town)
    return await town.states()


async def _check_agreement(town: Town) -> None:
    """When all has arrived, alias and host agree: no merge is half done, no fact is missing."""
    states = await town.states()
    parts = {
        (name, host): part
        for host, state in states.items()
        if state.ties is not None
        for name, part in state.ties.parts.items()
    }
    aliases = {
        (name, state.ties.into): state
        for name, state in states.items()
        if state.ties is not None and state.ties.into is not None
    }
    assert parts.keys() == aliases.keys()
    for pair, part in parts.items():
        alias = aliases[pair]
        assert alias.ties is not None
        assert part.since == alias.ties.since
        assert part.state.lifetime_spend == alias.lifetime_spend
        assert json.dumps(part.state.kinds) == json.dumps(alias.kinds)
