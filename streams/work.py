"""Run one worker until it is told to stop."""

import asyncio
import sys

import uvloop

from streams.app import TopicsUnfit, create_app, create_worker
from streams.keeper import WorkerPlan
from streams.partition.runner import TOPICS
from streams.policies.load import load_policy
from streams.settings import Settings


async def input_partitions(settings: Settings) -> int:
    """The partition count of the input topics.

    Raises:
        TopicsUnfit: one is missing, or they differ.
    """
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        # Asked for by name some brokers create them: list what is there instead.
        present = set(await admin.list_topics())
        names = [settings.prefix + topic for topic in TOPICS]
        missing = [name for name in names if name not in present]
        if missing:
            raise TopicsUnfit(f"missing topics: {', '.join(missing)}")
        found = await admin.describe_topics(names)
    finally:
        await admin.close()
    counts = {topic["topic"]: len(topic["partitions"]) for topic in found}
    if len(set(counts.values())) != 1:
        shown = ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))
        raise TopicsUnfit(f"input topics need equal partition counts, found {shown}")
    return next(iter(counts.values()))


def run_worker(settings: Settings) -> None:
    """Start a worker; returns never, exits the process when it is stopped."""
    policy = load_policy(settings.policy)
    partitions = asyncio.run(input_partitions(settings))
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    app = create_app(WorkerPlan(settings, policy, partitions))
    sys.exit(create_worker(app).execute_from_commandline())
