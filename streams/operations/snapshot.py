"""Partitions into a file: each as of one commit, whoever works on it meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import IO

import msgspec

from streams.clock import Clock, SystemClock
from streams.errors import RegradeError
from streams.instants import rfc3339
from streams.operations.snapshot_file import FORMAT, Head, SnapshotWriter, Tally, frame
from streams.settings import Settings
from streams.storage.copies import Copies, open_copies
from streams.storage.copy import META, PartitionCopy, Piece

HOLD_MS = 10_000
"""Longest time a partition waits for a snapshot that was killed."""

_RENEW_S = 2.0
_ATTEMPTS = 5


class NothingToCopy(RegradeError):
    """No partition that was asked for holds anything."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        super().__init__(
            f"nothing is stored with REGRADE_PREFIX={prefix!r}. Set REGRADE_REDIS and "
            "REGRADE_PREFIX as the workers have them."
        )


class KeepsMoving(RegradeError):
    """A partition was committed to in spite of being held."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        super().__init__(
            f"partition {partition} changed owners again and again while it was read. Wait until "
            "the group of the workers is stable, and try again."
        )


class Written(msgspec.Struct):
    """What a snapshot holds."""

    partitions: list[int]
    tally: Tally


def take_snapshot(
    settings: Settings,
    path: Path,
    chosen: Sequence[int] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    clock: Clock | None = None,
) -> Written:
    """Write a snapshot of the partitions chosen; of all when none is.

    Raises:
        NothingToCopy: there is nothing.
        KeepsMoving: a partition could not be read as of one commit.
    """
    return asyncio.run(_take(settings, path, chosen, progress, clock or SystemClock()))


async def _take(
    settings: Settings,
    path: Path,
    chosen: Sequence[int],
    progress: Callable[[int, int], None],
    clock: Clock,
) -> Written:
    async with open_copies(settings.redis, settings.key_prefix) as copies:
        head = await _head(copies, settings, clock)
        await copies.prepare()
        wanted = list(chosen) or list(range(head.partitions))
        written = Written([], Tally())
        with SnapshotWriter(path, head) as writer:
            for done, partition in enumerate(wanted):
                with writer.spool() as spool:
                    tally = await _copy(copies.partition(partition), partition, spool, clock)
                    if tally is not None:
                        writer.partition(partition, spool, tally)
                        written.partitions.append(partition)
                        written.tally.join(tally)
                progress(done + 1, len(wanted))
            _check_something(written, settings)
        return written


def _check_something(written: Written, settings: Settings) -> None:
    if not written.partitions:
        raise NothingToCopy(settings.prefix)


async def _head(copies: Copies, settings: Settings, clock: Clock) -> Head:
    fields = await copies.head()
    if "policy" not in fields:
        raise NothingToCopy(settings.prefix)
    return Head(
        FORMAT,
        settings.prefix,
        int(fields["partitions"]),
        fields["policy"],
        rfc3339(clock.now_ms()),
        version("regrade"),
    )


async def _copy(
    copy: PartitionCopy, partition: int, spool: IO[bytes], clock: Clock
) -> Tally | None:
    """Put the pieces of one partition aside; None when nobody ever claimed it."""
    for _ in range(_ATTEMPTS):
        spool.seek(0)
        spool.truncate()
        commit = await copy.hold(HOLD_MS)
        if commit is None:
            return None
        try:
            tally = await _copy_once(copy, partition, spool, clock, commit)
        finally:
            await copy.hold(0)
        if tally is not None:
            return tally
    raise KeepsMoving(partition)


async def _copy_once(
    copy: PartitionCopy, partition: int, spool: IO[bytes], clock: Clock, commit: str
) -> Tally | None:
    """None when the partition moved on under our hands: somebody claimed it."""
    tally = Tally()

    def put(piece: Piece) -> None:
        """Write and count one piece."""
        tally.add(piece)
        spool.write(frame("piece", [partition, piece]))

    renewed = clock.monotonic()
    async for piece in copy.pieces():
        put(piece)
        if clock.monotonic() - renewed > _RENEW_S:
            renewed = clock.monotonic()
            if await copy.hold(HOLD_MS) != commit:
                return None
    for piece in await copy.end():
        put(piece)
        if piece.key == META and dict(piece.entries)[b"commit"].decode() != commit:
            return None
    return tally
