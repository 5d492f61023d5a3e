"""Rows of a file whatever it looks like: read, refused alone, or the file is named."""

import gzip
import random

import pytest

from streams.mapping.rows import read_rows
from streams.replay.bounded import MAX_LINE_BYTES
from streams.replay.errors import UnreadableFileError
from streams.replay.event import RejectedRow


def test_a_row_that_does_not_end_is_refused_and_the_next_is_read(tmp_path):
    """Its line is counted as one."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"x": "' + b"y" * (3 * MAX_LINE_BYTES) + b'"}\n{"x": 1}\n')
    refused, row = read_rows(str(path))
    assert isinstance(refused, RejectedRow)
    assert (refused.line, refused.reason) == (1, "too_large")
    assert row == (2, {"x": 1})


def test_a_packed_file_that_was_damaged_is_named(tmp_path):
    """Whatever byte of it was changed: its rows, or an error that says which file."""
    path = tmp_path / "rows.jsonl.gz"
    lines = random.Random(5).choices(range(10**6), k=200)
    whole = gzip.compress("".join(f'{{"x": {x}}}\n' for x in lines).encode())
    refused = 0
    for at in range(2, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            list(read_rows(str(path)))
        except UnreadableFileError:
            refused += 1
    assert refused > len(whole) / 7 / 2
    path.write_bytes(whole[:-20])
    with pytest.raises(UnreadableFileError, match="rows"):
        list(read_rows(str(path)))
