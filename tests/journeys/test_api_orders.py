"""What is ordered and sent over HTTP takes the path of everything else (R32, R35, R43)."""

import json

import httpx
import pytest
import pytest_asyncio
from journeys.patience import until
from journeys.programme import Programme
from journeys.served import asked, served
from journeys.test_review_commands import reviewing
from journeys.wire_input import order

from streams.clock import SystemClock
from streams.outbox.audit import AUDIT

GUS = "gus-4b1e07"
"""An id that turns up nowhere by chance."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def programme(stack, tmp_path_factory):
    """A worker in wall time; each test has customers of its own."""
    settings = {"REGRADE_CLOCK": "wall", "REGRADE_ERASURE_KEY": "a key of sixteen+"}
    async with Programme(stack, tmp_path_factory.mktemp("orders"), "counter", **settings) as made:
        await made.worker()
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(programme):
    """One who asks an API before it."""
    async with served(programme) as asking:
        yield asking


def bought(customer: str, **fields) -> dict:
    """An order of this moment."""
    return order(0, customer, occurred_at=SystemClock().now_ms(), **fields)


def outcomes(response: httpx.Response) -> list[str]:
    """What became of the events of a request."""
    assert response.status_code == 200, response.text
    return [event["outcome"] for event in response.json()["events"]]


async def test_events_come_alone_in_arrays_and_in_lines(programme, client):
    """Each is answered; what is accepted is graded; the same again counts once."""
    lines = "\n".join(json.dumps(bought(name)) for name in ("cho", "dan"))
    read = await programme.read()
    both = [bought("bob"), {"type": "order.lost"}, 7, bought("bob", amount=-1, event_id="x")]
    assert outcomes(await client.post("/api/events", json=bought("ann"))) == ["accepted"]
    given = outcomes(await client.post("/api/events", json=both))
    assert given == ["accepted", "rejected", "rejected", "rejected"]
    kind = {"Content-Type": "application/x-ndjson"}
    sent = await client.post("/api/events", content=lines, headers=kind)
    assert outcomes(sent) == ["accepted", "accepted"]
    assert outcomes(await client.post("/api/events", json=bought("ann"))) == ["accepted"]
    await programme.taken(read + 5)
    assert (await programme.counts())["in:duplicate"] == 1
    for name in ("ann", "bob", "cho", "dan"):
        grade = await asked(client, f"/api/client/grade/{name}")
        assert grade["tier"] == "basic"
    day = {"type": "day.reached", "event_id": "d", "occurred_at": 1}
    assert outcomes(await client.post("/api/events", json=day)) == ["rejected"]


async def test_an_operator_holds_a_tier_lets_it_go_and_recalculates(programme, client):
    """The answer is the worker's; a wrong tier is an error that names the known ones."""
    read = await programme.read()
    await client.post("/api/events", json=[bought("eve"), bought("fay")])
    await programme.taken(read + 2)
    held = await client.put(
        "/api/client/eve/override", json={"kind": "pin", "tier": "gold", "reason": "key"}
    )
    assert held.status_code == 200, held.text
    (result,) = held.json()["results"]
    assert (result["outcome"], result["grade"]["tier"]) == ("done", "gold")
    assert (await asked(client, "/api/client/grade/eve"))["override"]["author"] == "open"
    known = await asked(client, f"/api/commands/{result['event_id']}")
    assert known == result
    wrong = await client.put(
        "/api/client/eve/override", json={"kind": "pin", "tier": "golden", "reason": "key"}
    )
    assert wrong.status_code == 422
    assert "the policy has basic, silver, gold" in wrong.json()["error"]["message"]
    freed = await client.request("DELETE", "/api/client/eve/override", json={"reason": "over"})
    assert freed.json()["results"][0]["grade"]["override"] is None
    many = await client.post(
        "/api/client/grade/recalculate", json={"client_ids": ["eve", "fay", "eve"]}
    )
    assert [r["customer_id"] for r in many.json()["results"]] == ["eve", "fay"]
    assert many.json()["pending"] == []


