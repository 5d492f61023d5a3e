"""What every store promises: one suite, in memory and on a real Valkey."""

from dataclasses import replace

import msgspec
import pytest
from commits import commit, published, put, row

from streams.partition.erasures import Erasure
from streams.partition.ports import Place
from streams.partition.reign import Reign
from streams.storage.errors import PartitionGone, PartitionsChanged

ODD_IDS = ["{a}", "a}b{c", "客户-42", "naïve é", "a b\nc", "*?[x]\\", "🜁", "x" * 256]


async def test_an_unclaimed_partition_is_nothing(store):
    """Before the first claim there is no meta, no customer, no row and no counter."""
    assert await store.read_meta(0) is None
    assert await store.load(0, ["ann"]) == [None]
    assert await store.due(0, 10**6, 10) == []
    assert await store.outbox(0) == []
    assert await store.counts(0) == {}
    assert await store.customers(0) == []


async def test_a_claim_starts_a_partition(store):
    """The first claim finds no day, no offsets and an outbox that begins at 1."""
    meta = await store.claim(0, "worker-1", 4)
    assert (meta.owner, meta.epoch) == ("worker-1", 1)
    assert (meta.next, meta.day, meta.tail, meta.head) == ({}, None, 0, 0)
    assert await store.read_meta(0) == meta


async def test_a_partition_that_is_gone_is_not_begun_anew(store):
    """Who has seen it claims only that: should it be gone, nothing is written in its place."""
    with pytest.raises(PartitionGone):
        await store.claim(0, "a", 4, begun=True)
    assert await store.read_meta(0) is None
    await store.claim(0, "a", 4)
    assert (await store.claim(0, "b", 4, begun=True)).epoch == 2


async def test_meta_is_what_the_last_commit_said(store):
    """Offsets, day, watermark and tail come back as committed, to every later claim."""
    meta = await store.claim(0, "a", 1)
    assert meta.watermark is None
    offsets = {"orders": 7, "interactions": 0}
    parts = {"next": offsets, "day": 19_000, "watermark": 1_641_600_000_123}
    await put(store, meta, **parts, rows=[row(), row()])
    again = await store.claim(0, "b", 1)
    assert (again.next, again.day, again.tail) == (offsets, 19_000, 2)
    assert again.watermark == 1_641_600_000_123
    assert (again.owner, again.epoch) == ("b", 2)
    assert again.commit != meta.commit


async def test_the_numbers_of_transfers_are_those_of_the_last_commit(store):
    """Per partition, sent and received apart, to every later claim."""
    meta = await store.claim(0, "a", 1)
    assert (meta.sent, meta.received) == ({}, {})
    meta = await put(store, meta, sent={0: 1, 12: 7}, received={3: 2})
    stale = commit(meta, sent={0: 9})
    await put(store, meta, sent={0: 2, 12: 7}, received={3: 2, 0: 2})
    assert await store.commit(0, stale) == "stale"
    again = await store.claim(0, "b", 1)
    assert (again.sent, again.received) == ({0: 2, 12: 7}, {3: 2, 0: 2})


async def test_what_a_caller_does_to_its_meta_stays_with_it(store):
    """A meta is a copy: changing it changes nothing in the store."""
    meta = await store.claim(0, "a", 1)
    meta.day, meta.next["orders"] = 5, 5
    found = await store.read_meta(0)
    assert (found.day, found.next) == (None, {})


async def test_a_commit_is_applied_once(store):
    """Repeating a commit answers `already` and adds nothing a second time."""
    meta = await store.claim(0, "a", 1)
    once = commit(meta, rows=[row()], counts={"tier:gold": 1}, states=[("ann", b"1")])
    assert await store.commit(0, once) == "applied"
    assert await store.commit(0, once) == "already"
    assert await store.counts(0) == {"tier:gold": 1}
    assert len(await store.outbox(0)) == 1
    assert (await store.read_meta(0)).tail == 1


