"""Two programmes on the same facts: each has its tiers, its commands, its policy (R53)."""

import json
from pathlib import Path

import pytest
from journeys.laws import History, check_all
from journeys.programme import Programme, ended
from journeys.reading import read_all
from journeys.regrade_command import regrade
from journeys.test_policy_live import NAMES, SECOND, orders, reached, settings_of, written
from journeys.wire_input import Sent, order, send

from streams.clock import SystemClock
from streams.embedded.topics import create_topics
from streams.replay.produce import Replay
from streams.topics import topic_specs

pytestmark = pytest.mark.long

SHARED = "shared."
RATES = '\nrates: {XAU: "2"}\n'
PRESET = Path(__file__).parents[2] / "scoring" / "presets" / "grocery-usd.yaml"


def stricter(folder: Path) -> str:
    """The same tiers, the highest harder to reach."""
    made = folder / "club.yaml"
    text = PRESET.read_text("utf-8").replace("policy: grocery-usd", "policy: club-usd")
    made.write_text(text.replace("enter: 82", "enter: 90"), "utf-8")
    return str(made)


async def test_each_grades_the_same_facts_by_its_own_policy(stack, tmp_path, history):
    """Both end as the engine in memory does under their policies, also after a kill."""
    share = {"REGRADE_FACTS_PREFIX": SHARED}
    club = {"REGRADE_POLICY": stricter(tmp_path), **share}
    async with (
        Programme(stack, tmp_path, "sharing-one", partitions=2, **share) as one,
        Programme(stack, tmp_path, "sharing-two", partitions=2, **club) as two,
    ):
        killed = await one.worker()
        await two.worker()
        async with one.producer() as producer:
            replay = Replay(producer, SHARED)
            half = len(history.events) // 2
            await replay.run(history.events[:half])
            await one.folded(half // 4)
            killed.kill()
            await replay.run(history.events[half:])
            await replay.close_day()
        await one.worker()
        other = await History.of(history.events, two.policy)
        assert two.policy.policy_id == "club-usd" != one.policy.policy_id
        assert other.expected.tiers() != history.expected.tiers()
        for programme, expected in ((one, history), (two, other)):
            await programme.taken(len(history.events) + programme.partitions)
            await check_all(programme, expected)


async def test_neither_hears_what_the_other_is_told(stack, tmp_path):
    """A policy published in one, and a customer held there, move nobody in the other."""
    share = {"REGRADE_FACTS_PREFIX": "bought.", "REGRADE_CLOCK": "wall"}
    async with (
        Programme(stack, tmp_path, "sharing-here", **share) as here,
        Programme(stack, tmp_path, "sharing-there", **share) as there,
    ):
        await here.worker()
        await there.worker()
        await send(stack.bootstrap, "bought.", orders(0, NAMES))
        await here.taken(60)
        await there.taken(60)
        live = settings_of(here)
        second = written(tmp_path, SECOND)
        published = await regrade("policy", "publish", second, settings=live)
        assert published.code == 0, published.err
        await reached(here, "grocery-usd v2")
        who = ("--reason", "key account", "--author", "kim")
        held = await regrade("override", "set", "c0", "--pin", "gold", *who, settings=live)
        assert held.code == 0, held.err
        await send(stack.bootstrap, "bought.", orders(60, NAMES[:20]))
        await here.taken(81)
        await there.taken(80)
        tiers = {one["customer_id"]: one["tier"] for one in await here.customers()}
        assert tiers == {**dict.fromkeys(NAMES, "silver"), "c0": "gold"}
        assert {one["tier"] for one in await there.customers()} == {"basic"}
        told = [json.loads(record.value) for record in await there.changes()]
        assert {one["policy"]["version"] for one in told} == {1}
        for topic in ("grading-policy", "grading-commands", "command-results", "audit"):
            assert await here.published(topic)
            assert not await there.published(topic)


async def test_a_programme_that_would_read_wrong_is_refused(stack, tmp_path):
    """Under everybody's group name, or with a state made of other facts, it does not start."""
    share = {"REGRADE_FACTS_PREFIX": "sold."}
    async with Programme(stack, tmp_path, "nobody", **share, REGRADE_GROUP="regrade") as one:
        assert "REGRADE_GROUP" in await refused(one)
    async with Programme(stack, tmp_path, "sharing-moved", **share) as one:
        worker = await one.worker()
        worker.kill()
        one.settings["REGRADE_FACTS_PREFIX"] = one.prefix
        await create_topics(stack.bootstrap, topic_specs(one.prefix, one.partitions))
        assert "the state was made of the facts of sold.orders" in await refused(one)


async def refused(programme: Programme) -> str:
    """What a worker says that does not start."""
    worker = programme.launch()
    await ended(worker)
    said = worker.output()
    assert "Traceback" not in said
    return said


async def test_a_fact_that_one_programme_refused_is_sent_again_to_it_alone(stack, tmp_path):
    """Its policy learns the currency; the letter comes back to it, and nobody else hears of it."""
    share = {"REGRADE_FACTS_PREFIX": "paid.", "REGRADE_CLOCK": "wall"}
    knows = tmp_path / "knows.yaml"
    knows.write_text(PRESET.read_text("utf-8") + RATES, "utf-8")
    async with (
        Programme(stack, tmp_path, "sharing-knows", **share, REGRADE_POLICY=str(knows)) as knowing,
        Programme(stack, tmp_path, "sharing-learns", **share) as learning,
    ):
        await knowing.worker()
        await learning.worker()
        now = SystemClock().now_ms()
        said = order(0, "ann", 40, currency="XAU", occurred_at=now)
        await send(
            stack.bootstrap, "paid.", [Sent("orders", b"ann", json.dumps(said).encode(), now)]
        )
        for programme in (knowing, learning):
            await programme.taken(1)
        assert [one["customer_id"] for one in await knowing.customers()] == ["ann"]
        assert await learning.customers() == []
        before = await knowing.counts()

        live = settings_of(learning)
        second = written(tmp_path, SECOND + RATES)
        published = await regrade("policy", "publish", second, settings=live)
        assert published.code == 0, published.err
        await reached(learning, "grocery-usd v2")
        again = await regrade("dead-letters", "redrive", "--send", "--yes", settings=live)
        assert again.code == 0, again.err
        await learning.taken(2)
        (ann,) = await learning.customers()
        (change,) = [json.loads(r.value) for r in await learning.published("tier-changes")]
        assert (change["customer_id"], change["to"]) == ("ann", ann["tier"])
        assert change["cause"]["topic"] == "grading-commands"
        assert change["policy"]["version"] == 2
        assert len(await read_all(stack.bootstrap, ["paid.orders"])) == 1
        assert await knowing.counts() == before
