"""One customer of a programme that workers may be grading at this moment. Reads only."""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from scoring.units import Day
from streams.storage.errors import StoreUnavailable
from streams.storage.keys import Keys


@dataclass(frozen=True, slots=True)
class Programme:
    """What the stored states belong to."""

    partitions: int
    policy: str
    """As `bootstrap.policy_tag` writes it."""


class LookUp:
    """Reads the keys of one prefix; claims nothing, so no worker notices."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        # Its annotations leave open whether answers are text: here they are bytes.
        self._redis: Any = redis
        self._prefix = prefix

    async def programme(self) -> Programme | None:
        """Partition count and policy; None when no worker has claimed the first partition.

        Raises:
            StoreUnavailable: nobody answers.
        """
        try:
            meta = Keys(self._prefix, 0).meta
            partitions, policy = await self._redis.hmget(meta, ["partitions", "policy"])
        except RedisError as error:
            raise StoreUnavailable("reading the programme (REGRADE_REDIS)", str(error)) from error
        if partitions is None or policy is None:
            return None
        return Programme(int(partitions), policy.decode())

    async def customer(self, partition: int, customer: str) -> tuple[Day | None, bytes | None]:
        """The partition day, None before the first event, and the state as of that same moment.

        Raises:
            StoreUnavailable: nobody answers.
        """
        keys = Keys(self._prefix, partition)
        try:
            # One transaction: a commit in between could move the day without the state.
            async with self._redis.pipeline(transaction=True) as both:
                both.hget(keys.meta, "day").get(keys.customer(customer))
                day, blob = await both.execute()
        except RedisError as error:
            raise StoreUnavailable("looking a customer up (REGRADE_REDIS)", str(error)) from error
        return None if day is None else Day(int(day)), blob

    async def close(self) -> None:
        """Give back the connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()
