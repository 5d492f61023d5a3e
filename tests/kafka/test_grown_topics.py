"""Topics that are given more partitions under running workers."""

import asyncio
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from journeys.patience import until
from journeys.programme import Programme, claimed, ended, exit_status

from streams.intake.partitioner import partition_of
from streams.partition.runner import TOPICS
from streams.replay.produce import Replay

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

KAFKA = {"REGRADE_IDEMPOTENT_PRODUCER": "true", "REGRADE_SESSION_TIMEOUT_S": "6"}
ATTENTIVE = str(Path(__file__).with_name("attentive_worker.py"))
SOME = 300
GROWN = 6


async def grow(programme: Programme, *topics: str) -> None:
    """Give topics more partitions, as an administrator can at any time."""
    admin = AIOKafkaAdminClient(bootstrap_servers=programme.stack.bootstrap)
    await admin.start()
    try:
        more = {programme.prefix + topic: NewPartitions(GROWN) for topic in topics}
        await admin.create_partitions(more)
    finally:
        await admin.close()


async def test_topics_that_grow_under_running_workers_stop_them(
    durable_stack, household_history, tmp_path
):
    """All of them or one: who is given a new partition says so and claims nothing of it."""
    events = household_history.events[:SOME]

    async def suffer(*topics: str) -> None:
        """One programme whose topics grow; what is stored stays as it was."""
        name = f"grown-{len(topics)}"
        async with Programme(durable_stack, tmp_path, name, **KAFKA) as programme:
            workers = [programme.launch(ATTENTIVE), programme.launch(ATTENTIVE)]
            for worker in workers:
                await until(lambda worker=worker: claimed(worker), "claimed")
            async with programme.producer() as producer:
                await Replay(producer, programme.prefix).run(events)
            await programme.taken(SOME)
            before = [meta.next for meta in await programme.metas()]
            await grow(programme, *topics)
            for worker in workers:
                await ended(worker)
                assert exit_status(worker) == 1
                said = worker.output().splitlines()[-1]
                assert said.startswith("regrade: "), worker.output()
                assert "the topics have at least" in said or "was assigned without" in said
            assert [meta.next for meta in await programme.metas()] == before
            assert await programme.store.read_meta(GROWN - 1) is None

    await asyncio.gather(suffer(*TOPICS), suffer(TOPICS[0]))


def test_a_customer_keeps_no_partition_when_the_count_changes():
    """Why: half of all customers would be looked for where their state is not."""
    names = [f"c{n}".encode() for n in range(1000)]
    moved = [name for name in names if partition_of(name, 4) != partition_of(name, GROWN)]
    assert len(moved) > 500