async def test_a_commit_that_builds_on_an_old_one_is_stale(store):
    """Who missed a commit may change nothing."""
    meta = await store.claim(0, "a", 1)
    await put(store, meta, states=[("ann", b"new")])
    late = commit(meta, states=[("ann", b"old")], counts={"x": 1}, rows=[row()])
    assert await store.commit(0, late) == "stale"
    assert await store.load(0, ["ann"]) == [b"new"]
    assert await store.counts(0) == {}
    assert await store.outbox(0) == []


async def test_a_claim_makes_earlier_owners_stale(store):
    """From a claim on, the commits of the owner before are refused."""
    before = await store.claim(0, "a", 1)
    await store.claim(0, "b", 1)
    assert await store.commit(0, commit(before)) == "stale"


async def test_a_commit_to_an_unclaimed_partition_is_stale(store):
    """Nothing can be committed before a claim."""
    meta = await store.claim(0, "a", 1)
    assert await store.commit(1, commit(meta)) == "stale"
    assert await store.read_meta(1) is None


async def test_states_load_in_the_order_asked_for(store):
    """Loading gives a blob or None per customer, in order, and the newest blob."""
    meta = await store.claim(0, "a", 1)
    meta = await put(store, meta, states=[("ann", b"1"), ("bob", b"\x00\xff")])
    await put(store, meta, states=[("ann", b"2")])
    found = await store.load(0, ["bob", "nobody", "ann", "bob"])
    assert found == [b"\x00\xff", None, b"2", b"\x00\xff"]
    assert await store.load(0, []) == []


async def test_due_customers_come_by_day_then_by_id(store):
    """Earliest day first, ids in code point order within it, no more than the limit."""
    meta = await store.claim(0, "a", 1)
    due = [("z", 5), ("é", 5), ("b", 7), ("Z", 5), ("🜁", 5), ("\uffff", 5), ("c", 9)]
    await put(store, meta, due=due)
    by_day = [("Z", 5), ("z", 5), ("é", 5), ("\uffff", 5), ("🜁", 5), ("b", 7)]
    assert await store.due(0, 7, 100) == by_day
    assert await store.due(0, 7, 2) == by_day[:2]
    assert await store.due(0, 4, 100) == []
    assert await store.due(0, 9, 6) == by_day


async def test_a_due_day_moves_and_goes(store):
    """A customer has one due day: a later commit moves it, None takes it away."""
    meta = await store.claim(0, "a", 1)
    meta = await put(store, meta, due=[("ann", 5), ("bob", 5), ("cyd", 5)])
    await put(store, meta, due=[("ann", 3), ("bob", None), ("dan", None)])
    assert await store.due(0, 100, 10) == [("ann", 3), ("cyd", 5)]


async def test_the_outbox_numbers_rows_across_commits(store):
    """Rows are 1, 2, 3, ... in the order committed, bytes and headers as given."""
    meta = await store.claim(0, "a", 1)
    odd = msgspec.structs.replace(row(), key=None, value=None, headers=(("h", b"\xff"), ("h", b"")))
    meta = await put(store, meta, rows=[row("a"), odd])
    meta = await put(store, meta)
    await put(store, meta, rows=[row("c")])
    assert await store.outbox(0) == [(1, row("a")), (2, odd), (3, row("c"))]


async def test_trimmed_rows_are_gone_and_stay_gone(store):
    """Trimming forgets rows up to a sequence and notes it; it never goes back."""
    meta = await store.claim(0, "a", 1)
    meta = await put(store, meta, rows=[row(str(n)) for n in range(1, 6)])
    assert await store.trim(0, published(meta, 3))
    assert [at for at, _ in await store.outbox(0)] == [4, 5]
    assert await store.trim(0, published(meta, 2))
    assert (await store.read_meta(0)).head == 3
    assert await store.trim(0, published(meta, 5))
    assert await store.outbox(0) == []
    meta = await put(store, await store.read_meta(0), rows=[row("6")])
    assert await store.outbox(0) == [(6, row("6"))]
    assert (meta.head, meta.tail) == (5, 6)


async def test_trimming_does_not_make_a_commit_stale(store):
    """The publisher trims while the worker commits."""
    meta = await store.claim(0, "a", 1)
    meta = await put(store, meta, rows=[row()])
    assert await store.trim(0, published(meta, 1))
    assert await store.commit(0, commit(meta, rows=[row()])) == "applied"


