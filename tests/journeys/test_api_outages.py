"""What stands behind the API goes and comes back; it says so, and needs no restart."""

import asyncio

import httpx
import pytest
from journeys.patience import until
from journeys.programme import Programme
from journeys.served import asked, listening, served
from journeys.wire_input import good, order, send

from streams.embedded.stack import EmbeddedStack

pytestmark = pytest.mark.long

STALE = {"REGRADE_API_STALE_AFTER_S": "3"}


@pytest.fixture
def own():
    """A broker and a store that may be killed."""
    with EmbeddedStack() as stack:
        yield stack


async def test_a_worker_dies_and_another_comes(own, tmp_path):
    """Grades are told all the while; that they are stale is told as long as nobody works."""
    async with Programme(own, tmp_path, "orphans") as programme:
        worker = await programme.worker()
        await send(own.bootstrap, programme.prefix, [good(0, order(0, "ann"))])
        await programme.taken(1)
        async with served(programme, **STALE) as client:
            await until(lambda: freshness(client, stale=False), "fresh")
            worker.kill()
            await send(own.bootstrap, programme.prefix, [good(1, order(1, "ann", 900))])
            await until(lambda: freshness(client, stale=True), "stale")
            grade = await asked(client, "/api/client/grade/ann")
            assert (grade["tier"], grade["freshness"]["lag_records"]) == ("basic", 1)
            await programme.worker()
            await until(lambda: freshness(client, stale=False), "fresh again")
            assert (await asked(client, "/api/client/grade/ann"))["tier"] != "basic"


async def test_the_store_goes_and_comes_back(own, tmp_path):
    """503 in plain words, not ready, alive; afterwards as before."""
    async with Programme(own, tmp_path, "storeless") as programme:
        await programme.worker()
        await send(own.bootstrap, programme.prefix, [good(0, order(0, "ann"))])
        await programme.taken(1)
        async with served(programme, **STALE) as client:
            own.store.kill()
            gone = await client.get("/api/client/grade/ann")
            assert (gone.status_code, gone.json()["error"]["code"]) == (503, "store_unavailable")
            assert "the store did not answer" in gone.json()["error"]["message"]
            assert "retry-after" in gone.headers
            await until(lambda: answers(client, "/readyz", 503), "unready")
            assert (await client.get("/healthz")).status_code == 200
            status = await asked(client, "/api/status")
            assert status["problems"]
            await asyncio.to_thread(own.store.start)
            await until(lambda: answers(client, "/readyz", 200), "ready")
            assert (await asked(client, "/api/client/grade/ann"))["tier"] == "basic"


async def test_the_broker_goes(own, tmp_path):
    """Grades are still told, as stale; what is ordered is refused, for nobody would get it."""
    async with Programme(own, tmp_path, "mute") as programme:
        await programme.worker()
        await send(own.bootstrap, programme.prefix, [good(0, order(0, "ann"))])
        await programme.taken(1)
        async with served(programme, **STALE) as client:
            await asyncio.to_thread(own.broker.kill)
            refused = await client.post(
                "/api/client/grade/recalculate", json={"client_id": "ann", "wait_seconds": 1}
            )
            assert refused.status_code == 503
            assert refused.json()["error"]["code"] == "broker_unavailable"
            await until(lambda: freshness(client, stale=True), "stale")
            grade = await asked(client, "/api/client/grade/ann")
            assert (grade["tier"], grade["freshness"]["lag_records"]) == ("basic", None)


async def test_a_stream_goes_on_after_the_api_was_killed(own, tmp_path):
    """With a folder of its own the index keeps its numbers: nothing is missed, nothing twice."""
    kept = {"REGRADE_API_DATA": str(tmp_path / "index")}
    async with Programme(own, tmp_path, "reborn") as programme:
        await programme.worker()
        async with served(programme, **kept) as client, listening(client) as stream:
            await send(own.bootstrap, programme.prefix, [good(0, order(0, "ann"))])
            last, _, change = await stream.next("change")
            assert change["id"] == "ann:1"
        await send(own.bootstrap, programme.prefix, [good(0, order(0, "bob"))])
        await programme.taken(2)
        async with served(programme, **kept) as client, listening(client, last) as stream:
            await send(own.bootstrap, programme.prefix, [good(0, order(0, "cho"))])
            told = [(await stream.next("change", "gap"))[2] for _ in range(2)]
            assert [change.get("id") for change in told] == ["bob:1", "cho:1"]


async def freshness(client: httpx.AsyncClient, *, stale: bool) -> bool:
    """Whether answers call themselves stale, or not."""
    return (await asked(client, "/api/status"))["freshness"]["stale"] is stale


async def answers(client: httpx.AsyncClient, path: str, status: int) -> bool:
    """Whether a path answers with a status."""
    return (await client.get(path)).status_code == status