async def test_without_a_worker_the_answer_says_where_to_ask(stack, tmp_path):
    """202 at the end of the wait; once a worker comes, the answer is there."""
    async with Programme(stack, tmp_path, "left-desk") as programme, served(programme) as client:
        late = await client.post(
            "/api/client/grade/recalculate", json={"client_id": "ann", "wait_seconds": 0.2}
        )
        assert late.status_code == 202
        (pending,) = late.json()["pending"]
        assert (await client.get(pending["ask"])).status_code == 404
        await programme.worker()
        await programme.taken(1)
        assert (await asked(client, pending["ask"]))["outcome"] == "done"


async def test_an_erased_customer_leaves_the_answers(programme, client):
    """The id must be said twice; afterwards neither grade, history nor changes know them."""
    read = await programme.read()
    await client.post("/api/events", json=[bought(GUS), bought("hal")])
    await programme.taken(read + 2)
    held = {"kind": "pin", "tier": "gold", "reason": "r"}
    await client.put(f"/api/client/{GUS}/override", json=held)
    once = await client.post(f"/api/client/{GUS}/erase", json={"reason": "r", "confirm": "gu"})
    assert (once.status_code, once.json()["error"]["code"]) == (422, "not_confirmed")
    assert any(b"gus-4b1e07" in part for part in index_of(programme))
    gone = await client.post(f"/api/client/{GUS}/erase", json={"reason": "r", "confirm": GUS})
    (told,) = gone.json()["results"]
    assert (told["outcome"], told["customer_id"]) == ("done", GUS)
    await programme.taken(read + 4)
    *_, entry = await programme.published(AUDIT)
    assert json.loads(entry.value)["author"] == "open"
    for path in ("/api/client/grade/gus", "/api/client/gus", "/api/client/gus/history"):
        assert (await client.get(path.replace("gus", GUS))).status_code == 404
    changes = (await asked(client, "/api/changes"))["changes"]
    names = {change["customer_id"] for change in changes}
    assert "hal" in names
    assert GUS not in names
    refused = await client.put(f"/api/client/{GUS}/override", json=held)
    assert refused.json()["error"]["code"] == "erased"
    later = await asked(client, f"/api/commands/{told['event_id']}")
    assert later == told | {"customer_id": ""}
    await until(lambda: forgotten(programme), "forgotten")


def index_of(programme: Programme) -> list[bytes]:
    """Every file of the API: what it keeps of the topics, and what it logs."""
    folders = (programme.folder / name for name in ("scratch", "api"))
    files = (path for folder in folders for path in folder.rglob("*"))
    return [path.read_bytes() for path in files if path.is_file()]


async def forgotten(programme: Programme) -> bool:
    """Whether no file of the API has a byte of gus."""
    return not any(b"gus-4b1e07" in part for part in index_of(programme))


async def test_moves_that_wait_are_decided(stack, tmp_path):
    """A case is listed, approved by its name, and gone; the grade follows."""
    given = {"REGRADE_CLOCK": "wall", "REGRADE_POLICY": reviewing(tmp_path)}
    async with Programme(stack, tmp_path, "waiting", **given) as programme:
        await programme.worker()
        async with served(programme) as client:
            await client.post("/api/events", json=bought("ann", amount=900))
            await programme.taken(1)
            (case,) = (await asked(client, "/api/reviews"))["cases"]
            said = {"decision": "approve", "reason": "asked her"}
            done = await client.post(f"/api/reviews/{case['case']}/resolve", json=said)
            assert done.status_code == 200, done.text
            assert (await asked(client, "/api/reviews"))["cases"] == []
            assert (await asked(client, "/api/client/grade/ann"))["tier"] == case["to"]
            again = await client.post(f"/api/reviews/{case['case']}/resolve", json=said)
            assert again.json()["error"]["code"] == "no_case"
