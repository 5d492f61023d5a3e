"""Rows of a file: CSV with a header line, or JSON lines; plain or gzip, or standard input."""

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, cast

import orjson

from streams.replay.bounded import MAX_LINE_BYTES, bounded_lines
from streams.replay.errors import UnreadableFileError
from streams.replay.event import RejectedRow
from streams.replay.rejections import bad_row, too_large

_GZIP = b"\x1f\x8b"


def read_rows(path: str) -> Iterator[tuple[int, Any] | RejectedRow]:
    """(line, row) of a file; the line is that on which the row ends.

    Raises:
        UnreadableFileError: it cannot be opened or is not text.
    """
    with ExitStack() as stack:
        try:
            raw: Any = sys.stdin.buffer
            if path != "-":
                raw = stack.enter_context(Path(path).open("rb"))
            if raw.peek(2)[:2] == _GZIP:
                packed = stack.enter_context(gzip.open(raw, "rb"))
                raw = stack.enter_context(io.BufferedReader(cast("Any", packed)))
            start = raw.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
            if start == b"{":
                yield from _json_rows(raw)
            else:
                yield from _csv_rows(raw)
        except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
            raise UnreadableFileError(path, str(error)) from None


def _json_rows(file: io.BufferedReader) -> Iterator[tuple[int, Any] | RejectedRow]:
    for line, text in enumerate(bounded_lines(file), 1):
        if len(text) > MAX_LINE_BYTES:
            yield too_large(line, MAX_LINE_BYTES)
        elif text.strip():
            try:
                yield line, orjson.loads(text)
            except orjson.JSONDecodeError as error:
                yield RejectedRow(line, "bad_json", f"The line is not JSON: {error}.")


def _csv_rows(file: io.BufferedReader) -> Iterator[tuple[int, Any] | RejectedRow]:
    lines = _Lines(file)
    reader = csv.DictReader(lines)
    _ = reader.fieldnames  # without a header nothing can be read
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except _Overlong:
            yield too_large(lines.number, MAX_LINE_BYTES)
        except csv.Error as error:
            yield bad_row(lines.number, f"The row is not CSV: {error}.")
        else:
            yield lines.number, row


class _Overlong(csv.Error):
    """A line with more bytes than any may have."""


class _Lines:
    """The lines of a CSV file; goes on after one that cannot be had, as a generator would not."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._lines = bounded_lines(file)
        self.number = 0
        """Of the line that was taken last."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        if len(line) > MAX_LINE_BYTES:
            raise _Overlong
        return line.decode("utf-8-sig" if self.number == 1 else "utf-8")
