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


@pytest.mark.parametrize("quoted", [b"", b'"'], ids=["bare", "quoted"])
def test_a_csv_line_that_does_not_end_swallows_no_other(tmp_path, quoted):
    """A cell of megabytes, quoted or not, costs its own row; those after it are read."""
    path = tmp_path / "rows.csv"
    cell = quoted + b"y" * (3 * MAX_LINE_BYTES) + quoted
    path.write_bytes(b"id,text\n1,a\n2," + cell + b"\n3,c\n4,d\n")
    first, refused, *rest = read_rows(str(path))
    assert first == (2, {"id": "1", "text": "a"})
    assert (refused.line, refused.reason) == (3, "too_large")
    assert rest == [(4, {"id": "3", "text": "c"}), (5, {"id": "4", "text": "d"})]


def test_a_csv_cell_larger_than_any_costs_its_row_alone(tmp_path):
    """It is shorter than a line may be, and longer than a cell may be."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b"id,text\n1," + b"y" * (MAX_LINE_BYTES // 2) + b"\n2,b\n")
    refused, row = read_rows(str(path))
    assert isinstance(refused, RejectedRow)
    assert row == (3, {"id": "2", "text": "b"})