async def test_an_earlier_owner_trims_nothing(store):
    """What it published are perhaps not the rows that are here now."""
    old = await store.claim(0, "a", 1)
    old = await put(store, old, rows=[row("1"), row("2")])
    new = await store.claim(0, "b", 1)
    assert not await store.trim(0, published(old, 2))
    assert len(await store.outbox(0)) == 2
    assert await store.trim(0, published(new, 2))
    assert await store.outbox(0) == []


async def test_nothing_beyond_the_tail_is_trimmed(store):
    """A store that was set back has other rows to come under those sequences."""
    meta = await store.claim(0, "a", 1)
    meta = await put(store, meta, rows=[row("1"), row("2")])
    assert not await store.trim(0, published(meta, 3))
    assert ((await store.read_meta(0)).head, len(await store.outbox(0))) == (0, 2)


async def test_trimming_notes_where_the_topics_end(store):
    """Per output partition the offset after what is published; others stay as they were."""
    meta = await store.claim(0, "a", 1)
    meta = await put(store, meta, rows=[row("1"), row("2")])
    changes, letters = Place("tier-changes", 3), Place("dead-letters", 0)
    assert await store.trim(0, published(meta, 1, ends={changes: 7, letters: 1}))
    assert await store.trim(0, published(meta, 2, ends={changes: 9}))
    assert (await store.read_meta(0)).ends == {changes: 9, letters: 1}


async def test_an_incarnation_begins_once_however_often_it_is_told(store):
    """From then on nothing of the incarnation before it trims."""
    meta = await store.claim(0, "a", 1)
    meta = await put(store, meta, rows=[row("1")])
    begins = published(meta, 1, next_incarnation=4)
    assert await store.trim(0, begins)
    assert await store.trim(0, begins)
    assert (await store.claim(0, "a", 1)).incarnation == 4
    assert not await store.trim(0, published(meta, 1))


async def test_counters_add_up_over_commits(store):
    """Counters are sums of the increments, below zero if need be."""
    meta = await store.claim(0, "a", 1)
    meta = await put(store, meta, counts={"tier:gold": 2, "in:folded": 5})
    meta = await put(store, meta, counts={"tier:gold": -3, "label:风险:高": 1})
    found = await store.counts(0)
    assert found == {"tier:gold": -1, "in:folded": 5, "label:风险:高": 1}


async def test_who_is_gone_leaves_neither_state_nor_due_day(store):
    """One commit removes some customers, writes others, and keeps what is kept of the gone."""
    meta = await store.claim(0, "a", 1)
    names = ["ann", "bob", "cyd"]
    states = [(name, b"1") for name in names]
    meta = await put(store, meta, states=states, due=[(name, 5) for name in names])
    kept = {"h-ann": Erasure(7, "c1"), "h-cyd": Erasure(0, "c2")}
    said = {"gone": ["ann", "cyd"], "erased": kept, "states": [("bob", b"2"), ("dan", b"1")]}
    await put(store, meta, **said, moves={19_000: {"gold>:erased": 2}}, counts={"tier:gold": -2})
    assert await store.load(0, [*names, "dan"]) == [None, b"2", None, b"1"]
    assert await store.customers(0) == ["bob", "dan"]
    assert await store.due(0, 100, 10) == [("bob", 5)]
    found = await store.erased(0, ["h-cyd", "nobody", "h-ann"])
    assert found == [Erasure(0, "c2"), None, Erasure(7, "c1")]
    assert await store.erased(0, []) == []
    assert await store.counts(0) == {"tier:gold": -2}


async def test_an_erasure_is_applied_once_and_never_late(store):
    """Repeated it removes nobody who came since; built on an old commit it removes nobody."""
    meta = await store.claim(0, "a", 1)
    stale = commit(meta, gone=["ann"], erased={"h": Erasure(9, "late")})
    meta = await put(store, meta, states=[("ann", b"1")], due=[("ann", 5)])
    assert await store.commit(0, stale) == "stale"
    assert await store.load(0, ["ann"]) == [b"1"]
    assert await store.erased(0, ["h"]) == [None]
    once = commit(meta, gone=["ann"], erased={"h": Erasure(1, "c")}, counts={"x": 1})
    assert await store.commit(0, once) == "applied"
    assert await store.commit(0, once) == "already"
    assert await store.load(0, ["ann"]) == [None]
    assert await store.due(0, 100, 10) == []
    assert await store.counts(0) == {"x": 1}


