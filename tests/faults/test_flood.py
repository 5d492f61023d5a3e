"""A deploy that breaks every record stops the line, and what was in it goes on afterwards."""

import pytest
from journeys.programme import Programme, ended, exit_status
from nasty import START, Sent, nasty
from ordeal import check, committed, end, send

from streams.embedded.stack import EmbeddedStack

pytestmark = pytest.mark.long

GOOD = 300
BROKEN = 1500
FLOOD = {"REGRADE_FLOOD_SHARE": "0.8", "REGRADE_FLOOD_WINDOW": "400"}


def broken() -> list[Sent]:
    """What a producer sends that lost a field."""
    begin = int(START.timestamp() * 1000) + GOOD * 1000
    return [
        Sent("orders", f"c{at % 12}".encode(), b'{"type": "order.paid"}', begin + at)
        for at in range(BROKEN)
    ]


@pytest.mark.timeout(180)
async def test_a_flood_waits_in_the_topic_until_somebody_decides(tmp_path):
    """The worker says which record, which reason and what to do; told to, it lets all pass."""
    with EmbeddedStack(tmp_path / "stack") as stack:
        async with Programme(stack, tmp_path, "flood", partitions=1, **FLOOD) as programme:
            await send(programme, nasty(3, GOOD))
            worker = await programme.worker()
            await committed(programme, GOOD)
            await send(programme, broken())
            await ended(worker)
            assert exit_status(worker) == 1
            said = worker.output().splitlines()[-1]
            assert said.startswith("regrade: partition 0: ")
            assert "were refused, the last at flood.orders/0/" in said
            assert "REGRADE_FLOOD_SHARE=1" in said
            (meta,) = await programme.metas()
            assert sum(meta.next.values()) < GOOD + BROKEN
            programme.settings["REGRADE_FLOOD_SHARE"] = "1"
            await programme.worker()
            await end(programme, GOOD + BROKEN)
            await programme.taken(GOOD + BROKEN + 1)
            await check(programme)
