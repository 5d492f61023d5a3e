"""Lines of a file that may have none: no line takes more memory than one may."""

import io
from collections.abc import Iterator
from typing import Final

MAX_LINE_BYTES: Final = 1024 * 1024
"""Longest line of a file of rows; of a longer one so much and a byte is handed on."""


def bounded_lines(file: io.BufferedReader) -> Iterator[bytes]:
    """The lines, each longer one cut off, so that whoever reads it can refuse it.

    >>> stored = io.BufferedReader(io.BytesIO(b"x" * 3_000_000 + bytes([10]) + b"y"))
    >>> [len(line) for line in bounded_lines(stored)]
    [1048577, 1]
    """
    while line := file.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES + 1)
