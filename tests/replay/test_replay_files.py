"""Replay files are recognised and read, wherever they come from."""

import gzip
import io
import os
import sys
import tracemalloc
from types import SimpleNamespace

import pytest

from streams.replay.errors import HeaderError, UnreadableFileError
from streams.replay.event import WireEvent
from streams.replay.files import BUFFER_BYTES, FileSource, read_file

CSV = b"ts_ms,event_type,customer_id,order_id,amount\n1000,order,ann,A1,5.00\n"
JSON = b'{"type":"interaction","customer_id":"bob","occurred_at":2000}\n'
EVENT_OF_CSV = WireEvent(
    "orders",
    b"ann",
    b'{"type":"order.paid","event_id":"order.paid:A1","customer_id":"ann"'
    b',"occurred_at":1000,"order_id":"A1","amount":5.00}',
    1000,
    2,
)
EVENT_OF_JSON = WireEvent("interactions", b"bob", JSON.strip(), 2000, 1)
CASES = [("csv", CSV, EVENT_OF_CSV), ("jsonl", JSON, EVENT_OF_JSON)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(("kind", "text", "event"), CASES)
def test_a_file_is_known_by_its_content(tmp_path, pack, kind, text, event):
    """Whatever a file is called, gzip and format are seen in its first bytes."""
    path = tmp_path / "events"
    path.write_bytes(pack(text))
    with FileSource(str(path)) as source:
        assert source.format == kind
        assert list(source) == [event]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(("kind", "text", "event"), CASES)
def test_standard_input_is_known_by_its_content(pack, kind, text, event):
    """Gzip and format are seen in the first bytes of standard input too."""
    with FileSource("-", io.BytesIO(pack(text))) as source:
        assert source.format == kind
        assert list(source) == [event]


def test_the_name_of_a_file_goes_before_its_content(tmp_path):
    """A file called CSV is read as CSV, and one called JSON as JSON."""
    named_csv, named_json = tmp_path / "a.csv", tmp_path / "a.NDJSON.gz"
    named_csv.write_bytes(JSON)
    named_json.write_bytes(CSV)
    with pytest.raises(HeaderError):
        list(read_file(str(named_csv)))
    assert [row.reason for row in read_file(str(named_json))] == ["bad_json"] * 2


def test_standard_input_is_the_process_s_own_and_stays_open(monkeypatch):
    """`-` reads the binary standard input and does not close it."""
    stdin = io.BytesIO(CSV)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stdin))
    assert list(read_file("-")) == [EVENT_OF_CSV]
    assert not stdin.closed


def test_a_pipe_is_followed_without_waiting_for_its_end():
    """Events of a pipe are there as soon as their line is, byte by byte if need be."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe:
        os.write(writing, JSON)
        source = FileSource("-", pipe)
        rows = iter(source)
        assert next(rows) == EVENT_OF_JSON
        os.write(writing, JSON)
        assert next(rows) == EVENT_OF_JSON._replace(line=2)
        os.close(writing)
        assert list(rows) == []


@pytest.mark.parametrize(("kind", "text", "event"), CASES)
def test_a_byte_order_mark_and_blank_lines_may_come_first(kind, text, event):
    """What some programs put before the first line changes nothing but line numbers."""
    with FileSource("-", io.BytesIO(b"\xef\xbb\xbf" + text)) as source:
        assert list(source) == [event]
    with FileSource("-", io.BytesIO(b"\xef\xbb\xbf\n \r\n" + text)) as source:
        assert source.format == kind
        assert list(source) == [event._replace(line=event.line + 2)]


def test_several_gzip_members_are_one_file():
    """Files packed one by one and put together are read to the end."""
    packed = gzip.compress(JSON) + gzip.compress(JSON)
    with FileSource("-", io.BytesIO(packed)) as source:
        assert [row.line for row in source] == [1, 2]


def test_progress_counts_bytes_as_stored(tmp_path):
    """`bytes_read` ends at `total_bytes`, the size of the packed file."""
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(CSV))
    with FileSource(str(path)) as source:
        assert 0 < source.bytes_read <= path.stat().st_size
        list(source)
        assert source.bytes_read == source.total_bytes == path.stat().st_size


def test_standard_input_has_no_total():
    """Of standard input the bytes read are known, and not how many there are."""
    with FileSource("-", io.BytesIO(CSV)) as source:
        assert source.total_bytes is None
        list(source)
        assert source.bytes_read == len(CSV)


def test_adjustments_are_counted_while_reading():
    """A source tells the adjustments of a CSV file, and none for JSON lines."""
    with FileSource("-", io.BytesIO(CSV + b"1,adjustment,,,\n" * 3)) as source:
        assert source.adjustments == 0
        list(source)
        assert source.adjustments == 3
    with FileSource("-", io.BytesIO(JSON)) as source:
        list(source)
        assert source.adjustments == 0


def test_a_source_is_read_once():
    """Iterating a source again goes on where it was left, at the end."""
    with FileSource("-", io.BytesIO(CSV)) as source:
        assert list(source) == [EVENT_OF_CSV]
        assert list(source) == []


def test_a_missing_file_is_unreadable(tmp_path):
    """A file that is not there is named in the error."""
    path = str(tmp_path / "none.csv")
    with pytest.raises(UnreadableFileError, match=r"none\.csv.*No such file") as caught:
        FileSource(path)
    assert caught.value.path == path
    assert not caught.value.retriable


def test_a_cut_gzip_file_is_unreadable_after_its_last_whole_block(tmp_path):
    """Events before the damage are yielded, then the damage is an error."""
    lines = b"".join(
        b'{"type":"interaction","customer_id":"%d","occurred_at":%d}\n' % (n, n * n)
        for n in range(50_000)
    )
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(lines)[:-1000])
    rows = read_file(str(path))
    assert next(rows).line == 1
    with pytest.raises(UnreadableFileError, match=r"cut\.jsonl\.gz: cannot be read"):
        list(rows)


def test_an_empty_input_of_events_is_empty(tmp_path):
    """An empty file called JSON lines has no events."""
    path = tmp_path / "none.jsonl"
    path.touch()
    assert list(read_file(str(path))) == []


@pytest.mark.parametrize("row", [b"1000,order,ann,A1,5.00\n", b"1000,order,,,\n"])
def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path, row):
    """Rows are let go as they are read, good ones and bad ones."""
    path = tmp_path / "long.csv"
    path.write_bytes(CSV + row * 60_000)
    tracemalloc.start()
    for _ in read_file(str(path)):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * BUFFER_BYTES < path.stat().st_size
