"""Replay files: CSV or JSON lines, plain or gzip, from a path or standard input."""

import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path, PurePath
from typing import Literal, Self, cast

from streams.replay.bounded import bounded_lines
from streams.replay.byte_count import CountedBytes
from streams.replay.csv_rows import CsvRows
from streams.replay.errors import UnreadableFileError
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.json_lines import read_json_lines

STDIN = "-"
BUFFER_BYTES = 128 * 1024
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Format = Literal["csv", "jsonl"]
FORMAT_OF_SUFFIX: dict[str, Format] = {
    ".csv": "csv",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


class FileSource:
    """The events of one file, in file order and in constant memory; iterate it once.

    `-` is standard input. Gzip is known by its first bytes; the format by the name,
    else by the first character that is not blank (`{` begins JSON lines). Raises
    `UnreadableFileError`, and `HeaderError` when the columns of a CSV are not ours.
    """

    def __init__(self, path: str, stdin: io.BufferedIOBase | None = None) -> None:
        """Open the file and read its first line; `stdin` replaces the process's own."""
        self.path = path
        self.total_bytes: int | None = None
        """Size of the file as stored; None when it has no known end, as a pipe."""
        with ExitStack() as opened, reading(path):
            if path == STDIN:
                file = stdin or cast("io.BufferedIOBase", sys.stdin.buffer)
            else:
                file = opened.enter_context(Path(path).open("rb"))
                self.total_bytes = regular_size(file.fileno())
            self._stored = CountedBytes(file, len(GZIP_MAGIC))
            plain = bounded_lines(plain_bytes(self._stored))
            first, number = first_line(plain)
            self.format = format_of(path, first)
            lines = chain([first], plain)
            self._csv = CsvRows(path, lines, number) if self.format == "csv" else None
            self._rows = iter(self._csv or read_json_lines(lines, number))
            self._opened = opened.pop_all()

    @property
    def bytes_read(self) -> int:
        """How much of the file as stored was read, some buffers ahead of the events."""
        return self._stored.position

    @property
    def adjustments(self) -> int:
        """How many `adjustment` rows were skipped so far."""
        return self._csv.adjustments if self._csv else 0

    def __iter__(self) -> Iterator[WireEvent | RejectedRow]:
        with reading(self.path):
            yield from self._rows

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_file(path: str) -> Iterator[WireEvent | RejectedRow]:
    """Yield what one replay file holds, and close it; for totals use `FileSource`."""
    with FileSource(path) as source:
        yield from source


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Turn what a broken file raises into `UnreadableFileError`."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise UnreadableFileError(path, detail) from error


def regular_size(descriptor: int) -> int | None:
    """Tell the size of a regular file; None for a pipe, which does not know its own."""
    status = os.fstat(descriptor)
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def plain_bytes(stored: CountedBytes) -> io.BufferedReader:
    """Undo gzip if there is any."""
    if stored.head != GZIP_MAGIC:
        return io.BufferedReader(stored, BUFFER_BYTES)
    # GzipFile splits lines in Python; a BufferedReader around it does so in C.
    return io.BufferedReader(gzip.GzipFile(fileobj=stored), BUFFER_BYTES)


def first_line(lines: Iterator[bytes]) -> tuple[bytes, int]:
    """Read up to the first line that is not blank; its text and number, from 1."""
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        if not text.isspace():
            return text, number
    return b"", 1


def format_of(path: str, first: bytes) -> Format:
    """Tell the format by the name, else by the first line.

    >>> format_of("orders.jsonl.gz", b""), format_of("-", b' {"type"')
    ('jsonl', 'jsonl')
    """
    name = PurePath(path.lower().removesuffix(".gz"))
    told = FORMAT_OF_SUFFIX.get(name.suffix)
    return told or ("jsonl" if first.lstrip().startswith(b"{") else "csv")
