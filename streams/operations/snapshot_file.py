"""A snapshot as a file: gzip, in it frames of MessagePack, each with its length before it.

| frame | holds |
|---|---|
| `head` | format, prefix, partition count, policy, when it was made, by which version |
| `piece` | partition, kind, key, entries |
| `end` | partition, what its pieces add up to: the partition is whole |
| `tail` | what the whole file adds up to: the file is whole |
"""

import gzip
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self, TypeVar

import msgspec
import xxhash

from streams.errors import RegradeError
from streams.storage.copy import META, Piece

FORMAT = 1
_MAGIC = b"regrade-snapshot\n"
_LENGTH = struct.Struct(">I")
_LEVEL = 3
_MASK = 2**64 - 1
Body = TypeVar("Body")
_BROKEN = (OSError, EOFError, ValueError, zlib.error, struct.error, msgspec.MsgspecError)
"""What reading a file that was damaged can end in."""


class Head(msgspec.Struct):
    """What a snapshot is of."""

    format: int
    prefix: str
    partitions: int
    """Partition count of the programme, however many of them the file holds."""
    policy: str
    made_at: str
    version: str


class Tally(msgspec.Struct):
    """What pieces add up to, in whatever order they come; meta is not among them."""

    entries: dict[str, int] = msgspec.field(default_factory=dict)
    """By kind of key."""
    checksum: int = 0

    def add(self, piece: Piece) -> None:
        """Count a piece in."""
        if piece.key == META:
            return
        self._count(piece.kind, len(piece.entries))
        for entry in piece.entries:
            text = msgspec.msgpack.encode([piece.kind, piece.key, entry])
            self.checksum = (self.checksum + xxhash.xxh3_64_intdigest(text)) & _MASK

    def join(self, other: "Tally") -> None:
        """Count another tally in."""
        for kind, entries in other.entries.items():
            self._count(kind, entries)
        self.checksum = (self.checksum + other.checksum) & _MASK

    def _count(self, kind: str, entries: int) -> None:
        if entries:
            self.entries[kind] = self.entries.get(kind, 0) + entries


class SnapshotDamaged(RegradeError):
    """A file is no snapshot, or not a whole one."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        super().__init__(f"{path} is no whole snapshot: {problem}. Nothing was restored.")


class SnapshotWriter:
    """Writes frames; the file appears under its name only when it is whole."""

    def __init__(self, path: Path, head: Head) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._file = gzip.open(self._part, "wb", compresslevel=_LEVEL)  # noqa: SIM115 - closed at the end of the block
        self._file.write(_MAGIC)
        self._total = Tally()
        self._frame("head", head)

    def partition(self, partition: int, spool: IO[bytes], tally: Tally) -> None:
        """Add a partition whose pieces were put aside in `spool`."""
        spool.seek(0)
        while block := spool.read(1 << 20):
            self._file.write(block)
        self._frame("end", [partition, tally])
        self._total.join(tally)

    def spool(self) -> IO[bytes]:
        """A file beside this one for the pieces of a partition that may have to be read again."""
        return tempfile.TemporaryFile(dir=self._path.absolute().parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish the file and give it its name; leave nothing behind after an error."""
        if kind is None:
            self._frame("tail", self._total)
        self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)

    def _frame(self, kind: str, body: Any) -> None:
        self._file.write(frame(kind, body))


def frame(kind: str, body: Any) -> bytes:
    """One frame as it stands in the file."""
    text = msgspec.msgpack.encode([kind, body])
    return _LENGTH.pack(len(text)) + text


class SnapshotReader:
    """Reads a file twice: once to see that it is whole, once to restore."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.head = self._head()

    def check(self) -> dict[int, Tally]:
        """The partitions of the file, with what each adds up to.

        Raises:
            SnapshotDamaged: something is missing or was changed.
        """
        found: dict[int, Tally] = {}
        counted: dict[int, Tally] = {}
        total = Tally()
        for kind, body in self._frames():
            if kind == "piece":
                partition, piece = self._as(tuple[int, Piece], body)
                counted.setdefault(partition, Tally()).add(piece)
            elif kind == "end":
                partition, said = self._as(tuple[int, Tally], body)
                if counted.get(partition, Tally()) != said:
                    raise self._damaged(f"partition {partition} does not add up")
                found[partition] = said
                total.join(said)
            elif kind == "tail":
                if self._as(Tally, body) != total:
                    raise self._damaged("its partitions do not add up")
                return found
        raise self._damaged("its end is missing")

    def pieces(self) -> Iterator[tuple[int, Piece]]:
        """Every piece with its partition; the meta of a partition comes last of it."""
        for kind, body in self._frames():
            if kind == "piece":
                yield self._as(tuple[int, Piece], body)

    def _head(self) -> Head:
        kind, body = next(self._frames(), ("nothing", None))
        found = body.get("format") if isinstance(body, dict) else None
        if kind != "head" or found != FORMAT:
            raise self._damaged(f"it has format {found}, this program reads {FORMAT}")
        return self._as(Head, body)

    def _frames(self) -> Iterator[tuple[str, Any]]:
        try:
            with gzip.open(self._path, "rb") as file:
                if file.read(len(_MAGIC)) != _MAGIC:
                    raise self._damaged("it does not begin like one")
                while length := file.read(_LENGTH.size):
                    (size,) = _LENGTH.unpack(length)
                    yield msgspec.msgpack.decode(file.read(size), type=tuple[str, Any])
        except FileNotFoundError:
            raise self._damaged("there is no such file") from None
        except _BROKEN as error:
            raise self._damaged(str(error)) from None

    def _as(self, kind: type[Body], body: Any) -> Body:
        try:
            return msgspec.convert(body, kind)
        except msgspec.ValidationError as error:
            raise self._damaged(str(error)) from None

    def _damaged(self, problem: str) -> SnapshotDamaged:
        return SnapshotDamaged(str(self._path), problem)
