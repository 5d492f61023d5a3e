"""Somebody decides about moves that wait, beside a running worker (R32).

ann and bob each place a first order of 900: gold by score, but such an order is looked at first.
"""

import json
from pathlib import Path

import pytest
from journeys.programme import Programme
from journeys.regrade_command import Done, regrade
from journeys.wire_input import Sent, order, send

from streams.clock import SystemClock
from streams.outbox.audit import AUDIT
from streams.outbox.scribe import TIER_CHANGES
from streams.policies.load import policy_text

pytestmark = pytest.mark.long

WHO = ("--reason", "asked her", "--author", "kim")
REVIEWS = """
review_when:
  default: reject
  after_days: 7
  rules:
    - {name: abnormal-order, on: promotion, when: "amount >= 500"}
"""


def reviewing(folder: Path) -> str:
    """A policy file: the grocery's, with reviews."""
    path = folder / "reviewing.yaml"
    path.write_text(policy_text("grocery-usd") + REVIEWS, "utf-8")
    return str(path)


async def test_cases_are_listed_approved_and_rejected(stack, tmp_path):
    """One is approved by customer, one rejected by case; the topics tell who and why."""
    now = SystemClock().now_ms()
    bought = [
        Sent("orders", name.encode(), json.dumps(placed).encode(), now)
        for name in ("ann", "bob")
        for placed in [order(0, name, 900, occurred_at=now)]
    ]
    given = {"REGRADE_CLOCK": "wall", "REGRADE_POLICY": reviewing(tmp_path)}
    async with Programme(stack, tmp_path, "reviews", **given) as programme:
        await programme.worker()
        settings = {
            **programme.settings,
            "REGRADE_KAFKA": stack.bootstrap,
            "REGRADE_REDIS": stack.redis_url,
        }

        async def say(*words: str) -> Done:
            """Run `regrade` beside the worker."""
            return await regrade(*words, settings=settings)

        assert (await say("review", "list")).out == "nothing waits\n"
        await send(stack.bootstrap, programme.prefix, bought)
        await programme.taken(2)

        listed = json.loads((await say("review", "list", "--json")).out)
        assert [case["customer_id"] for case in listed] == ["ann", "bob"]
        assert {(c["from"], c["rule"], c["trigger"], c["default"]) for c in listed} == {
            ("basic", "abnormal-order", "first-grade", "reject")
        }
        table = (await say("review", "list")).out
        assert "abnormal-order" in table
        assert "waits for a decision until" in (await say("grade", "ann")).out

        approved = await say("review", "approve", "ann", *WHO)
        rejected = await say("review", "reject", listed[1]["case"], *WHO, "--json")
        again = await say("review", "approve", "ann", *WHO)
        await programme.taken(4)
        to = listed[0]["to"]
        assert approved.out == f"basic -> {to} of ann is approved; ann is {to}\n", approved.err
        answer = json.loads(rejected.out)
        assert (answer["outcome"], answer["grade"]["tier"]) == ("done", "basic")
        assert answer["grade"]["review"] is None
        assert again.code == 1
        assert "no open case 'ann'" in again.err
        assert (await say("review", "list")).out == "nothing waits\n"
        why = json.loads((await say("why", "bob", "--json")).out)["review"]
        assert (why["status"], why["author"], why["reason"]) == ("refused", "kim", "asked her")

        told = [json.loads(record.value) for record in await programme.published(TIER_CHANGES)]
        moves = [(c["customer_id"], c["from"], c["to"], c["trigger"]) for c in told]
        assert sorted(moves, key=str) == sorted(
            [
                ("ann", None, "basic", "first-grade"),
                ("bob", None, "basic", "first-grade"),
                ("ann", "basic", to, "manual"),
            ],
            key=str,
        )
        (review,) = [change["review"] for change in told if "review" in change]
        assert (review["author"], review["event_id"]) == ("kim", "ann-0")
        entries = [json.loads(record.value) for record in await programme.published(AUDIT)]
        assert sorted(entry["before"]["review"]["refused"] for entry in entries) == [False, False]
        assert [e["after"]["review"] is None for e in entries].count(True) == 1


async def test_without_a_programme_nothing_can_be_listed(stack):
    """The place that was looked at is named."""
    settings = {"REGRADE_REDIS": stack.redis_url, "REGRADE_PREFIX": "nobody."}
    done = await regrade("review", "list", settings=settings)
    assert done.code == 1
    assert "holds no programme with REGRADE_PREFIX='nobody.'" in done.err
