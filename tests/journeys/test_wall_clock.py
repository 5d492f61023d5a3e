"""Live events: the clock on the wall decides what lies in the future."""

import json
from datetime import UTC, datetime, timedelta

from journeys.programme import Programme
from journeys.wire_input import Sent, order, send

from streams.clock import SystemClock
from streams.outbox.scribe import DEAD_LETTERS, TIER_CHANGES

DAY_MS = 86_400_000


async def test_an_order_of_now_is_graded_and_one_of_next_week_is_refused(stack, tmp_path):
    """With the wall clock today's order gives a tier; three days ahead is `future`."""
    now = SystemClock().now_ms()
    today = order(0, "ann", occurred_at=now)
    ahead = order(1, "ann", occurred_at=now + 3 * DAY_MS)
    async with Programme(stack, tmp_path, "wall", REGRADE_CLOCK="wall") as programme:
        programme.launch()
        records = [
            Sent("orders", b"ann", json.dumps(event).encode(), now) for event in (ahead, today)
        ]
        await send(stack.bootstrap, programme.prefix, records)
        await programme.taken(2)
        (change,) = await programme.published(TIER_CHANGES)
        body = json.loads(change.value)
        assert (body["type"], body["customer_id"]) == ("tier.assigned", "ann")
        assert body["mode"] == "live"
        told = datetime.fromisoformat(body["occurred_at"])
        assert told == datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=now)
        (letter,) = await programme.published(DEAD_LETTERS)
        assert dict(letter.headers)["regrade_reason"] == b"future"
        assert letter.value == records[0].value