async def test_who_is_erased_again_is_kept_as_of_the_last_time(store):
    """And the key that ids are hashed with is part of the meta."""
    meta = await store.claim(0, "a", 1)
    assert meta.erasure_key == ""
    first = commit(meta, erased={"h": Erasure(1, "c1")})
    first.meta.erasure_key = "k"
    assert await store.commit(0, first) == "applied"
    meta = await store.claim(0, "b", 1)
    assert meta.erasure_key == "k"
    await put(store, meta, erased={"h": Erasure(4, "c2")})
    assert await store.erased(0, ["h"]) == [Erasure(4, "c2")]
    assert await store.erased(1, ["h"]) == [None]


async def test_open_cases_are_listed_until_they_are_closed(store):
    """One entry per customer, replaced or taken away by a later commit, with odd ids as well."""
    meta = await store.claim(0, "a", 1)
    assert await store.cases(0) == {}
    meta = await put(store, meta, cases={"ann": b"1", "bob": b"\x00\xff", "客户-{42}": b"3"})
    late = commit(meta, cases={"ann": b"late"})
    meta = await put(store, meta, cases={"ann": b"2", "bob": None, "nobody": None})
    assert await store.cases(0) == {"ann": b"2", "客户-{42}": b"3"}
    assert await store.commit(0, late) == "stale"
    assert await store.cases(0) == {"ann": b"2", "客户-{42}": b"3"}
    assert await store.cases(1) == {}
    names = [f"c{n:05}" for n in range(6000)]
    meta = await put(store, meta, cases=dict.fromkeys(names, b"x"))
    assert len(await store.cases(0)) == 6002
    await put(store, meta, cases=dict.fromkeys([*names, "ann", "客户-{42}"]))
    assert await store.cases(0) == {}


async def test_thousands_are_gone_in_one_commit(store):
    """More than the store can take as arguments of one of its own commands."""
    meta = await store.claim(0, "a", 1)
    names = [f"c{n:05}" for n in range(6000)]
    states = [(name, b"1") for name in names]
    meta = await put(store, meta, states=states, due=[(name, 1) for name in names])
    await put(store, meta, gone=names, erased={f"h{name}": Erasure(1, "c") for name in names})
    assert await store.customers(0) == []
    assert await store.due(0, 1, 10) == []


async def test_thousands_of_customers_fit_one_commit(store):
    """A commit of 6,000 customers, due days and rows is applied whole."""
    meta = await store.claim(0, "a", 1)
    names = [f"c{n:05}" for n in range(6000)]
    rows = [row(name) for name in names]
    await put(
        store,
        meta,
        states=[(name, name.encode()) for name in names],
        due=[(name, 1 + at % 3) for at, name in enumerate(names)],
        rows=rows,
        counts={f"k{n}": 1 for n in range(3000)},
        moves={n: {"a>b:t": 1, "b>a:t": 1} for n in range(40)},
    )
    assert await store.load(0, names) == [name.encode() for name in names]
    assert await store.customers(0) == names
    assert len(await store.due(0, 3, 10_000)) == 6000
    assert await store.outbox(0) == list(enumerate(rows, 1))
    assert len(await store.counts(0)) == 3000
    await put(store, await store.read_meta(0), due=[(name, None) for name in names])
    assert await store.due(0, 3, 10_000) == []


async def test_partitions_do_not_see_each_other(store):
    """The same customer in two partitions is two customers."""
    one, two = await store.claim(1, "a", 3), await store.claim(2, "a", 3)
    for partition, meta in ((1, one), (2, two)):
        said = commit(meta, states=[("ann", b"%d" % partition)], counts={"x": partition})
        assert await store.commit(partition, said) == "applied"
    assert await store.load(1, ["ann"]) == [b"1"]
    assert await store.load(2, ["ann"]) == [b"2"]
    assert await store.counts(1) == {"x": 1}


