"""A customer is erased beside workers that are killed, and stays so (R43)."""

import json

import pytest
from journeys.programme import Programme
from journeys.regrade_command import Done, regrade
from journeys.wire_input import Sent, order, send
from redis.asyncio import Redis

from streams.clock import SystemClock
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.audit import AUDIT
from streams.outbox.scribe import CURRENT_TIER, DEAD_LETTERS, TIER_CHANGES

pytestmark = pytest.mark.long

KEY = "the secret of the journey"
ANN = "ann-🜁-4b1e07"
WHO = ("--reason", "request 1007", "--author", "kim")


def bought(number: int, customer: str, now: int) -> Sent:
    """An order of today."""
    value = json.dumps(order(number, customer, occurred_at=now), ensure_ascii=False)
    return Sent("orders", customer.encode(), value.encode(), now)


def wish(now: int) -> bytes:
    """The command that erases ann."""
    said = {"type": "customer.erase", "event_id": "desk-1", "customer_id": ANN}
    said |= {"occurred_at": now, "reason": "request 1007", "author": "kim"}
    return json.dumps(said, ensure_ascii=False).encode()


async def stored(url: str, prefix: str) -> list[bytes]:
    """Every key of the programme as the server would write it to disk, and its name."""
    async with Redis.from_url(url) as client:
        keys = [key async for key in client.scan_iter(match=f"{{regrade.{prefix}*")]
        found = list(keys)
        for key in keys:
            match await client.type(key):
                case b"string":
                    found.append(await client.get(key))
                case b"hash":
                    found += [x for pair in (await client.hgetall(key)).items() for x in pair]
                case b"zset":
                    found += await client.zrange(key, 0, -1)
                case _:
                    found += [x for _, f in await client.xrange(key) for x in f.values()]
        return found


async def test_an_erased_customer_is_gone_whatever_dies(stack, tmp_path):
    """Killed while it carries the erasure out, and again after: told once, and nothing is left."""
    now = SystemClock().now_ms()
    held = {"REGRADE_CLOCK": "wall", "REGRADE_ERASURE_KEY": KEY, "REGRADE_LOG_LEVEL": "INFO"}
    async with Programme(stack, tmp_path, "forgotten", **held) as programme:
        settings = {**programme.settings, "REGRADE_KAFKA": stack.bootstrap}

        async def say(*words: str) -> Done:
            """Run `regrade` beside the workers."""
            return await regrade(*words, settings=settings)

        first = await programme.worker()
        orders = [bought(0, ANN, now), bought(1, "bob", now)]
        await send(stack.bootstrap, programme.prefix, orders)
        await programme.taken(2)
        assert any(ANN.encode() in part for part in await stored(stack.redis_url, programme.prefix))

        # The command lies in the log when its worker dies; the next one finds it there.
        erasure = Sent("grading-commands", ANN.encode(), wish(now), now)
        await send(stack.bootstrap, programme.prefix, [erasure])
        first.kill()
        second = await programme.worker()
        await programme.taken(3)
        second.kill()

        # A late order, and the same command once more, wait for the third worker.
        late = [bought(2, ANN, now), erasure]
        await send(stack.bootstrap, programme.prefix, late)
        await programme.worker()
        await programme.taken(5)
        again = await say("erase", ANN, *WHO, "--yes", "--json", "--wait", "30")
        refused = await say("override", "set", ANN, "--pin", "gold", *WHO, "--wait", "30")
        known = await say("pseudonym", ANN)
        await programme.taken(7)

        assert again.code == 0, again.err
        assert json.loads(again.out)["outcome"] == "done"
        assert refused.code == 1
        assert "refused (erased)" in refused.err
        await check_store(programme)
        await check_topics(programme, known.out.strip())
        logged = "".join(worker.output() for worker in programme.workers)
        assert "4b1e07" not in logged


async def check_store(programme: Programme) -> None:
    """Bob is there, and of ann not one byte."""
    left = await stored(programme.stack.redis_url, programme.prefix)
    assert not any(ANN.encode() in part for part in left)
    assert any(b"bob" in part for part in left)
    customers = await programme.customers()
    assert [one["customer_id"] for one in customers] == ["bob"]
    counts = await programme.counts()
    assert sum(n for name, n in counts.items() if name.startswith("tier:")) == 1


async def check_topics(programme: Programme, pseudonym: str) -> None:
    """Told once, a null behind it, and neither letters nor audit know who it was."""
    changes = [json.loads(r.value) for r in await programme.published(TIER_CHANGES)]
    told = {c["id"]: c["type"] for c in changes if c["customer_id"] == ANN}
    assert told == {f"{ANN}:1": "tier.assigned", f"{ANN}:2": "customer.erased"}
    kept = {r.key: r.value for r in await programme.published(CURRENT_TIER)}
    assert kept[ANN.encode()] is None
    assert kept[b"bob"] is not None
    answers = [json.loads(r.value) for r in await programme.published(COMMAND_RESULTS)]
    assert {a["outcome"] for a in answers if a["type"] == "customer.erase"} == {"done"}
    # Repeats have one id; there was one erasure.
    entries = {dict(r.headers)["ce_id"]: r for r in await programme.published(AUDIT)}
    (entry,) = entries.values()
    assert entry.key.decode() == pseudonym
    letters = await programme.published(DEAD_LETTERS)
    assert {dict(r.headers)["regrade_reason"] for r in letters} == {b"erased"}
    for record in (*letters, entry):
        parts = (record.key, record.value, *(value for _, value in record.headers))
        assert not any(ANN.encode() in part for part in parts if part is not None)


async def test_an_erasure_is_asked_about_and_can_be_called_off():
    """Nothing is sent without a yes; there is no broker at the address."""
    nowhere = {"REGRADE_KAFKA": "127.0.0.1:1"}
    off = await regrade("erase", "ann", *WHO, settings=nowhere, stdin=b"n\n")
    assert off.code == 1
    assert "Erase ann? It cannot be undone. [y/N]" in off.err
    assert "nothing was sent" not in off.err
    on = await regrade("erase", "ann", *WHO, settings=nowhere, stdin=b"y\n")
    assert "nothing was sent: the broker at 127.0.0.1:1" in on.err


async def test_names_depend_on_the_key():
    """Without one there are none, and a short one is refused without being shown."""
    done = await regrade("pseudonym", "ann")
    assert done.code == 2
    assert "set REGRADE_ERASURE_KEY" in done.err
    short = await regrade("pseudonym", "ann", settings={"REGRADE_ERASURE_KEY": "hunter2"})
    assert short.code == 1
    assert "REGRADE_ERASURE_KEY=(secret): Value error, should have at least 16" in short.err
    assert "hunter2" not in short.err
