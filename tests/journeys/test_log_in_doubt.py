"""A log that for a moment seems to end before what was already read of it."""

import asyncio

from journeys.still_log import bought_on_day_0


async def _records_come_while_the_log_seems_too_short() -> tuple[int | None, ...]:
    async with bought_on_day_0() as world:
        # As before the first seek of a consumer, which stands at the beginning.
        world.log.ends["orders"] = 0
        await world.noticed()
        await world.fetched(1, day=1)
        await world.noticed()
        in_doubt = world.runner.next_offset("orders")
        world.log.ends["orders"] = 2
        await world.noticed()
        assert world.log.sought == [{"orders": 1}]
        await world.fetched(1, day=1)
        await world.noticed()
        return in_doubt, world.runner.next_offset("orders")


def test_what_came_from_a_log_in_doubt_is_read_again():
    """Nothing is taken while it is in doubt, and nothing is missing after."""
    assert asyncio.run(_records_come_while_the_log_seems_too_short()) == (1, 2)
