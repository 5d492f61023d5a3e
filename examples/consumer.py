"""Print every tier change once: python examples/consumer.py HOST:PORT."""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer


async def main(broker: str) -> None:
    """Read `tier-changes` from its beginning; drop what comes again."""
    seen: dict[str, tuple[int, int]] = {}  # by customer; keep it where you keep your own data
    async with AIOKafkaConsumer(
        "tier-changes", bootstrap_servers=broker, auto_offset_reset="earliest"
    ) as consumer:
        async for record in consumer:
            change = json.loads(record.value)
            customer = change["customer_id"]
            place = int(dict(record.headers)["ce_incarnation"]), change["version"]
            if place > seen.get(customer, (0, 0)):
                seen[customer] = place
                print(customer, change["from"], "->", change["to"], change["trigger"], flush=True)


asyncio.run(main(sys.argv[1]))
