"""What only a cluster can get wrong."""

import secrets

import pytest
from commits import commit, put, row
from journeys.test_secured_store import PASSWORD, documented_rules
from masters import Masters, has

from streams.storage.cluster import connect
from streams.storage.copy import PartitionCopy
from streams.storage.errors import ClusterNotNamed, NotACluster, StoreUnavailable
from streams.storage.inspect import Inspection
from streams.storage.keys import Keys
from streams.storage.look_up import LookUp
from streams.storage.overview import Overview
from streams.storage.redis_store import RedisStore

PARTITIONS = 8


def elsewhere(nodes: Masters, store: RedisStore, partition: int):
    """A master that does not have a partition."""
    slot = Keys(store._prefix, partition).slot
    return next(node for node in nodes.nodes if not has(node, slot))


async def test_a_moved_partition_is_followed_and_nothing_of_it_is_done_twice(nodes, cluster_store):
    """The commit that met the move changes nothing; asked again it is applied, once."""
    meta = await put(cluster_store, await cluster_store.claim(0, "a", 1), states=[("ann", b"1")])
    nodes.move(Keys(cluster_store._prefix, 0).slot, elsewhere(nodes, cluster_store, 0))
    late = commit(meta, states=[("ann", b"2")], counts={"in:folded": 1}, rows=[row()])
    with pytest.raises(StoreUnavailable, match="its keys are at "):
        await cluster_store.commit(0, late)
    assert await cluster_store.commit(0, late) == "applied"
    assert await cluster_store.commit(0, late) == "already"
    assert await cluster_store.counts(0) == {"in:folded": 1}
    assert await cluster_store.load(0, ["ann"]) == [b"2"]


async def test_who_reads_sees_all_partitions_of_all_masters(nodes, cluster_store):
    """Customers page by page, the overview and the places, whoever serves what by now."""
    names = {f"c{n}" for n in range(5 * PARTITIONS)}
    for at in range(PARTITIONS):
        meta = await cluster_store.claim(at, "a", PARTITIONS)
        here = [(name, b"%d" % at) for name in names if int(name[1:]) % PARTITIONS == at]
        whole = commit(meta, day=19_000, states=here, counts={"tier:gold": len(here)})
        assert await cluster_store.commit(at, whole) == "applied"
    nodes.move(Keys(cluster_store._prefix, 3).slot, elsewhere(nodes, cluster_store, 3))
    servers = connect(nodes.url)
    look_up = LookUp(servers, cluster_store._prefix)
    assert len(await servers.all()) == len(nodes.nodes)
    paged = [one async for page in look_up.pages(PARTITIONS) for one in page]
    assert sorted(name for name, _ in paged) == sorted(names)
    assert {(int(name[1:]) % PARTITIONS, stored.blob, stored.day) for name, stored in paged} == {
        (at, b"%d" % at, 19_000) for at in range(PARTITIONS)
    }
    asked = [(int(name[1:]) % PARTITIONS, name) for name in sorted(names)]
    assert [one.blob for one in await look_up.customers(asked)] == [b"%d" % at for at, _ in asked]
    assert await look_up.partitions() == PARTITIONS
    assert await look_up.graded(PARTITIONS) == len(names)
    standings = await Overview(servers, cluster_store._prefix).standings(PARTITIONS)
    assert [one.counts for one in standings] == [{"tier:gold": 5}] * PARTITIONS
    inspection = Inspection(servers, cluster_store._prefix)
    assert [place.fields["owner"] for place in await inspection.places(PARTITIONS)] == ["a"] * 8
    assert len(await inspection.servers()) == len(nodes.nodes)
    await servers.close()


@pytest.mark.parametrize("kind", ["customer", "overview", "places", "scan"])
async def test_who_reads_a_partition_that_has_moved_is_told_once(nodes, cluster_store, kind):
    """In a transaction, in a pipeline, alone: the next question goes where the partition is."""
    meta = await cluster_store.claim(0, "a", 1)
    await put(cluster_store, meta, states=[("ann", b"1")])
    servers, prefix = connect(nodes.url), cluster_store._prefix
    reads = {
        "customer": lambda: LookUp(servers, prefix).customer(0, "ann"),
        "overview": lambda: Overview(servers, prefix).standings(1),
        "places": lambda: Inspection(servers, prefix).places(1),
        "scan": lambda: names_of(RedisStore(servers, prefix, "test v1")),
    }
    before = await reads[kind]()
    nodes.move(Keys(prefix, 0).slot, elsewhere(nodes, cluster_store, 0))
    with pytest.raises(StoreUnavailable, match="its keys are at"):
        await reads[kind]()
    assert await reads[kind]() == before
    await servers.close()


async def names_of(store: RedisStore) -> list[str]:
    """Who is found by looking through the keys."""
    place, found = await store.scan(0, "", 1000)
    assert place == ""
    return found


async def test_a_partition_is_copied_from_one_master_to_another(nodes, cluster_store):
    """Read piece by piece where it is, written where its place is."""
    meta = await cluster_store.claim(0, "a", 2)
    await put(cluster_store, meta, states=[("ann", b"1")], due=[("ann", 19_001)], rows=[row()])
    source, target = (
        PartitionCopy(cluster_store._servers, cluster_store._prefix, at) for at in (0, 1)
    )
    await target.clear()
    async for piece in source.pieces():
        await target.write(piece)
    outbox, about = await source.end()
    await target.write(outbox)
    await target.finish(about)
    assert await cluster_store.load(1, ["ann"]) == [b"1"]
    assert await cluster_store.outbox(1) == await cluster_store.outbox(0)


async def test_the_documented_user_is_enough_on_a_cluster(nodes):
    """With the one right more that the page names."""
    rights = ("ACL", "SETUSER", "regrade", "reset", *documented_rules(), "+cluster|slots")
    for node in nodes.nodes:
        node.ask(*rights)
    servers = connect(nodes.url.replace("//", f"//regrade:{PASSWORD}@", 1))
    store = RedisStore(servers, "regrade.rights", "test v1")
    await store.prepare(durable=True)
    for at in range(PARTITIONS):
        meta = await store.claim(at, "a", PARTITIONS)
        assert await store.commit(at, commit(meta, states=[("ann", b"1")])) == "applied"
    look_up = LookUp(servers, "regrade.rights")
    assert len([page async for page in look_up.pages(PARTITIONS)]) > 0
    assert len(await Inspection(servers, "regrade.rights").servers()) == len(nodes.nodes)
    await servers.close()


async def test_a_node_that_is_away_is_not_needed_to_find_the_others(nodes):
    """The first node named does not answer: the next one does."""
    address = nodes.url.replace(f":{nodes.nodes[0].port}/", ":1/", 1)
    servers = connect(address, timeout_s=1)
    assert len(await servers.all()) == len(nodes.nodes)
    await servers.close()


async def test_a_cluster_is_named_as_one_and_nothing_else_is(nodes, valkey):
    """Both mistakes are told with what to write."""
    plain = RedisStore(connect(nodes.url.partition("?")[0]), secrets.token_hex(4), "test v1")
    away = next(at for at in range(PARTITIONS) if not has(nodes.nodes[0], plain._of(at).slot))
    with pytest.raises(ClusterNotNamed, match=r"\?cluster=yes"):
        await plain.read_meta(away)
    await plain.close()
    named = RedisStore(connect(f"{valkey}?cluster=yes"), "p", "test v1")
    with pytest.raises(NotACluster, match="leave"):
        await named.prepare(durable=True)
    await named.close()
