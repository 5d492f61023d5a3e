"""Every key in the store: its name, type, writer and reader.

| key | type | holds | written by | read by |
|---|---|---|---|---|
| `{T}:meta` | hash | owner, commit, epoch, times, offsets, outbox, transfers, policy | all | all |
| `{T}:c:<customer>` | string | state blob (`storage.codec`) | commit | worker, api |
| `{T}:erased` | hash | hash of an erased id: last version, hash of the command | commit | worker |
| `{T}:reviews` | hash | customer: open case, as it is listed | commit | api, cli |
| `{T}:policies` | hash | tag of a version that graded here: its document | claim, commit | all |
| `{T}:due` | zset | customer by due day | commit | worker |
| `{T}:outbox` | stream | rows to publish, id `<sequence>-0` | commit, trim | worker |
| `{T}:counts` | hash | `tier:<name>`, `label:<name>:<value>`, `in:<outcome>` | commit | all |
| `{T}:moves:<day>` | hash | `<from>><to>:<trigger>` counts of one day | commit | api |

T, the tag of a partition, is in braces: all its keys share one Redis Cluster slot. Tags are chosen
so that the slots of the first n partitions are spread evenly for every n. No key has a TTL.
"""

import binascii
from functools import lru_cache

from scoring.units import Day

SLOTS = 16_384


@lru_cache(maxsize=4096)
def tag(prefix: str, partition: int) -> str:
    """The hash tag of a partition.

    >>> tag("regrade", 0), tag("regrade", 1)
    ('regrade.0.58', 'regrade.1.112')
    """
    # The van der Corput sequence: each new partition lands in the widest gap.
    target, step, n = 0, SLOTS // 2, partition
    while n:
        target += step * (n & 1)
        n, step = n >> 1, step // 2
    names = (f"{prefix}.{partition}.{salt}" for salt in range(100_000))
    return next(name for name in names if abs(slot(name) - target) < SLOTS // 64)


def slot(name: str) -> int:
    """The Redis Cluster slot of a hash tag.

    >>> slot("123456789")
    12739
    """
    return binascii.crc_hqx(name.encode(), 0) % SLOTS


class Keys:
    """The keys of one partition."""

    def __init__(self, prefix: str, partition: int) -> None:
        of = tag(prefix, partition)
        base = f"{{{of}}}:"
        self.slot = slot(of)
        self.meta = base + "meta"
        self.due = base + "due"
        self.erased = base + "erased"
        self.reviews = base + "reviews"
        self.outbox = base + "outbox"
        self.policies = base + "policies"
        self.counts = base + "counts"
        self._customer = base + "c:"
        self._moves = base + "moves:"

    def customer(self, customer: str) -> str:
        """The key of a customer's state."""
        return self._customer + customer

    def moves(self, day: Day) -> str:
        """The key of a day's movements."""
        return f"{self._moves}{day}"
