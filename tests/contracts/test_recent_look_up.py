"""Many who ask at once are answered together, each with their own."""

import asyncio

import pytest
from commits import put

from streams.clock import SystemClock
from streams.storage.cluster import connect
from streams.storage.errors import StoreUnavailable
from streams.storage.look_up import LookUp
from streams.storage.recent import RecentLookUp


class Counting(RecentLookUp):
    """Remembers how many customers each question was about."""

    def __init__(self, *how) -> None:
        super().__init__(*how)
        self.questions: list[int] = []

    async def customers(self, asked):
        """As asked for."""
        self.questions.append(len(asked))
        return await super().customers(asked)


@pytest.fixture
def recent(redis_store) -> Counting:
    """A look-up of the customers of that store."""
    return Counting(redis_store._servers, redis_store._prefix, SystemClock())


async def test_who_asks_together_is_answered_as_alone(redis_store, recent):
    """Some unknown, some twice: one question, every answer right."""
    meta = await redis_store.claim(0, "w", 2)
    await put(redis_store, meta, states=[(f"0-{n}", f"0-{n}".encode()) for n in range(3)])
    asked = [(n % 2, f"{n % 2}-{n // 2}") for n in range(10)] * 2
    alone = LookUp(redis_store._servers, redis_store._prefix)
    told = await asyncio.gather(*[recent.customer(*one) for one in asked])
    assert told == [await alone.customer(*one) for one in asked]
    assert {one.blob for one in told} >= {b"0-0", b"0-2", None}
    assert recent.questions == [20]


async def test_who_comes_later_is_asked_for_next(redis_store, recent):
    """A question on its way is not waited for by the answer of another; who left harms nobody."""
    meta = await redis_store.claim(0, "w", 2)
    await put(redis_store, meta, states=[("ann", b"1"), ("bob", b"2")])
    first = asyncio.create_task(recent.customer(0, "ann"))
    for _ in range(2):  # its turn, and that of the question
        await asyncio.sleep(0)
    assert recent.questions == [1]
    gone, later = (asyncio.create_task(recent.customer(0, name)) for name in ("cat", "bob"))
    await asyncio.sleep(0)
    gone.cancel()
    assert ((await first).blob, (await later).blob) == (b"1", b"2")
    assert recent.questions == [1, 2]


async def test_an_outage_is_told_to_everybody_and_ends(redis_store):
    """All who wait get the error; the next question is asked anew."""
    redis = connect("redis://127.0.0.1:1/0", 1.0)
    look_up = Counting(redis, redis_store._prefix, SystemClock())
    waiting = [look_up.customer(0, f"c{n}") for n in range(3)]
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in told] == [StoreUnavailable] * 3
    with pytest.raises(StoreUnavailable):
        await look_up.customer(0, "c0")
    assert look_up.questions == [3, 1]
    await look_up.close()
