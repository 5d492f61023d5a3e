"""A customer whom a newer program has stored stops a worker of this one."""

import pytest
from journeys.programme import Programme, ended, exit_status
from redis import Redis

from streams.replay.produce import Replay
from streams.storage.keys import Keys

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]


async def test_a_state_of_a_newer_form_stops_the_worker_and_stays_as_it_is(
    stack, history, tmp_path
):
    """It says what to upgrade; neither the state nor the offsets move."""
    async with Programme(stack, tmp_path, "newer", partitions=1) as programme:
        worker = await programme.worker()
        async with programme.producer() as producer:
            await Replay(producer, programme.prefix).run(history.events[:40])
            await programme.taken(40)
            worker.kill()
            keys = Keys(f"regrade.{programme.prefix}", 0)
            with Redis.from_url(stack.redis_url, protocol=2) as redis:
                for key in redis.keys(keys.customer("*")):
                    redis.set(key, b"\x63" + redis.get(key)[1:])
                (before,) = await programme.metas()
                await Replay(producer, programme.prefix).run(history.events[40:80])
                newer = programme.launch()
                await ended(newer)
                assert exit_status(newer) == 1
                said = newer.output().splitlines()[-1]
                assert said.startswith("regrade: a stored customer has state version b'c'")
                assert "Upgrade this worker" in said
                states = [redis.get(k) for k in redis.keys(keys.customer("*"))]
        (after,) = await programme.metas()
    assert after.next == before.next
    assert states
    assert {state[:1] for state in states} == {b"\x63"}
