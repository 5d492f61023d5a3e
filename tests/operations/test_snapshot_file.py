"""A snapshot file is whole, or it is said what is wrong with it."""

from pathlib import Path

import pytest

from streams.operations.snapshot_file import (
    FORMAT,
    Head,
    SnapshotDamaged,
    SnapshotReader,
    SnapshotWriter,
    Tally,
    frame,
)
from streams.storage.copy import Piece

HEAD = Head(
    format=FORMAT,
    prefix="p",
    partitions=1,
    policy="b2b-fresh",
    made_at="2026-01-01",
    version="0.1.0",
)
PIECE = Piece("hash", "state", [[b"ann", b"\x01" * 40], [b"bob", b"\x02" * 40]])


def written(path: Path, head: Head = HEAD) -> bytes:
    """A small snapshot of one partition."""
    tally = Tally()
    tally.add(PIECE)
    with SnapshotWriter(path, head) as file, file.spool() as spool:
        spool.write(frame("piece", [0, PIECE]))
        file.partition(0, spool, tally)
    return path.read_bytes()


def contents(path: Path) -> list[tuple[int, Piece]]:
    """What a reader finds who first looks whether the file is whole."""
    reader = SnapshotReader(path)
    reader.check()
    return list(reader.pieces())


def test_a_whole_file_reads_as_it_was_written(tmp_path):
    """What was put in comes out."""
    path = tmp_path / "whole"
    written(path)
    assert contents(path) == [(0, PIECE)]


def test_any_one_changed_byte_is_refused_or_changes_nothing(tmp_path):
    """Wherever the damage is: plain words, or a byte of the packing that says nothing."""
    path = tmp_path / "file"
    whole = written(path)
    refused = 0
    for at in range(len(whole)):
        for flip in (0x01, 0x80, 0xFF):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
            try:
                assert contents(path) == [(0, PIECE)]
            except SnapshotDamaged:
                refused += 1
    assert refused > 2 * len(whole)


def test_a_file_cut_short_anywhere_is_refused(tmp_path):
    """No beginning of a file passes for a file."""
    path = tmp_path / "file"
    whole = written(path)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(SnapshotDamaged):
            contents(path)


def test_a_frame_of_another_shape_is_refused(tmp_path):
    """A file that unpacks well but was not written by this program."""
    path = tmp_path / "file"
    for body in ([0], [0, [1, 2]], "text", 7):
        with SnapshotWriter(path, HEAD) as file, file.spool() as spool:
            spool.write(frame("piece", body))
            file.partition(0, spool, Tally())
        with pytest.raises(SnapshotDamaged):
            contents(path)
