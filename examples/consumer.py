"""Print every tier change once: python examples/consumer.py HOST:PORT."""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer


async def main(broker: str) -> None:
    """Read `tier-changes` from its beginning; drop what comes again."""
    seen: dict[str, int] = {}  # customer -> version; keep it where you keep your own data
    async with AIOKafkaConsumer(
        "tier-changes", bootstrap_servers=broker, auto_offset_reset="earliest"
    ) as consumer:
        async for record in consumer:
            change = json.loads(record.value)
            customer, version = change["customer_id"], change["version"]
            if version > seen.get(customer, 0):
                seen[customer] = version
                print(customer, change["from"], "->", change["to"], change["trigger"], flush=True)


asyncio.run(main(sys.argv[1]))
