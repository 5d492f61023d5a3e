"""What the API tells of a programme is what its workers did (R35, R36, R37)."""

import json
from datetime import datetime

import pytest
import pytest_asyncio
from journeys.patience import until
from journeys.programme import Programme
from journeys.served import asked, listening, served
from journeys.wire_input import good, good_records, order, send

from streams.intake.partitioner import partition_of
from streams.outbox.scribe import TIER_CHANGES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def programme(stack, tmp_path_factory):
    """Forty days of three customers, taken in."""
    async with Programme(stack, tmp_path_factory.mktemp("reads"), "shown") as made:
        await made.worker()
        records = good_records()
        await send(stack.bootstrap, made.prefix, records)
        await made.taken(len(records))
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(programme):
    """One who asks an API before it."""
    async with served(programme) as asking:
        yield asking


async def test_the_answers_are_the_state(programme, client):
    """Grades, tiers, labels, moves and changes agree with the store and the topics."""
    records = await programme.published(TIER_CHANGES)
    told = {body["id"]: body for record in records if (body := json.loads(record.value))}
    latest: dict[int, int] = {}
    for sent in good_records():
        if sent.key is not None:
            latest[sent.place] = max(latest.get(sent.place, 0), sent.timestamp_ms)
    for customer in await programme.customers():
        grade = await asked(client, f"/api/client/grade/{customer['customer_id']}")
        shared = ("customer_id", "tier", "score", "labels", "version")
        assert {name: grade[name] for name in shared} == {name: customer[name] for name in shared}
        assert grade["freshness"]["as_of"] == customer["as_of"]
        assert grade["freshness"]["policy"]["id"] == "grocery-usd"
        home = partition_of(customer["customer_id"].encode(), programme.partitions)
        assert instant(grade["freshness"]["watermark"]) == latest[home]

    async def caught_up() -> bool:
        """Whether nothing waits, and the latest event of all is told."""
        fresh = (await asked(client, "/api/status"))["freshness"]
        return instant(fresh["watermark"]) == max(latest.values())

    await until(caught_up, "the watermark of all partitions")
    counts = await programme.counts()
    tiers = (await asked(client, "/api/tiers"))["tiers"]
    assert {t["name"]: t["count"] for t in tiers} == {
        t.name: counts[f"tier:{t.name}"] for t in programme.policy.tiers
    }
    assert all(t["history"][-1]["count"] == t["count"] for t in tiers)
    assert all(t["history"][-2]["count"] == t["yesterday"] for t in tiers)
    for label in (await asked(client, "/api/labels"))["labels"]:
        for value in label["values"]:
            assert value["count"] == counts[f"label:{label['name']}:{value['value']}"]
    moves = await asked(client, "/api/moves", **{"from": "2024-03-01"})
    assert sum(move["count"] for move in moves["moves"]) == len(told)
    changes = (await asked(client, "/api/changes", limit=500))["changes"]
    assert {change["id"]: change for change in changes} == told


def instant(text: str) -> int:
    """Epoch milliseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


async def test_changes_come_page_by_page(programme, client):
    """Pages joined are one list without a repeat, the latest first; filters leave out the rest."""
    whole = (await asked(client, "/api/changes", limit=500))["changes"]
    pages, before = [], {}
    while True:
        page = await asked(client, "/api/changes", limit=2, **before)
        pages += page["changes"]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert pages == whole
    ann = (await asked(client, "/api/changes", customer="ann"))["changes"]
    assert ann == [change for change in whole if change["customer_id"] == "ann"]
    gold = (await asked(client, "/api/changes", tier="silver"))["changes"]
    assert gold == [c for c in whole if "silver" in {c["from"], c["to"]}]
    first = (await asked(client, "/api/changes", trigger="first-grade"))["changes"]
    assert len(first) == len(await programme.customers())


async def test_a_customer_is_seen_from_all_sides(client):
    """Profile, ledger and history tell of one customer; search finds them by how they begin."""
    profile = await asked(client, "/api/client/cat")
    assert profile["explanation"]["tier"] == profile["grade"]["tier"]
    assert profile["lifetime_orders"] == 4
    ledger = await asked(client, "/api/client/cat/ledger")
    assert [row["interactions"] for row in ledger["rows"]] == [1] * 4
    assert sum(row["spend"] for row in ledger["rows"]) == 48
    history = await asked(client, "/api/client/cat/history")
    versions = [change["version"] for change in history["changes"]]
    assert versions == list(range(profile["grade"]["version"], 0, -1))
    assert history["complete"]
    found = await asked(client, "/api/search", prefix="c")
    assert [row["customer_id"] for row in found["customers"]] == ["cat"]
    nobody = await client.get("/api/client/grade/zoe")
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "unknown_customer")


async def test_a_stream_goes_on_where_it_was_left(programme, client, stack):
    """Who comes back with the last id gets what came since, once, in the order it first had."""
    async with listening(client) as stream:
        _, _, status = await stream.next("status")
        assert status["customers"] == len(await programme.customers())
        await send(stack.bootstrap, programme.prefix, [good(39, order(39, "dan", 500))])
        last, _, change = await stream.next("change")
        assert change["id"] == "dan:1"
    names = ["eve", "fay", "gus"]
    for name in names:
        await send(stack.bootstrap, programme.prefix, [good(39, order(39, name))])
    async with listening(client, last) as stream:
        since = [await stream.next("change") for _ in names]
        assert sorted(change["customer_id"] for _, _, change in since) == names
    async with listening(client, since[0][0]) as stream:
        assert [await stream.next("change") for _ in names[1:]] == since[1:]
    async with listening(client, "0badc0de-1") as stream:
        _, _, gap = await stream.next("gap")
        assert gap == {"reason": "unknown", "missed": None}
