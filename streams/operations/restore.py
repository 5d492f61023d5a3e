"""Partitions out of a file: nothing is written before the file is seen to be whole."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from streams.errors import RegradeError
from streams.operations.snapshot_file import Head, SnapshotReader, Tally
from streams.settings import Settings
from streams.storage.copies import open_copies
from streams.storage.copy import META, PartitionCopy


class StoreNotEmpty(RegradeError):
    """Partitions of the file are in the store already."""

    def __init__(self, partitions: list[int]) -> None:
        self.partitions = partitions
        shown = ", ".join(map(str, partitions))
        super().__init__(
            f"the store holds partitions {shown} already. Stop the workers and say --replace to "
            "delete what is there; nothing was changed."
        )


class SnapshotOfAnother(RegradeError):
    """A snapshot was made under another prefix: its offsets belong to other topics."""

    def __init__(self, made_under: str, here: str) -> None:
        self.made_under = made_under
        super().__init__(
            f"the snapshot was made with REGRADE_PREFIX={made_under!r}, here it is {here!r}. Its "
            "offsets belong to those topics: set the same prefix."
        )


class RestoredOtherwise(RegradeError):
    """What the store holds after a restore is not what the file holds."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        super().__init__(
            f"partition {partition} does not add up to what the file holds: is anybody else "
            "writing to it? It is marked as unfinished; restore it again with --replace."
        )


def restore_snapshot(
    settings: Settings,
    path: Path,
    *,
    replace: bool,
    confirm: Callable[[Head, Mapping[int, Tally]], None],
) -> dict[int, Tally]:
    """Write the partitions of a snapshot into the store; what each adds up to.

    `confirm` raises to stop before anything is changed.

    Raises:
        SnapshotDamaged: the file is not whole.
        SnapshotOfAnother: it is of another prefix.
        StoreNotEmpty: and it was not said to `replace`.
    """
    return asyncio.run(_restore(settings, path, confirm, replace=replace))


async def _restore(
    settings: Settings,
    path: Path,
    confirm: Callable[[Head, Mapping[int, Tally]], None],
    *,
    replace: bool,
) -> dict[int, Tally]:
    reader = SnapshotReader(path)
    if reader.head.prefix != settings.prefix:
        raise SnapshotOfAnother(reader.head.prefix, settings.prefix)
    tallies = reader.check()
    async with open_copies(settings.redis, settings.key_prefix) as all_:
        copies = {at: all_.partition(at) for at in tallies}
        full = [at for at, copy in copies.items() if not await copy.is_empty()]
        if full and not replace:
            raise StoreNotEmpty(full)
        confirm(reader.head, tallies)
        await all_.prepare()
        await _write(reader, copies, tallies)
        return tallies


async def _write(
    reader: SnapshotReader,
    copies: Mapping[int, PartitionCopy],
    tallies: Mapping[int, Tally],
) -> None:
    # Marked all at once: nobody takes over a part of what is being put back.
    for copy in copies.values():
        await copy.clear()
    for partition, piece in reader.pieces():
        copy = copies[partition]
        if piece.key != META:
            await copy.write(piece)
            continue
        if await _found(copy) != tallies[partition]:
            raise RestoredOtherwise(partition)
        await copy.finish(piece)


async def _found(copy: PartitionCopy) -> Tally:
    """What a partition adds up to in the store."""
    tally = Tally()
    async for piece in copy.pieces():
        tally.add(piece)
    for piece in await copy.end():
        tally.add(piece)
    return tally
