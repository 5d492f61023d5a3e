"""Midnights of every zone, and hosts whose clock is set: each day comes once, in order.

            00:00        00:01:00                        00:00 again, or never
yesterday     |  grace     |  today: everybody due is ticked, once
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import policy
from journeys.still_log import MIDNIGHT_MS, bought_on_day_0, running

from scoring.calendar import day_of
from scoring.units import EpochMs

DAY_MS = 86_400_000
DUE_DAILY = """
time_zone: {zone}
labels:
  wear:
    - {{value: old, when: "recency_days / 30 >= 2"}}
    - {{value: fresh}}
"""
"""A drifting reading within arithmetic: everybody is due every day."""


def first_instant(zone: str, day: date) -> int:
    """When a local day, or one after it, is first on the wall; asked minute by minute."""
    at = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=15)
    while at.astimezone(ZoneInfo(zone)).date() < day:
        at += timedelta(minutes=1)
    return round(at.timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "strange"),
    [
        ("Asia/Shanghai", date(2024, 2, 1)),
        ("America/Sao_Paulo", date(2018, 11, 4)),  # no 00:00 to 00:59
        ("America/Sao_Paulo", date(2018, 2, 18)),  # 23:00 to 23:59 twice, the day before
        ("Asia/Beirut", date(2022, 3, 27)),  # no 00:00 to 00:59
        ("America/Havana", date(2023, 11, 5)),  # 00:00 to 00:59 twice
        ("America/Goose_Bay", date(2010, 11, 7)),  # from 00:01 back to 23:01 of the day before
        ("Pacific/Apia", date(2011, 12, 30)),  # no such day
    ],
)
async def test_a_day_comes_once_a_minute_after_it_began(zone, strange):
    """Whatever the clocks of a country do at midnight: who is due daily is ticked daily."""
    eve = strange - timedelta(days=1)
    noon = first_instant(zone, eve) + DAY_MS // 2
    bought = datetime.fromtimestamp(noon / 1000, UTC).isoformat()
    async with running(policy(DUE_DAILY.format(zone=zone)), noon) as world:
        await world.buy(0, occurred_at=bought)
        await world.until_ms(noon + 1000)
        assert world.runner.processor.meta.day == day_of(eve)
        for days in range(3):
            begins = first_instant(zone, strange + timedelta(days=days))
            # A day that was skipped begins with the one after it.
            if begins + 60_000 > world.clock.now_ms():
                await world.until_ms(begins + 59_000)
                ticks = world.log.ticks
                await world.until_ms(begins + 60_000)
                assert world.log.ticks > ticks
        assert world.runner.processor.meta.day == day_of(strange) + 2
        assert world.log.ticks == 3


async def test_after_months_every_day_is_ticked_in_one_night():
    """A host that was asleep for 200 days ticks each of them, once."""
    async with running(policy(DUE_DAILY.format(zone="UTC")), MIDNIGHT_MS) as world:
        await world.buy(0)
        await world.until_ms(MIDNIGHT_MS + 1000)
        ticks, day = world.log.ticks, world.day
        await world.until_ms(MIDNIGHT_MS + 200 * DAY_MS)
        assert (world.day, world.log.ticks) == (day + 200, ticks + 200)


@pytest.mark.parametrize("hours", [3, 24 * 200])
async def test_a_clock_set_forth_and_back_ticks_nobody_twice(hours):
    """The day stays where it was; when the calendar comes there again nothing is left to do."""
    async with bought_on_day_0() as world:
        now = world.clock.now_ms()
        world.clock.set_wall(EpochMs(now + hours * 3_600_000))
        await world.answers()
        day, ticks, moves = world.day, world.log.ticks, world.moves
        assert day >= 31
        world.clock.set_wall(EpochMs(now))
        await world.answers()
        await world.at(60)
        assert (world.day, world.log.ticks, world.moves) == (day, ticks, moves)


async def test_after_a_clock_was_set_back_the_answers_of_the_broker_still_count():
    """That a topic lags is seen, and that it has caught up, hours before the old time is back."""
    async with bought_on_day_0() as world:
        world.clock.set_wall(EpochMs(world.clock.now_ms() - 10 * 3_600_000))
        world.log.unread["interactions"] = 1
        await world.answers()
        await world.buy(30)
        await world.noticed()
        assert world.runner.next_offset("orders") == 1
        world.log.unread["interactions"] = 0
        await world.answers()
        assert world.runner.next_offset("orders") == 2


async def test_live_orders_go_between_the_ticks_of_a_night():
    """While most still wait, an order is graded, its customer's own tick before it."""
    shanghai = policy("time_zone: Asia/Shanghai")
    async with running(shanghai, MIDNIGHT_MS - 30 * DAY_MS + DAY_MS // 2) as world:
        for number in range(500):
            await world.buy(1, f"c{number:03}")
        await world.answers()
        world.log.unpublished = 10**6
        await world.at(60)
        early = world.log.ticks
        assert (world.day, 0 < early < 500) == (31, True)
        assert world.runner.processor.owing
        before = len(world.log.rows)
        await world.buy(31, "c499")
        await world.noticed()
        said = [row.value for row in world.log.rows[before:] if row.topic == "tier-changes"]
        assert [b'"cause":{"tick":' in value for value in said] == [True, False]
        assert world.log.ticks == early + 1
        world.log.unpublished = 0
        await world.at(62)
        await world.noticed()
        assert (world.log.ticks, world.log.left[-1]) == (500, 0)
