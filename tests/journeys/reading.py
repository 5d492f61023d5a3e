"""All that stands on topics, repeats included."""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord


async def read_all(bootstrap: str, topics: Iterable[str]) -> list[ConsumerRecord]:
    """Every record, in offset order within each partition."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )
    found: list[ConsumerRecord] = []
    async with consumer:
        while not await _at_end(consumer):
            for records in (await consumer.getmany(timeout_ms=100)).values():
                found += records
    return found


async def _at_end(consumer: AIOKafkaConsumer) -> bool:
    """Whether every partition is read to where a fetch saw its end."""
    for tp in consumer.assignment():
        highwater = consumer.highwater(tp)
        if highwater is None or await consumer.position(tp) < highwater:
            return False
    return True