async def test_any_customer_id_is_a_good_key(store):
    """Braces, spaces, glob signs and any script: ids come back as they went in."""
    meta = await store.claim(0, "a", 1)
    states = [(name, name.encode()) for name in ODD_IDS]
    await put(store, meta, states=states, due=[(name, 1) for name in ODD_IDS])
    assert await store.load(0, ODD_IDS) == [name.encode() for name in ODD_IDS]
    assert await store.customers(0) == sorted(ODD_IDS)
    assert sorted(name for name, _ in await store.due(0, 1, 100)) == sorted(ODD_IDS)


async def test_another_partition_count_is_refused(store):
    """State written for four partitions is not claimed for eight, and stays claimable."""
    await store.claim(0, "a", 4)
    with pytest.raises(PartitionsChanged) as refused:
        await store.claim(0, "b", 8)
    assert (refused.value.stored, refused.value.found) == ("4", 8)
    assert "written for 4 partitions, the topics have 8" in str(refused.value)
    assert (await store.read_meta(0)).owner == "a"
    assert (await store.claim(0, "b", 4)).epoch == 2


async def test_a_claim_leaves_a_partition_its_policy(store, opened):
    """The policy a worker starts with is that of partitions nobody graded; its text is kept."""
    assert (await store.claim(0, "a", 2)).reign == Reign("test v1")
    other = opened("test v2")
    assert (await other.claim(0, "b", 2)).reign == Reign("test v1")
    assert (await other.claim(1, "b", 2)).reign == Reign("test v2")
    assert await store.policy_text(0, "test v1") == "the text of test v1"
    assert await store.policy_text(0, "test v2") is None
    assert await store.policy_text(1, "test v2") == "the text of test v2"


async def test_a_version_is_taken_by_a_commit(store):
    """Policy, day and progress come back as committed; the text is kept, and never replaced."""
    meta = await store.claim(0, "a", 1)
    reign = Reign("test v2", 1_000, 1, "test v1", 19_000, sweeping=True, reached=2, total=5)
    taken = commit(meta, text="a text", reign=reign)
    assert await store.commit(0, taken) == "applied"
    assert await store.commit(0, taken) == "already"
    meta = await store.claim(0, "b", 1)
    assert meta.reign == reign
    over = replace(reign, sweeping=False, reached=5)
    await put(store, meta, text="another text", reign=over)
    assert (await store.read_meta(0)).reign == over
    assert await store.policy_text(0, "test v2") == "a text"
    assert await store.policy_text(0, "test v1") == "the text of test v1"


async def test_a_stale_commit_takes_no_version(store):
    """Who missed a commit changes neither the policy nor what is kept of it."""
    meta = await store.claim(0, "a", 1)
    await put(store, meta)
    late = commit(meta, text="late", reign=Reign("test v2", 1, 1, "test v1"))
    assert await store.commit(0, late) == "stale"
    assert (await store.read_meta(0)).reign == Reign("test v1")
    assert await store.policy_text(0, "test v2") is None


@pytest.mark.parametrize("count", [1, 7, 5000])
async def test_a_scan_sees_everybody_of_its_partition(store, count):
    """From the first place to the last, whoever comes or goes meanwhile; nobody else's."""
    here, there = await store.claim(0, "a", 2), await store.claim(1, "a", 2)
    names = [*ODD_IDS, *(f"c{n}" for n in range(40))]
    here = await put(store, here, states=[(name, b"1") for name in names])
    other = commit(there, states=[("elsewhere", b"1")])
    assert await store.commit(1, other) == "applied"
    place, found = await store.scan(0, "", count)
    here = await put(store, here, gone=["c1"], states=[("new", b"1")])
    while place:
        place, some = await store.scan(0, place, count)
        found += some
    assert set(names) - {"c1"} <= set(found) <= {*names, "new"}


async def test_a_scan_of_nobody_is_over_at_once(store):
    """Or after a few looks at keys of others."""
    await store.claim(0, "a", 1)
    place, found = await store.scan(0, "", 1000)
    while place:
        place, found = await store.scan(0, place, 1000)
    assert found == []
