"""What the group of a programme has read before: the sign that a store was lost."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import TopicPartition

from streams.kafka_security import kafka_security
from streams.partition.runner import TOPICS
from streams.settings import Settings

_ATTEMPTS = 60
_PAUSE_S = 0.25


def input_places(settings: Settings, partitions: Iterable[int]) -> list[TopicPartition]:
    """These partitions of the input topics."""
    names = [settings.names.full(topic) for topic in TOPICS]
    return [TopicPartition(name, at) for at in partitions for name in names]


async def history(settings: Settings, partitions: Iterable[int]) -> int:
    """How many records of partitions the group says it has read."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka, **kafka_security(settings))
    await admin.start()
    try:
        return await records_read(admin, settings, partitions)
    finally:
        await admin.close()


async def records_read(admin: Any, settings: Settings, partitions: Iterable[int]) -> int:
    """The same, asked through a client that is there; 0 for a group that never was."""
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


async def forget(settings: Settings, partitions: Iterable[int]) -> None:
    """Set the group's offsets of partitions to 0; it must have no members.

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
