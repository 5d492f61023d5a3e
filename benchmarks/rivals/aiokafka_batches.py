"""A hand-written consumer: getmany, one MGET and one MSET a batch, then the commit.

Counts twice what it had written when it died before committing its offsets.
"""

import asyncio
from typing import Any

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from by_hand import Customer, Meter, arguments, regrade
from redis.asyncio import Redis

AT_ONCE = 2000


async def main() -> None:
    """Grade until all orders were seen."""
    options = arguments()
    meter = Meter(options.expected)
    redis = Redis.from_url(options.redis)
    consumer = AIOKafkaConsumer(
        options.orders_topic,
        bootstrap_servers=options.kafka,
        group_id="by-hand-aiokafka",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
        session_timeout_ms=3000,
        heartbeat_interval_ms=500,
    )
    producer = AIOKafkaProducer(bootstrap_servers=options.kafka, linger_ms=2)
    async with redis, consumer, producer:
        while not meter.done:
            fetched = await consumer.getmany(timeout_ms=200, max_records=AT_ONCE)
            records = [record for batch in fetched.values() for record in batch]
            if not records:
                continue
            waiting = await grade(records, redis, producer, options.changes_topic)
            await asyncio.gather(*waiting)
            await consumer.commit()
            meter.changes += len(waiting)
            meter.count(len(records))
        meter.report()


async def grade(
    records: list[Any], redis: Redis, producer: AIOKafkaProducer, topic: str
) -> list[Any]:
    """Grade a batch and store it; the changes that are on their way."""
    names = list({record.key: None for record in records})
    stored = await redis.mget(names)
    customers: dict[bytes, Customer | None] = {
        name: orjson.loads(text) if text else None for name, text in zip(names, stored, strict=True)
    }
    changes = []
    for record in records:
        name = record.key
        customers[name], tier = regrade(customers[name], orjson.loads(record.value))
        if tier is not None:
            body = {"customer_id": name.decode(), "tier": tier}
            changes.append((name, orjson.dumps(body)))
    async with redis.pipeline(transaction=False) as pipe:
        pipe.mset({b"aiokafka:" + name: orjson.dumps(c) for name, c in customers.items()})
        await pipe.execute()
    return [await producer.send(topic, body, key=name) for name, body in changes]


if __name__ == "__main__":
    uvloop.run(main())
