"""`regrade why` and `regrade grade` beside a running worker (R32, R43, R53)."""

import asyncio
import json
from typing import Any

import pytest
from journeys.held_replay import replaying
from journeys.programme import Programme
from journeys.regrade_command import Done, regrade
from journeys.small_history import csv_text
from redis.asyncio import Redis
from regrade_here import regrade_here

from streams.replay.event import WireEvent
from streams.replay.files import read_file

POLICY = ("--policy", "grocery-usd")
NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
def history_file(tmp_path):
    """The small history as CSV."""
    path = tmp_path / "history.csv"
    path.write_text(csv_text(), "utf-8")
    return path


def settings_of(programme: Programme) -> dict[str, str]:
    """The variables of the programme's workers."""
    return {**programme.settings, "REGRADE_REDIS": programme.stack.redis_url}


async def stored(url: str) -> dict[bytes, bytes]:
    """Every key of the store, as it dumps it."""
    redis = Redis.from_url(url)
    found = {key: await redis.dump(key) async for key in redis.scan_iter()}
    await redis.aclose()
    return found


def answer(done: Done) -> dict[str, Any]:
    """The object that was printed; which of the partitions it was is left out."""
    assert done.code == 0, done.err
    return {**json.loads(done.out), "partition": 0}


@pytest.mark.long
async def test_the_live_answer_is_that_of_the_file(stack, history_file, tmp_path):
    """While a replay is taken in there are answers; at its end they are those of a backtest."""
    events = [e for e in read_file(str(history_file)) if isinstance(e, WireEvent)]
    async with Programme(stack, tmp_path, "why") as programme:
        await programme.worker()
        live = settings_of(programme)
        async with replaying(programme, events) as replay:
            await programme.folded(20)
            early = answer(await regrade("grade", "ann", "--json", settings=live))
            assert replay.going
            assert early["tier"] is not None
            assert early["tier_since"] <= early["partition_day"] < "2024-04-29"
        before = await stored(stack.redis_url)
        for command in ("why", "grade"):
            for customer in ("ann", "bob", "cat"):
                asked = (command, customer, "--json")
                found, expected = await asyncio.gather(
                    regrade(*asked, settings=live),
                    asyncio.to_thread(regrade_here, *asked, *POLICY, "--file", str(history_file)),
                )
                assert answer(found) == answer(expected)
        assert await stored(stack.redis_url) == before
        await refused(programme)


async def refused(programme: Programme) -> None:
    """What cannot be answered is one plain message and status 1; a wrong word is status 2."""
    live = settings_of(programme)
    wrongs = [
        (("why", "nobody"), {}, 1, "no customer 'nobody'"),
        (("grade", "nobody"), {}, 1, "no customer 'nobody'"),
        (("why", "ann"), {"REGRADE_PREFIX": "elsewhere."}, 1, "REGRADE_PREFIX='elsewhere.'"),
        (("why", "ann"), {"REGRADE_REDIS": NOBODY}, 1, "the store did not answer"),
        (("why", "ann", "--policy", "b2b-fresh"), {}, 1, "graded by policy grocery-usd v1"),
        (("why", "ann", "--as-of", "2024-04-01"), {}, 1, "knows no earlier day"),
        (("why", "ann", "--as-of", "soon"), {}, 2, "soon"),
    ]
    runs = [regrade(*words, settings={**live, **changed}) for words, changed, *_ in wrongs]
    for done, (words, _, code, says) in zip(await asyncio.gather(*runs), wrongs, strict=True):
        assert (done.code, done.out) == (code, ""), words
        assert says in done.err
        assert "Traceback" not in done.err


async def test_the_tables_say_what_the_json_says(history_file):
    """Every dimension, label, trigger and day to come, and the short form line by line."""
    asked = ("ann", *POLICY, "--file", str(history_file))
    wide = {"COLUMNS": "160"}
    whole, tables, short = await asyncio.gather(
        regrade("why", *asked, "--json", "--days", "3"),
        regrade("why", *asked, "--days", "3", settings=wide),
        regrade("grade", *asked),
    )
    told = answer(whole)
    assert len(told["outlook"]) == 3
    shown = [
        *(row["reading"] for row in told["dimensions"]),
        *(f"{row['points']:.2f}" for row in told["dimensions"]),
        *(row["value"] for row in told["labels"]),
        *(row["name"] for row in told["triggers"]),
        *(day["on"] for day in told["outlook"]),
        f"ann is {told['tier']}, score {told['score']:.2f}; target {told['target']}",
    ]
    assert [text for text in shown if text not in tables.out] == []
    lines = dict(line.split(maxsplit=1) for line in short.out.splitlines())
    assert (lines["tier"], lines["score"]) == (told["tier"], f"{told['score']:.2f}")
    assert lines["since"] == told["tier_since"]


async def test_a_later_day_is_told_as_if_nothing_happened_until_then(history_file):
    """The grade of a day of the outlook is what `--as-of` says of that day."""
    asked = ("why", "ann", *POLICY, "--file", str(history_file), "--json")
    now = answer(await regrade(*asked))
    later = now["outlook"][-1]
    then = answer(await regrade(*asked, "--as-of", later["on"]))
    labels = {row["name"]: row["value"] for row in then["labels"]}
    assert (then["as_of"], then["partition_day"]) == (later["on"], now["partition_day"])
    assert (then["score"], then["tier"], then["target"], labels) == (
        later["score"],
        later["tier"],
        later["target"],
        later["labels"],
    )
