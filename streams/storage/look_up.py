"""One customer of a programme that workers may be grading at this moment. Reads only."""

from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from scoring.units import Day
from streams.storage.errors import StoreUnavailable
from streams.storage.keys import Keys


class Stored(NamedTuple):
    """A customer, and where their partition stood at that same moment."""

    policy: str | None
    """What graded the partition, as `bootstrap.policy_tag` writes it; None when nobody did."""
    day: Day | None
    """The partition day; None before the first event."""
    blob: bytes | None


class LookUp:
    """Reads the keys of one prefix; claims nothing, so no worker notices."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        # Its annotations leave open whether answers are text: here they are bytes.
        self._redis: Any = redis
        self._prefix = prefix

    async def partitions(self) -> int | None:
        """How many partitions the states are spread over; None when nobody claimed the first.

        Raises:
            StoreUnavailable: nobody answers.
        """
        try:
            found = await self._redis.hget(Keys(self._prefix, 0).meta, "partitions")
        except RedisError as error:
            raise StoreUnavailable("reading a partition (REGRADE_REDIS)", str(error)) from error
        return None if found is None else int(found)

    async def customer(self, partition: int, customer: str) -> Stored:
        """One customer.

        Raises:
            StoreUnavailable: nobody answers.
        """
        keys = Keys(self._prefix, partition)
        try:
            # One transaction: a commit in between could move the day without the state.
            async with self._redis.pipeline(transaction=True) as both:
                both.hmget(keys.meta, ["policy", "day"]).get(keys.customer(customer))
                (policy, day), blob = await both.execute()
        except RedisError as error:
            raise StoreUnavailable("looking a customer up (REGRADE_REDIS)", str(error)) from error
        return Stored(
            None if policy is None else policy.decode(),
            None if day is None else Day(int(day)),
            blob,
        )

    async def close(self) -> None:
        """Give back the connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()
