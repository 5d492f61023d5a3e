"""What the group of a programme has read before: the sign that a store was lost."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import TopicPartition

from streams.errors import RegradeError
from streams.kafka_security import kafka_security
from streams.partition.runner import TOPICS
from streams.settings import Settings

_ATTEMPTS = 60
_PAUSE_S = 0.25


class StoreLost(RegradeError):
    """The group has read records, and the store knows nothing of it."""

    def __init__(self, group: str, prefix: str, records: int) -> None:
        self.group = group
        self.records = records
        super().__init__(
            f"the store holds nothing with REGRADE_PREFIX={prefix!r}, but group {group} has read "
            f"{records} records: the store was lost, or REGRADE_REDIS is another one. Grading on "
            "would begin again from what the log still holds. Put a snapshot back with `regrade "
            "restore`, or let the group begin anew with `regrade recover group`."
        )


def input_places(settings: Settings, partitions: int) -> list[TopicPartition]:
    """Every partition of the input topics."""
    names = [settings.names.full(topic) for topic in TOPICS]
    return [TopicPartition(name, at) for name in names for at in range(partitions)]


async def records_read(admin: Any, settings: Settings, partitions: int) -> int:
    """How many records the group says it has read; 0 for one that never was."""
    places = input_places(settings, partitions)
    found = await _offsets(admin, settings.group, places)
    return sum(max(0, at.offset) for at in found.values())


async def _offsets(admin: Any, group: str, places: list[TopicPartition]) -> Any:
    """A cluster asked for its first group takes a moment to find a coordinator."""
    for _ in range(_ATTEMPTS):
        try:
            return await admin.list_consumer_group_offsets(group, partitions=places)
        except GroupCoordinatorNotAvailableError:
            await asyncio.sleep(_PAUSE_S)
    return await admin.list_consumer_group_offsets(group, partitions=places)


async def forget(settings: Settings, partitions: int) -> None:
    """Set the group's offsets to 0; it must have no members.

    Raises:
        KafkaError: it has, or nobody answers.
    """
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        **kafka_security(settings),
        group_id=settings.group,
        enable_auto_commit=False,
    )
    async with consumer:
        places = input_places(settings, partitions)
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))
