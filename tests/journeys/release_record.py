"""What a release leaves behind in mid stream: a snapshot of its store, what it told and promised.

`make record-release` writes them for the version of this checkout, before it is released. They stay
as they are: every later version goes on from them (`test_upgrade.py`).
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden/releases"
POLICY = GOLDEN / "policy.yaml"
NAME = "release"
PARTITIONS = 2


def recorded() -> list[str]:
    """The versions that were recorded, oldest first."""
    found = [path.stem for path in GOLDEN.glob("*.snapshot")]
    return sorted(found, key=lambda version: tuple(map(int, version.split("."))))


def snapshot_of(version: str) -> Path:
    """The store of a release after the first half of the history."""
    return GOLDEN / f"{version}.snapshot"


def changes_of(version: str) -> Path:
    """What a release published until then, one change a line."""
    return GOLDEN / f"{version}.changes.jsonl"


def contracts_of(version: str) -> Path:
    """The documents a release gave to other programs, by their path."""
    return GOLDEN / f"{version}.contracts.json"


async def record(version: str, folder: Path) -> None:
    """Grade the first half by real parts, and keep what is there then."""
    from journeys.laws import once_each
    from journeys.programme import Programme
    from journeys.regrade_command import regrade
    from journeys.test_doctor_command import settings_of

    from streams.contracts.documents import files
    from streams.embedded.stack import EmbeddedStack
    from streams.replay.produce import Replay

    with EmbeddedStack() as stack:
        async with Programme(
            stack, folder, NAME, partitions=PARTITIONS, REGRADE_POLICY=str(POLICY)
        ) as programme:
            await programme.worker()
            first, _ = halves()
            async with programme.producer() as producer:
                await Replay(producer, programme.prefix).run(first)
            await programme.taken(len(first))
            words = ("snapshot", str(snapshot_of(version)))
            done = await regrade(*words, settings=settings_of(programme))
            assert done.code == 0, done.err
            told = once_each(await programme.changes())
            lines = [body + b"\n" for _, body in sorted(told.items())]
            changes_of(version).write_bytes(b"".join(lines))
    contracts_of(version).write_text(json.dumps(files(), separators=(",", ":")) + "\n", "utf-8")


def halves() -> tuple[list, list]:
    """The events of the history, before and after the upgrade."""
    from streams.replay.event import WireEvent
    from streams.replay.files import read_file

    read = read_file(str(GOLDEN / "history.csv"))
    events = [event for event in read if isinstance(event, WireEvent)]
    return events[: len(events) // 2], events[len(events) // 2 :]


def main() -> None:
    """Record the version of this checkout."""
    sys.path[:0] = [str(Path(__file__).parents[1])]
    from streams.build import build

    version = build().version
    if version in recorded():
        sys.exit(
            f"{snapshot_of(version)} is there; what is released stays. Raise the version first."
        )
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(record(version, Path(folder)))
    sys.stdout.write(f"{snapshot_of(version)}\n")


if __name__ == "__main__":
    main()
