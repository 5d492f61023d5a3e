"""The moment a command is given at: now, unless the customer lives in the past."""

from typing import Final

from scoring.units import MS_PER_DAY, EpochMs
from streams.errors import RegradeError
from streams.intake.partitioner import partition_of
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.look_up import LookUp

_PATIENCE_S = 2.0
_EARLIEST_ZONE_MS: Final = 14 * 3_600_000
"""Nowhere does a day begin earlier before UTC's than this."""


async def moment_for(customer: str, look_up: LookUp, now: EpochMs) -> EpochMs:
    """When a command for `customer` is to be dated.

    A replay of old data stands at an old day. A command dated now would move its partition
    through all the days since, or be refused as too far ahead. So it is dated when the
    partition day began somewhere, which is not after it in any zone: it is carried out on
    that day.

    Raises:
        StoreUnavailable: nobody answers there.
    """
    partitions = await look_up.partitions()
    if partitions is None:
        return now
    stored = await look_up.customer(partition_of(customer.encode(), partitions), customer)
    # Two days behind is what zones and a night that has not begun can make.
    if stored.day is None or now < (stored.day + 3) * MS_PER_DAY:
        return now
    return EpochMs(stored.day * MS_PER_DAY - _EARLIEST_ZONE_MS)


async def moment_beside_store(customer: str, settings: Settings, now: EpochMs) -> EpochMs:
    """As `moment_for`; now where nobody can be asked, for a command needs no store."""
    look_up = LookUp(connect(settings.redis, _PATIENCE_S, 1), settings.key_prefix)
    try:
        return await moment_for(customer, look_up, now)
    except RegradeError:
        return now
    finally:
        await look_up.close()
