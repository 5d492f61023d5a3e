"""`regrade policy simulate` beside a running worker: who would move, nothing written (R53)."""

import json

import pytest
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.test_why_command import settings_of, stored
from journeys.wire_input import Sent, order, send

from streams.clock import SystemClock

AMOUNTS = {"ann": 5, "bob": 1000, "cat": 1000, "dé*": 5}
STRICTER = """\
policy: grocery-usd
version: 2
extends: grocery-usd
move: {max_move_share: 0.1}
tiers: [{name: silver, enter: %s}, {name: gold, enter: 98}, {name: platinum, enter: 99}]
"""


@pytest.mark.long
async def test_a_policy_is_tried_on_the_live_customers(stack, tmp_path):
    """Twice two customers go one way or the other; the store is left as it was."""
    now = SystemClock().now_ms()
    records = [
        Sent(
            "orders",
            name.encode(),
            json.dumps(order(at, name, occurred_at=now, amount=amount)).encode(),
            now,
        )
        for at, (name, amount) in enumerate(AMOUNTS.items())
    ]
    stricter, looser = tmp_path / "stricter.yaml", tmp_path / "looser.yaml"
    stricter.write_text(STRICTER % 97)
    looser.write_text(STRICTER % 0.5)
    async with (
        Programme(stack, tmp_path, "try", REGRADE_CLOCK="wall") as programme,
        # A prefix that begins like the other's.
        Programme(stack, tmp_path, "try..more", REGRADE_CLOCK="wall") as other,
    ):
        for each in (programme, other):
            await each.worker()
            await send(stack.bootstrap, each.prefix, records)
            await each.taken(len(records))
        live = settings_of(programme)
        before = await stored(stack.redis_url)

        async def say(*words: str, **changed: str):
            """The command beside the worker."""
            return await regrade("policy", "simulate", *words, settings={**live, **changed})

        same = await say("grocery-usd", "--json")
        up = await say(str(looser), "--json")
        down = await say(str(stricter))
        told = await say(str(stricter), "--json", "--confirm")
        another = await say(str(stricter), "--current", "b2b-fresh")
        priced = await say("b2b-fresh")
        nowhere = await say(str(stricter), REGRADE_PREFIX="elsewhere.")
        assert await stored(stack.redis_url) == before

    assert same.code == 0, same.err
    found = json.loads(same.out)
    assert (found["customers"], found["at_once"]["tier_differs"], found["demoted"]) == (4, 0, 0)
    lowest = next(row["now"] for row in found["tiers"] if row["tier"] == "basic")
    assert up.code == 0, up.err
    assert json.loads(up.out)["at_once"]["directions"]["up"] == lowest
    assert down.code == 1
    assert "customers move at once" in down.out
    assert "would be demoted, above the 10.00% of move.max_move_share" in down.err
    assert "say --confirm if that is meant" in down.err
    assert told.code == 0
    assert json.loads(told.out)["demoted"] == 4 - lowest > 0
    assert json.loads(told.out)["guard"]["holds"] is True
    for done, gist in (
        (another, "graded by policy grocery-usd v1"),
        (priced, "what is stored of customers is in USD"),
        (nowhere, "REGRADE_PREFIX='elsewhere.'"),
    ):
        assert (done.code, done.out) == (1, "")
        assert gist in done.err
        assert "Traceback" not in done.err
