"""What operators and retention do to topics."""

from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from journeys.patience import until
from journeys.programme import Programme

from streams.embedded.topics import create_topics
from streams.topics import topic_specs


async def recreate(programme: Programme, topic: str) -> None:
    """Delete a topic and create it anew, empty."""
    name = programme.prefix + topic
    admin = AIOKafkaAdminClient(bootstrap_servers=programme.stack.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([name])
        await until(lambda: _is_gone(admin, name), "deleted")
    finally:
        await admin.close()
    specs = topic_specs(programme.prefix, programme.partitions)
    assert await create_topics(programme.stack.bootstrap, specs) == (name,)


async def _is_gone(admin: AIOKafkaAdminClient, name: str) -> bool:
    return name not in await admin.list_topics()


async def delete_before(programme: Programme, topic: str, offsets: dict[int, int]) -> None:
    """Delete the records of a topic before an offset, per partition."""
    name = programme.prefix + topic
    places = {
        TopicPartition(name, at): RecordsToDelete(before_offset=offset)
        for at, offset in offsets.items()
    }
    admin = AIOKafkaAdminClient(bootstrap_servers=programme.stack.bootstrap)
    await admin.start()
    try:
        await admin.delete_records(places)
    finally:
        await admin.close()
