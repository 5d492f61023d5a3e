"""Whoever is erased amid merges leaves no byte with anybody they were merged with (R38, R43)."""

import asyncio
import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from merges import NAMES, Merging, merging, plain, with_merges
from properties.test_merges import lived
from town import Town
from xxhash import xxh3_64_intdigest

from scoring.customer import CustomerState
from streams.intake.record import LogRecord

LONG = {"ann": "ann-🜁-7f3a91", "bob": "bob-{x}-2c77d0", "cyd": "cyd-客户-90ee1b"}
"""Ids that turn up nowhere by chance."""


@st.composite
def erased_amid_merges(draw: st.DrawFn) -> tuple[dict[str, object], list[LogRecord]]:
    """Any policy, and facts, merges, their ends and erasures, of customers with long ids."""
    document, records, merges = draw(merging())
    places = st.integers(0, len(records))
    # A host with several parts is what most can be left with.
    together = st.sampled_from([("merge", "ann", "bob"), ("merge", "cyd", "bob")])
    merges |= draw(st.dictionaries(places, together, max_size=3))
    erasures = st.tuples(st.just("erase"), st.sampled_from(NAMES), st.just(""))
    at: dict[int, Merging] = draw(st.dictionaries(places, erasures, min_size=1, max_size=2))
    said = with_merges(plain(records), merges | at)
    return document, [renamed(one, place) for place, one in enumerate(said)]


def renamed(given: LogRecord, place: int) -> LogRecord:
    """The same record about customers with long ids, who are named in every other id as well."""
    said = json.loads(given.value or b"")
    if "customer_id" not in said:
        return given
    name = LONG[said["customer_id"]]
    said |= {"customer_id": name, "event_id": f"{name}/{place}"}
    if "into" in said:
        said["into"] = LONG[said["into"]]
    if "order_id" in said:
        said["order_id"] = f"{name}/{said['order_id']}"
    return given._replace(key=name.encode(), value=json.dumps(said, ensure_ascii=False).encode())


def kept(town: Town) -> bytes:
    """Everything that is stored, but for what waits to be published."""
    parts = []
    for here in town.store._partitions.values():
        for stored in (here.states, here.due, here.cases):
            parts += [repr(pair).encode() for pair in stored.items()]
            parts += [value for value in stored.values() if isinstance(value, bytes)]
        parts.append(repr((here.erased, here.counts, here.moves, here.meta)).encode())
    return b"\n".join(parts)


def accounts(state: CustomerState) -> Iterator[CustomerState]:
    """A state, and the terms it keeps beside the sum."""
    yield state
    if state.ties is not None:
        found = [part.state for part in state.ties.parts.values()]
        for one in [*found, *([state.ties.own] if state.ties.own else [])]:
            yield from accounts(one)


@given(
    drawn=erased_amid_merges(), size=st.sampled_from([1, 3, 50]), partitions=st.sampled_from([1, 3])
)
def test_no_byte_and_no_hash_of_an_erased_customer_stays_with_others(drawn, size, partitions):
    """Neither the id, nor an id of an event or order of theirs, nor the hash of one."""
    document, records = drawn
    town = lived(document, records, size, partitions)
    states = asyncio.run(town.states())
    found = kept(town)
    hashes = {
        known
        for state in states.values()
        for one in accounts(state)
        for known in (*one.recent, *one.remembered)
    }
    for name in LONG.values():
        assert (name.encode() in found) == (name in states), name
        if name not in states:
            theirs = [json.loads(r.value or b"") for r in records if r.key == name.encode()]
            ids = {said[i] for said in theirs for i in ("event_id", "order_id") if i in said}
            assert not hashes & {xxh3_64_intdigest(one.encode()) for one in ids}, name
