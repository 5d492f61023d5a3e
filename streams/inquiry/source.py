"""Where an answer comes from: the live store, or a file graded in memory."""

import asyncio
from datetime import date
from typing import NamedTuple

from scoring.calendar import LAST_DAY, date_of, day_of
from scoring.customer import CustomerState
from scoring.policy import Policy
from scoring.units import Day, EpochMs
from streams.bootstrap import policy_tag
from streams.inquiry.errors import DayOutOfReach, GradedByAnother, NothingStored, UnknownCustomer
from streams.inquiry.in_force import InForce
from streams.intake.partitioner import partition_of
from streams.replay.files import FileSource
from streams.replay.memory import run_in_memory
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.codec import BlobCodec
from streams.storage.look_up import LookUp
from streams.storage.memory_store import MemoryStore

_PATIENCE_S = 5.0


class Found(NamedTuple):
    """One customer as stored."""

    customer: str
    partition: int
    day: Day
    """The partition day: the state is as of this day."""
    state: CustomerState
    policy: Policy
    """By which they are graded."""
    watermark: EpochMs | None = None
    """The latest event time of an accepted event of the partition."""
    alias: str | None = None
    """Whom the customer was merged into: whose partition, day and state these are."""


def find(customer: str, policy: Policy | None, settings: Settings) -> Found:
    """Look a customer up in the store of REGRADE_REDIS, under REGRADE_PREFIX.

    The policy is the one in force; one that is given must be that.

    Raises:
        StoreUnavailable: nobody answers there.
        NothingStored: no worker ever ran under this prefix.
        GradedByAnother: the workers have another policy.
        UnknownCustomer: no accepted event named this id.
    """
    return asyncio.run(_find(customer, policy, settings))


async def _find(customer: str, policy: Policy | None, settings: Settings) -> Found:
    look_up = LookUp(connect(settings.redis, _PATIENCE_S, 1), settings.key_prefix)
    try:
        return await find_stored(customer, policy, look_up, settings)
    finally:
        await look_up.close()


async def find_stored(
    customer: str,
    policy: Policy | None,
    look_up: LookUp,
    settings: Settings,
    reader: InForce | None = None,
) -> Found:
    """As `find`, over a connection that is already there; a `reader` remembers versions."""
    address = address_of(settings)
    partitions = await look_up.partitions()
    if partitions is None:
        raise NothingStored(address, settings.prefix)
    name, in_force = customer, reader or InForce(look_up, partitions, settings)
    while True:
        partition = partition_of(name.encode(), partitions)
        stored = await look_up.customer(partition, name)
        if policy is not None and stored.policy not in (None, policy_tag(policy)):
            raise GradedByAnother(str(stored.policy), policy_tag(policy))
        if stored.day is None or stored.blob is None or stored.policy is None:
            raise UnknownCustomer(name, f"the store at {address}")
        state = await in_force.state(stored)
        host = None if state.ties is None else state.ties.into
        if host is None:
            by = await in_force.policy(stored.policy) if policy is None else policy
            alias = None if name == customer else name
            at = stored.watermark
            return Found(customer, partition, stored.day, state, by, at, alias)
        # Aliases never form a circle, so this ends.
        name = host


def address_of(settings: Settings) -> str:
    """Where the store is, without the password that may stand in its URL."""
    return settings.redis.rpartition("@")[2].rpartition("//")[2]


def find_in_file(customer: str, policy: Policy, path: str) -> Found:
    """Grade a whole replay file in memory, and look a customer up at its end.

    Raises:
        UnreadableFileError, HeaderError: the file is not one.
        UnknownCustomer: no accepted event of the file named this id.
    """
    store = MemoryStore(policy_tag(policy))

    async def graded() -> Found | None:
        """The customer as a backtest would leave them."""
        with FileSource(path) as source:
            await run_in_memory(source, policy, store=store)
        meta = await store.read_meta(0)
        (blob,) = await store.load(0, [customer])
        if blob is None or meta is None or meta.day is None:
            return None
        return Found(customer, 0, meta.day, BlobCodec().decode(blob), policy)

    found = asyncio.run(graded())
    if found is None:
        raise UnknownCustomer(customer, path)
    return found


def day_to_tell(found: Found, asked: date | None) -> Day:
    """The day to explain: the one asked for, or that of the state.

    Raises:
        DayOutOfReach: before the partition day, or after the calendar.
    """
    if asked is None:
        return found.day
    if not found.day <= day_of(asked) <= LAST_DAY:
        raise DayOutOfReach(asked, date_of(found.day), date_of(LAST_DAY))
    return day_of(asked)
