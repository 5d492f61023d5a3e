"""A new version of the policy while orders flow: published, taken, swept, taken back (R40, R53)."""

import json
from collections import Counter
from pathlib import Path

import pytest
from journeys.patience import until
from journeys.programme import Programme
from journeys.regrade_command import Done, regrade
from journeys.wire_input import Sent, order, send

from streams.clock import SystemClock

pytestmark = pytest.mark.long

NAMES = [f"c{number}" for number in range(60)]
SECOND = """\
policy: grocery-usd
version: 2
extends: grocery-usd
tiers: [{name: silver, enter: 0.5}, {name: gold, enter: 98}, {name: platinum, enter: 99}]
"""
"""Whoever was basic, with a few points, is silver."""


def settings_of(programme: Programme) -> dict[str, str]:
    """The variables of the programme's workers, for commands beside them."""
    stack = programme.stack
    places = {"REGRADE_KAFKA": stack.bootstrap, "REGRADE_REDIS": stack.redis_url}
    return {**programme.settings, **places}


def orders(first: int, names: list[str], amount: float = 5) -> list[Sent]:
    """An order of each, now."""
    now = SystemClock().now_ms()
    return [
        Sent(
            "orders",
            name.encode(),
            json.dumps(order(first + at, name, occurred_at=now, amount=amount)).encode(),
            now,
        )
        for at, name in enumerate(names)
    ]


async def reached(programme: Programme, tag: str) -> None:
    """Wait until every partition has taken a version and brought everybody to it."""

    async def over() -> bool:
        """Whether that is so."""
        programme.check()
        reigns = [meta.reign for meta in await programme.metas()]
        return all(reign.policy.startswith(tag) and not reign.sweeping for reign in reigns)

    await until(over, f"swept under {tag}")


def written(tmp_path: Path, text: str, name: str = "second") -> str:
    """A policy file."""
    path = tmp_path / f"{name}.yaml"
    path.write_text(text)
    return str(path)


async def test_a_version_is_published_swept_and_rolled_back(stack, tmp_path):
    """Orders go on; each customer moves once, by `policy`, and tools find the new version."""
    async with Programme(stack, tmp_path, "live", REGRADE_CLOCK="wall") as programme:
        await programme.worker()
        live = settings_of(programme)

        async def say(*words: str) -> Done:
            """A command beside the worker."""
            return await regrade(*words, settings=live)

        await send(stack.bootstrap, programme.prefix, orders(0, NAMES))
        await programme.taken(60)
        before = await say("grade", "c0", "--json")
        second = written(tmp_path, SECOND)
        done = await say("policy", "publish", second, "--author", "kim", "--reason", "spring")
        assert done.code == 0, done.err
        await send(stack.bootstrap, programme.prefix, orders(60, NAMES[:20]))
        await reached(programme, "grocery-usd v2")
        await programme.taken(80)
        after, again = await say("grade", "c0", "--json"), await say("policy", "publish", second)
        changed = await say("policy", "publish", written(tmp_path, SECOND.replace("98", "97")))
        listed = await say("policy", "versions", "--json")
        tried = await say("policy", "simulate", second, "--json")
        back = await say("policy", "rollback", "1", "--reason", "too many", "--author", "lee")
        assert back.code == 0, back.err
        await reached(programme, "grocery-usd v1")
        told = [json.loads(record.value) for record in await programme.changes()]
        audit = [json.loads(record.value) for record in await programme.published("audit")]
        counts = await programme.counts()

    assert json.loads(before.out)["policy"]["version"] == 1
    assert json.loads(after.out)["policy"]["version"] == 2
    assert json.loads(after.out)["tier"] == "silver"
    moved = [one for one in told if one["cause"] == {"policy": 2} and "label" not in one]
    assert Counter(one["customer_id"] for one in moved) == Counter(NAMES)
    assert {(one["mode"], one["trigger"], one["to"]) for one in moved} == {
        ("sweep", "policy", "silver")
    }
    assert (again.code, changed.code) == (0, 1)
    assert "is published already" in again.out
    assert "a version once used never changes" in changed.err
    (version,) = json.loads(listed.out)["versions"]
    assert (version["version"], version["author"], version["reason"]) == (2, "kim", "spring")
    assert json.loads(tried.out)["at_once"]["tier_differs"] == 0
    types = Counter((one["type"], one["author"], one["reason"]) for one in audit)
    assert types == {
        ("policy.taken", "kim", "spring"): programme.partitions,
        ("policy.rolled-back", "lee", "too many"): programme.partitions,
    }
    assert sum(n for name, n in counts.items() if name.startswith("tier:")) == 60


async def test_a_worker_stays_on_the_last_good_version(stack, tmp_path):
    """What cannot be read is refused aloud, what its guard holds is not published; orders go on."""
    guarded = SECOND.replace("enter: 0.5", "enter: 97") + "move: {max_move_share: 0.1}\n"
    async with Programme(stack, tmp_path, "bad", REGRADE_CLOCK="wall") as programme:
        worker = await programme.worker()
        live = settings_of(programme)
        await send(stack.bootstrap, programme.prefix, orders(0, NAMES[:20], 1000))
        await programme.taken(20)
        held = await regrade("policy", "publish", written(tmp_path, guarded), settings=live)
        topic = f"{programme.prefix}grading-policy"
        body = {"policy": "grocery-usd", "version": 9, "fingerprint": "f", "published_at": 1}
        async with programme.producer() as producer:
            await producer.send_and_wait(topic, b"{not json", key=b"9", partition=0)
            unread = json.dumps({**body, "text": "policy: [", "author": "eve"}).encode()
            await producer.send_and_wait(topic, unread, key=b"9", partition=0)
        await until(lambda: refused(worker, 2), "refused")
        await send(stack.bootstrap, programme.prefix, orders(20, NAMES[:20], 5))
        await programme.taken(40)
        assert {meta.reign.policy[:14] for meta in await programme.metas()} == {"grocery-usd v1"}
        confirmed = await regrade(
            "policy", "publish", written(tmp_path, guarded), "--confirm", settings=live
        )
        await reached(programme, "grocery-usd v2")
    assert (held.code, confirmed.code) == (1, 0)
    assert "nothing was published" in held.err
    assert "move.max_move_share" in held.err


async def refused(worker, times: int) -> bool:
    """Whether the worker has refused so many publications."""
    return worker.output().count("a published policy is refused") >= times


async def test_a_version_waits_for_its_instant(stack, tmp_path):
    """Published for later it is taken later; a rollback in between takes it off the plan."""
    async with Programme(stack, tmp_path, "later", REGRADE_CLOCK="wall") as programme:
        await programme.worker()
        live = settings_of(programme)
        await send(stack.bootstrap, programme.prefix, orders(0, NAMES[:20]))
        await programme.taken(20)
        when = ("--effective-from", "2199-01-01T00:00:00+00:00")
        done = await regrade("policy", "publish", written(tmp_path, SECOND), *when, settings=live)
        listed = await regrade("policy", "versions", "--json", settings=live)
        assert done.code == 0, done.err
        assert "2199-01-01T00:00:00.000Z" in done.out
        await regrade("policy", "rollback", "1", "--reason", "no", settings=live)
        after = await regrade("policy", "versions", "--json", settings=live)
        assert {meta.reign.generation for meta in await programme.metas()} == {0}
    (planned,) = json.loads(listed.out)["versions"]
    assert not planned["withdrawn"]
    assert [one["withdrawn"] for one in json.loads(after.out)["versions"]] == [True, False]
