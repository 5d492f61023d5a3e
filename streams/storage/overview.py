"""All partitions of a programme at a glance, while workers may be grading. Reads only."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis

from scoring.units import Day, EpochMs
from streams.partition.reign import Reign
from streams.storage.keys import Keys
from streams.storage.reign_fields import reign_of
from streams.storage.servers import Servers

_TOPIC = b"next:"


class Standing(NamedTuple):
    """One partition."""

    partition: int
    policy: str | None
    """What graded it, as `bootstrap.policy_tag` writes it; None when nobody claimed it."""
    day: Day | None
    watermark: EpochMs | None
    """The latest event time of an accepted event."""
    commit: str
    """Random id of the last commit: another one means that something happened."""
    next: dict[str, int]
    """Per unprefixed topic the next offset to read."""
    outbox: int
    """Rows committed and not known to be published."""
    counts: dict[str, int]
    reign: Reign
    """Which version has it, and how far its sweep has come."""


Moves = dict[tuple[str | None, str | None, str], int]
"""(from, to, trigger) -> how many; from nothing: a first grade, to nothing: an erasure."""


class Overview:
    """Reads the small keys of every partition; claims nothing."""

    def __init__(self, servers: Servers, prefix: str) -> None:
        self._servers = servers
        self._prefix = prefix

    async def standings(self, partitions: int) -> list[Standing]:
        """Every partition, each as of one moment.

        Raises:
            StoreUnavailable: nobody answers.
        """
        keys = [Keys(self._prefix, at) for at in range(partitions)]
        found = await self._hashes([(of, key) for of in keys for key in (of.meta, of.counts)])
        pairs = zip(found[::2], found[1::2], strict=True)
        return [_standing(at, meta, counts) for at, (meta, counts) in enumerate(pairs)]

    async def moves(self, partitions: int, days: Sequence[Day]) -> dict[Day, Moves]:
        """The tier moves of some days, over all partitions.

        Raises:
            StoreUnavailable: nobody answers.
        """
        keys = [Keys(self._prefix, at) for at in range(partitions)]
        found = await self._hashes([(of, of.moves(day)) for day in days for of in keys])
        moved: dict[Day, Moves] = {}
        for at, day in enumerate(days):
            total = moved[day] = {}
            for fields in found[at * partitions : (at + 1) * partitions]:
                for name, count in fields.items():
                    move = _move(name.decode())
                    total[move] = total.get(move, 0) + int(count)
        return moved

    async def _hashes(self, asked: Sequence[tuple[Keys, str]]) -> list[dict[bytes, bytes]]:
        """Hashes in the order asked for: one question to each server."""
        places: dict[Redis, list[int]] = {}
        for at, (keys, _) in enumerate(asked):
            places.setdefault(await self._servers.of(keys), []).append(at)
        found: list[dict[bytes, bytes]] = [{}] * len(asked)
        for server, ats in places.items():
            # Its annotations leave open whether answers are text: here they are bytes.
            redis: Any = server
            asking = self._servers.asking("reading partitions (REGRADE_REDIS)")
            async with asking, redis.pipeline(transaction=False) as all_:
                for at in ats:
                    all_.hgetall(asked[at][1])
                for at, fields in zip(ats, await all_.execute(), strict=True):
                    found[at] = fields
        return found


def _standing(at: int, meta: dict[bytes, bytes], counts: dict[bytes, bytes]) -> Standing:
    policy, day, watermark = (meta.get(name) for name in (b"policy", b"day", b"watermark"))
    return Standing(
        at,
        None if policy is None else policy.decode(),
        None if day is None else Day(int(day)),
        None if watermark is None else EpochMs(int(watermark)),
        meta.get(b"commit", b"").decode(),
        {
            name.removeprefix(_TOPIC).decode(): int(offset)
            for name, offset in meta.items()
            if name.startswith(_TOPIC)
        },
        int(meta.get(b"tail", 0)) - int(meta.get(b"head", 0)),
        {name.decode(): int(count) for name, count in counts.items()},
        reign_of({name.decode(): value.decode() for name, value in meta.items()}),
    )


def _move(name: str) -> tuple[str | None, str | None, str]:
    """A field of `{T}:moves:<day>`: `<from>><to>:<trigger>`.

    >>> _move("silver>gold:crossing"), _move(">basic:first-grade"), _move("gold>:erased")
    (('silver', 'gold', 'crossing'), (None, 'basic', 'first-grade'), ('gold', None, 'erased'))
    """
    way, _, trigger = name.partition(":")
    from_, _, to = way.partition(">")
    return from_ or None, to or None, trigger
