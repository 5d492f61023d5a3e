"""An operator holds a customer's tier, and lets it go, beside a running worker (R32, R53)."""

import json

from journeys.programme import Programme
from journeys.regrade_command import Done, regrade
from journeys.wire_input import Sent, order, send
from regrade_here import regrade_beside, regrade_here

from streams.clock import SystemClock
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.scribe import CURRENT_TIER, DEAD_LETTERS, TIER_CHANGES

WHO = ("--reason", "key account", "--author", "kim")


async def test_a_tier_is_held_and_let_go(stack, tmp_path):
    """Each command is answered with the grade after it; the topics tell the same story."""
    now = SystemClock().now_ms()
    bought = json.dumps(order(0, "ann", occurred_at=now)).encode()
    async with Programme(stack, tmp_path, "desk", REGRADE_CLOCK="wall") as programme:
        await programme.worker()
        await send(stack.bootstrap, programme.prefix, [Sent("orders", b"ann", bought, now)])
        await programme.taken(1)
        settings = {**programme.settings, "REGRADE_KAFKA": stack.bootstrap}

        async def say(*words: str) -> Done:
            """Run `regrade` beside the worker."""
            return await regrade_beside(*words, settings=settings)

        first = ("override", "set", "ann", "--floor", "gold", *WHO, "--json")
        held = await regrade(*first, settings=settings)
        again = await say("recalculate", "ann")
        wrong = await say("override", "set", "ann", "--pin", "golden", *WHO)
        stranger = await say("override", "set", "zoe", "--pin", "gold", *WHO)
        freed = await say("override", "clear", "ann", *WHO)
        await programme.taken(6)

        assert held.code == 0, held.err
        answer = json.loads(held.out)
        assert (answer["type"], answer["outcome"]) == ("override.set", "done")
        assert answer["grade"]["tier"] == "gold"
        assert answer["grade"]["override"]["computed_tier"] == "basic"
        assert again.out == ("ann is gold, floor gold by kim (key account); computed tier basic\n")
        assert wrong.code == 1
        assert "unknown tier 'golden'; the policy has basic, silver, gold" in wrong.err
        assert stranger.out == ("zoe has no grade yet: what was ordered waits for the first one\n")
        assert freed.out == "ann is basic\n"

        told = [json.loads(record.value) for record in await programme.published(TIER_CHANGES)]
        assert [(c["from"], c["to"], c["trigger"]) for c in told] == [
            (None, "basic", "first-grade"),
            ("basic", "gold", "manual"),
            ("gold", "basic", "manual"),
        ]
        assert told[1]["override"]["author"] == "kim"
        *_, kept = await programme.published(CURRENT_TIER)
        assert json.loads(kept.value)["tier"] == "basic"
        (letter,) = await programme.published(DEAD_LETTERS)
        assert dict(letter.headers)["regrade_reason"] == b"bad_field"
        assert len(await programme.published(COMMAND_RESULTS)) == 5


async def test_without_a_worker_the_command_waits(stack, tmp_path):
    """It says that nothing answered, and that the command is not lost."""
    async with Programme(stack, tmp_path, "vacant") as programme:
        settings = {**programme.settings, "REGRADE_KAFKA": stack.bootstrap}
        done = await regrade_beside("recalculate", "ann", "--wait", "0.2", settings=settings)
        assert done.code == 1
        assert "no answer within 0.2 s. The command grade.recalculate:" in done.err


def test_a_command_that_cannot_be_is_a_usage_error():
    """Two kinds at once, or none, are refused before anything is sent."""
    for kinds in ((), ("--floor", "gold", "--pin", "gold")):
        done = regrade_here("override", "set", "ann", *WHO, *kinds)
        assert done.code == 2
        assert "say exactly one of --floor, --ceiling and --pin" in " ".join(done.err.split())


async def test_without_a_broker_nothing_is_sent():
    """The address and the problem are named."""
    done = await regrade("recalculate", "ann", settings={"REGRADE_KAFKA": "127.0.0.1:1"})
    assert done.code == 1
    assert "nothing was sent: the broker at 127.0.0.1:1" in done.err
