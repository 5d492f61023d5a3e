"""`regrade rebuild` (R54): from an archive alone, the store is what it was."""

import json

import pytest
from journeys.programme import Programme, ended
from journeys.regrade_command import regrade
from journeys.small_history import csv_text
from journeys.test_doctor_command import settings_of

from streams.operations.rebuild import UNFINISHED
from streams.replay.event import WireEvent
from streams.replay.files import read_file
from streams.replay.memory import run_in_memory
from streams.replay.produce import Replay
from streams.storage.redis_store import open_store

pytestmark = pytest.mark.long


async def test_an_archive_and_the_log_after_it_make_the_state_whole(stack, tmp_path):
    """Half from the archive, half from the log: the grades of all, the changes of the second."""
    whole = tmp_path / "whole.csv"
    whole.write_text(csv_text(), "utf-8")
    header, *rows = csv_text().splitlines()
    half = tmp_path / "half.csv"
    half.write_text("\n".join([header, *rows[: len(rows) // 2]]) + "\n", "utf-8")
    later = [event for event in read_file(str(whole)) if isinstance(event, WireEvent)]
    early = [event for event in read_file(str(half)) if isinstance(event, WireEvent)]
    async with Programme(stack, tmp_path, "rebuilt") as programme:
        settings = settings_of(programme)
        words = ("rebuild", str(half), "--then", "begin", "--json")
        done = await regrade(*words, settings=settings)
        assert done.code == 0, done.err
        told = json.loads(done.out)
        assert (told["events"], told["partitions"]) == (len(early), programme.partitions)
        again = await regrade(*words, settings=settings)
        assert again.code == 1
        assert "the store holds partitions 0, 1, 2, 3 already" in again.err

        await programme.worker()
        async with programme.producer() as producer:
            replay = Replay(producer, programme.prefix)
            await replay.run(later[len(early) :])
            await replay.close_day()
        await programme.taken(len(later) - len(early) + programme.partitions)
        expected = await run_in_memory(later, programme.policy)
        ours = {one["customer_id"]: one for one in await programme.customers()}
        assert ours == {one["customer_id"]: one for one in expected.customers}
        changes = {dict(r.headers)["ce_id"] for r in await programme.changes()}
        first = await run_in_memory(early, programme.policy)
        before = {json.loads(change)["id"].encode() for change in first.changes}
        after = {json.loads(change)["id"].encode() for change in expected.changes}
        assert changes <= after
        assert len(changes & before) < len(before)


async def test_a_rebuild_that_was_cut_short_is_refused_by_workers(stack, tmp_path):
    """Its partitions are those of no policy."""
    async with Programme(stack, tmp_path, "cutshort") as programme:
        prefix = f"regrade.{programme.prefix}"
        async with open_store(stack.redis_url, prefix, UNFINISHED) as store:
            await store.prepare(durable=True)
            await store.claim(0, "rebuild", programme.partitions)
        worker = programme.launch()
        await ended(worker)
        assert UNFINISHED in worker.output()
