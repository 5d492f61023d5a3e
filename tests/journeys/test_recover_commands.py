"""`regrade recover` (R54): the way out of a refusal is a command that asks first."""

import json
import secrets

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition
from journeys.programme import Programme, ended, exit_status
from journeys.regrade_command import regrade
from journeys.test_doctor_command import settings_of
from journeys.wire_input import Sent, ms_on, order, send
from redis.asyncio import Redis

from streams.partition.ports import Commit

pytestmark = pytest.mark.long

ANN = Sent("orders", b"ann", json.dumps(order(0, "ann")).encode(), ms_on(0))


async def test_a_store_that_was_lost_is_not_graded_over(stack, tmp_path):
    """The worker refuses, and the way out asks; it is taken in `tests/kafka/test_lost_store.py`."""
    async with Programme(stack, tmp_path, "lost") as programme:
        settings = settings_of(programme)
        worker = await programme.worker()
        await send(stack.bootstrap, programme.prefix, [ANN])
        await programme.taken(1)
        early = await regrade("recover", "group", "--yes", settings=settings)
        assert early.code == 1
        assert "the store holds all partitions" in early.err
        worker.stop()
        assert await told_to_the_group(programme) == 1
        await lose(programme)

        refused = programme.launch()
        await ended(refused)
        assert exit_status(refused) == 1
        assert "group lost has read 1 records: the store was lost" in refused.output()
        assert await programme.metas() == []

        asked = await regrade("recover", "group", settings=settings, stdin=b"n\n")
        assert asked.code == 1
        assert "Every customer there would begin from what the input topics still hold" in asked.err


async def told_to_the_group(programme: Programme) -> int:
    """How many orders the group knows were read: it is told now and then, and at a stop."""
    group, topic = programme.settings["REGRADE_GROUP"], f"{programme.prefix}orders"
    places = [TopicPartition(topic, at) for at in range(programme.partitions)]
    admin = AIOKafkaAdminClient(bootstrap_servers=programme.stack.bootstrap)
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(group, partitions=places)
    finally:
        await admin.close()
    return sum(max(0, at.offset) for at in found.values())


async def lose(programme: Programme) -> None:
    """Delete everything the store holds of a programme."""
    redis = Redis.from_url(programme.stack.redis_url)
    async for key in redis.scan_iter(match=f"{{regrade.{programme.prefix}*"):
        await redis.delete(key)
    await redis.aclose()


async def test_an_offset_outside_its_log_is_moved_when_confirmed(stack, tmp_path):
    """What happened and what it would do is told; the other offsets stay."""
    async with Programme(stack, tmp_path, "outside") as programme:
        settings = settings_of(programme)
        worker = await programme.worker()
        await send(stack.bootstrap, programme.prefix, [ANN])
        await programme.taken(1)
        worker.stop()
        nothing = await regrade("recover", "offsets", settings=settings)
        assert (nothing.code, "there is nothing to do" in nothing.out) == (0, True)

        meta = await programme.store.read_meta(ANN.place)
        before = dict(meta.next)
        expected = meta.commit
        meta.next["orders"] = 50
        beyond = Commit(expected, secrets.token_hex(16), meta, [], [], [], {}, {})
        assert await programme.store.commit(ANN.place, beyond) == "applied"

        asked = await regrade("recover", "offsets", settings=settings, stdin=b"n\n")
        assert asked.code == 1
        assert f"outside.orders/{ANN.place}: the log ends at 1, before 50" in asked.err
        assert "it would go on at 0, with the 1 records the log holds" in asked.err
        moved = await regrade("recover", "offsets", "--yes", settings=settings)
        assert moved.code == 0, moved.err
        after = await programme.store.read_meta(ANN.place)
        assert after.next == before | {"orders": 0}
        await programme.worker()
        await programme.taken(1)
        assert (await programme.counts())["in:duplicate"] == 1
