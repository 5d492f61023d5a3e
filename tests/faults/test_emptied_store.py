"""A store that is emptied under running workers is refused, by each of them, and stays empty."""

import shutil
from collections.abc import Callable

import pytest
from journeys.patience import until
from journeys.programme import Programme, ended, exit_status
from journeys.regrade_command import regrade
from journeys.test_doctor_command import settings_of
from journeys.test_recover_commands import told_to_the_group
from nasty import nasty
from ordeal import committed, send
from redis import Redis

from streams.embedded.stack import EmbeddedStack

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]

SIZE = 600
HALF = SIZE // 2


def flush(stack: EmbeddedStack) -> None:
    """Somebody takes the store for a cache."""
    with Redis.from_url(stack.redis_url) as redis:
        redis.flushall()


def replace(stack: EmbeddedStack) -> None:
    """An empty server answers under the old address; our functions are not there either."""
    stack.store.kill()
    shutil.rmtree(stack.store.folder / "appendonlydir")
    stack.store.start()


@pytest.mark.parametrize("lose", [flush, replace])
async def test_a_store_emptied_under_running_workers_is_not_begun_anew(
    tmp_path, lose: Callable[[EmbeddedStack], None]
):
    """Neither a commit, nor a claim after a rebalance, nor a start writes to it; each says why."""
    records = nasty(31, SIZE)
    with EmbeddedStack(tmp_path / "stack") as stack:
        async with Programme(stack, tmp_path, "emptied", partitions=2) as programme:
            first = await programme.worker()
            second = programme.launch()
            await programme.owned_by("w0", "w1")
            await send(programme, records[:HALF])
            await committed(programme, HALF)
            await until(lambda: _is_told(programme), "the group told of both partitions")
            lose(stack)
            await send(programme, records[HALF:])
            for worker in (first, second):
                await ended(worker)
            third = programme.launch()
            await ended(third)
            for worker in (first, second, third):
                assert exit_status(worker) == 1
                said = worker.output().splitlines()[-1]
                assert said.startswith("regrade: the store holds nothing "), worker.output()
                assert "the store was lost or emptied" in said
                assert "let the group begin anew with `regrade recover group`" in said
            with Redis.from_url(stack.redis_url) as redis:
                assert redis.dbsize() == 0
            asked = await regrade("recover", "group", settings=settings_of(programme), stdin=b"n\n")
            assert "the store holds nothing of them" in asked.err


async def _is_told(programme: Programme) -> bool:
    return await told_to_the_group(programme) > 0
