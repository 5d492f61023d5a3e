"""A stored offset that no longer lies in the log stops the worker, loudly."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from journeys.held_replay import replaying
from journeys.patience import until
from journeys.programme import Programme, ended, exit_status

from streams.embedded.topics import create_topics
from streams.replay.produce import Replay
from streams.topics import topic_specs

pytestmark = pytest.mark.kafka

IDEMPOTENT = {"REGRADE_IDEMPOTENT_PRODUCER": "true", "REGRADE_SESSION_TIMEOUT_S": "3"}
REMEDY = "Restore the topic, or grade from the start under another REGRADE_PREFIX"


async def grade(programme: Programme, events) -> None:
    """Have a worker grade all of these events, and end it."""
    worker = await programme.worker()
    async with replaying(programme, events, seconds=0):
        pass
    worker.kill()


async def refused(programme: Programme) -> str:
    """What a worker says that will not go on from here."""
    worker = programme.launch()
    await ended(worker)
    assert exit_status(worker) == 1
    assert "Traceback" not in worker.output()
    return worker.output()


async def test_a_topic_that_was_recreated_is_not_read_from_the_start(
    durable_stack, household_history, tmp_path
):
    """A log that ends before the stored offset is another log: nothing is graded twice."""
    async with Programme(durable_stack, tmp_path, "recreated", **IDEMPOTENT) as programme:
        await grade(programme, household_history.events[:500])
        before = await programme.metas()
        await recreate(programme, "orders")
        said = await refused(programme)
        assert "the state continues at offset" in said
        assert "the log ends at 0: the topic was recreated or cut off" in said
        assert REMEDY in said
        after = await programme.metas()
        assert [meta.next for meta in after] == [meta.next for meta in before]


async def test_records_deleted_before_they_were_read_are_not_passed_over(
    durable_stack, household_history, tmp_path
):
    """A log that begins after the stored offset has lost events: the worker says so."""
    events = household_history.events
    async with Programme(durable_stack, tmp_path, "deleted", **IDEMPOTENT) as programme:
        await grade(programme, events[:500])
        stored = {at: meta.next["orders"] for at, meta in enumerate(await programme.metas())}
        async with programme.producer() as producer:
            await Replay(producer, programme.prefix).run(events[500:1000])
        await delete(programme, "orders", {at: offset + 5 for at, offset in stored.items()})
        said = await refused(programme)
        assert "the state continues at offset" in said
        assert "records that were never read have been deleted" in said
        assert REMEDY in said
        metas = await programme.metas()
        assert [meta.next["orders"] for meta in metas] == list(stored.values())


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


async def delete(programme: Programme, topic: str, before: dict[int, int]) -> None:
    """Delete the records of a topic before an offset, per partition."""
    name = programme.prefix + topic
    places = {
        TopicPartition(name, at): RecordsToDelete(before_offset=offset)
        for at, offset in before.items()
    }
    admin = AIOKafkaAdminClient(bootstrap_servers=programme.stack.bootstrap)
    await admin.start()
    try:
        await admin.delete_records(places)
    finally:
        await admin.close()
