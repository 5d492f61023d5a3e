"""`regrade snapshot` and `restore` (R54): a cut of the state that can be gone back to."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.structs import ConsumerRecord
from journeys.held_replay import replaying
from journeys.laws import check_changes
from journeys.programme import Programme, ended
from journeys.regrade_command import Done, regrade
from journeys.test_doctor_command import settings_of
from journeys.wire_input import Sent, ms_on, order, send

from streams.storage.copies import open_copies

pytestmark = pytest.mark.long


async def snapshot(programme: Programme, path: Path, *words: str) -> dict[str, int]:
    """Take a snapshot of a programme; what the command says it holds."""
    taken = await regrade("snapshot", str(path), "--json", *words, settings=settings_of(programme))
    assert taken.code == 0, taken.err
    return json.loads(taken.out)


async def restore(programme: Programme, path: Path, *words: str) -> Done:
    """Put a snapshot back."""
    return await regrade("restore", str(path), *words, settings=settings_of(programme))


async def test_a_snapshot_taken_in_mid_stream_is_gone_back_to(stack, history, tmp_path):
    """After going back the log is read on from the cut: nothing is lost, nothing told otherwise."""
    path = tmp_path / "cut.snapshot"
    async with Programme(stack, tmp_path, "cut") as programme:
        worker = await programme.worker()
        async with replaying(programme, history.events) as replay:
            await programme.folded(300)
            taken = await snapshot(programme, path)
            assert replay.going
            assert taken["partitions"] == list(range(programme.partitions))
            at_the_cut = sum((await programme.counts()).values())
            await programme.folded(600)
        worker.kill()
        refused = await restore(programme, path, "--yes")
        assert refused.code == 1
        assert "the store holds partitions 0, 1, 2, 3 already" in refused.err
        asked = await regrade(
            "restore", str(path), "--replace", settings=settings_of(programme), stdin=b"n\n"
        )
        assert asked.code == 1
        done = await restore(programme, path, "--replace", "--yes", "--json")
        assert done.code == 0, done.err
        assert json.loads(done.out) == taken
        assert sum((await programme.counts()).values()) <= at_the_cut
        await programme.worker()
        await programme.taken(len(history.events) + programme.partitions)
        changes = await programme.changes()
        check_changes(list(map(_as_told, changes)), await programme.customers(), history)
        # The store was behind the topics: what is told anew says so.
        assert {dict(change.headers)["ce_incarnation"] for change in changes} == {b"0", b"1"}


def _as_told(record: ConsumerRecord) -> ConsumerRecord:
    """A record without its place in an outbox, which after a restore is another one."""
    places = {"ce_sequence", "ce_incarnation"}
    kept = tuple(header for header in record.headers if header[0] not in places)
    return replace(record, headers=kept)


async def test_a_damaged_file_changes_nothing(stack, tmp_path):
    """Cut short or with one byte changed it is refused before anything is deleted."""
    path = tmp_path / "whole.snapshot"
    async with Programme(stack, tmp_path, "damaged") as programme:
        await programme.worker()
        bought = [json.dumps(order(0, name)).encode() for name in ("ann", "bob")]
        sent = [Sent("orders", json.loads(b)["customer_id"].encode(), b, ms_on(0)) for b in bought]
        await send(stack.bootstrap, programme.prefix, sent)
        await programme.taken(2)
        taken = await snapshot(programme, path)
        whole = path.read_bytes()
        before = await programme.customers()
        for broken in (whole[:-20], b"x" + whole, _flipped(whole)):
            path.write_bytes(broken)
            done = await restore(programme, path, "--replace", "--yes")
            assert done.code == 1
            assert "is no whole snapshot" in done.err
        assert await programme.customers() == before
        assert taken["customers"] == len(before) == 2


def _flipped(whole: bytes) -> bytes:
    at = len(whole) // 3
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


async def test_what_was_not_restored_to_its_end_is_refused_by_workers(stack, tmp_path):
    """A partition that is marked is not taken for an empty one."""
    async with Programme(stack, tmp_path, "halfway") as programme:
        worker = await programme.worker()
        worker.stop()
        path = tmp_path / "halfway.snapshot"
        await snapshot(programme, path)
        async with open_copies(stack.redis_url, f"regrade.{programme.prefix}") as copies:
            await copies.partition(1).clear()
        again = programme.launch()
        await ended(again)
        assert "a partition was not restored to its end" in again.output()
        assert (await restore(programme, path, "--replace", "--yes")).code == 0
        await programme.worker()


async def test_another_programme_is_not_restored_into(stack, tmp_path):
    """Its offsets belong to other topics."""
    path = tmp_path / "one.snapshot"
    async with (
        Programme(stack, tmp_path, "one") as one,
        Programme(stack, tmp_path, "other") as other,
    ):
        nothing = await regrade("snapshot", str(path), settings=settings_of(one))
        assert nothing.code == 1
        assert "nothing is stored" in nothing.err
        (await one.worker()).stop()
        await snapshot(one, path, "--partition", "2")
        done = await restore(other, path, "--yes")
        assert done.code == 1
        assert "made with REGRADE_PREFIX='one.'" in done.err
