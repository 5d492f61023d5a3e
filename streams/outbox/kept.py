"""What a dead letter keeps of a record that may be larger than its topic takes.

A broker measures a batch as it was packed, so a record may be larger when it is unpacked than any
topic takes.
"""

from typing import Final, NamedTuple

from streams.intake.record import RawRecord

VALUE_BYTES: Final = 8 * 1024 * 1024
"""Most of a value: with all else it stays below what `dead-letters` takes."""
KEY_BYTES: Final = 64 * 1024
HEADER_BYTES: Final = 512 * 1024
DETAIL: Final = 2000
"""Most characters of a detail."""

CUT: Final = "regrade_cut"
"""Header of a letter that is not whole: how long value, key and headers were, in bytes."""


class Kept(NamedTuple):
    """As much of a record as a letter holds."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    cut: tuple[tuple[str, bytes], ...]
    """The header that says so, when something is missing."""


def kept(record: RawRecord) -> Kept:
    """The record as it came, or its beginning; headers are kept all or not at all."""
    key, value, headers = record.key, record.value, tuple(record.headers)
    sizes = [len(value or b""), len(key or b""), sum(len(n) + len(v or b"") for n, v in headers)]
    limits = (VALUE_BYTES, KEY_BYTES, HEADER_BYTES)
    if all(size <= limit for size, limit in zip(sizes, limits, strict=True)):
        return Kept(key, value, headers, ())
    told = " ".join(map(str, sizes)).encode()
    return Kept(
        None if key is None else key[:KEY_BYTES],
        None if value is None else value[:VALUE_BYTES],
        headers if sizes[2] <= HEADER_BYTES else (),
        ((CUT, told),),
    )
