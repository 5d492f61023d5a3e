"""A Faust agent as in the tutorials: one order at a time, Redis GET and SET."""

import faust
import orjson
from by_hand import Meter, arguments, regrade
from redis.asyncio import Redis

options = arguments()
meter = Meter(options.expected)
redis = Redis.from_url(options.redis)
app = faust.App(
    "by-hand-faust",
    broker=f"kafka://{options.kafka}",
    topic_disable_leader=True,
    broker_session_timeout=3,
    broker_heartbeat_interval=0.5,
    consumer_auto_offset_reset="earliest",
    web_enabled=False,
)
orders = app.topic(options.orders_topic, key_type=str)
changes = app.topic(options.changes_topic, key_type=str)


@app.agent(orders)
async def grade(stream: faust.Stream) -> None:
    """Grade each order as it comes."""
    async for customer_id, order in stream.items():
        stored = await redis.get(customer_id)
        known = orjson.loads(stored) if stored else None
        customer, tier = regrade(known, order)
        await redis.set(customer_id, orjson.dumps(customer))
        if tier is not None:
            meter.changes += 1
            body = {"customer_id": customer_id, "tier": tier}
            await changes.send(key=customer_id, value=body)
        meter.count()
        if meter.done:
            await app.producer.flush()
            meter.report()


if __name__ == "__main__":
    # Redirected, what the meter prints would become a line of Faust's log.
    worker = faust.Worker(app, loglevel="WARNING", quiet=True, redirect_stdouts=False)
    worker.spinner = None
    worker.execute_from_commandline()
