"""Local midnight moves a partition that is read to its end, and no other.

day 0      day 30           day 31, the first of February
ann buys   23:59:55         00:00:59.9          00:01:00
silver                      still day 30        day 31: the review takes her silver away
"""

from journeys.still_log import bought_on_day_0

SILVER = [(None, "silver")]
TAKEN_AWAY = [*SILVER, ("silver", "bronze")]


async def test_a_partition_read_to_its_end_ticks_a_minute_past_midnight():
    """At 00:00:59.9 it is still yesterday; from 00:01:00 on who is due is ticked."""
    async with bought_on_day_0() as world:
        assert (world.day, world.moves) == (30, SILVER)
        await world.at(59.9)
        assert (world.day, world.moves) == (30, SILVER)
        await world.at(60.0)
        assert (world.day, world.moves) == (31, TAKEN_AWAY)


async def test_a_partition_that_lags_does_not_tick():
    """Records not yet fetched may belong to the day before: it is not left."""
    async with bought_on_day_0() as world:
        world.log.unread["interactions"] = 1
        await world.at(3600)
        assert (world.day, world.moves) == (30, SILVER)
        world.log.unread["interactions"] = 0
        await world.at(3601)
        assert (world.day, world.moves) == (31, TAKEN_AWAY)


async def test_a_partition_whose_broker_fell_silent_does_not_tick():
    """Without an answer from after midnight nobody knows what the log holds."""
    async with bought_on_day_0() as world:
        await world.at(3600, answers=False)
        assert (world.day, world.moves) == (30, SILVER)
        await world.at(3601)
        assert (world.day, world.moves) == (31, TAKEN_AWAY)


async def test_an_order_after_midnight_moves_the_day_at_once():
    """An event of the new day does not wait for the minute to pass."""
    async with bought_on_day_0() as world:
        await world.at(1)
        assert world.day == 30
        await world.buy(31)
        await world.at(2)
        assert (world.day, world.moves[:2]) == (31, TAKEN_AWAY)
