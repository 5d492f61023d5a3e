"""What is left of a partition, read with plain clients: keys as bytes, records as they stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from redis import Redis, RedisCluster

VERSION, TIER, LABELS, DUE = 0, 1, 3, 4
"""Places in the stored array of a customer."""


class Record(NamedTuple):
    """A record of an output topic; the topic without its prefix."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything the store holds of one partition."""

    meta: dict[str, str]
    customers: dict[str, list[Any]]
    """The stored array of each customer."""
    due: dict[str, int]
    outbox: int
    counts: dict[str, int]

    @property
    def next(self) -> dict[str, int]:
        """Per topic the next offset."""
        fields = self.meta.items()
        return {name[5:]: int(value) for name, value in fields if name.startswith("next:")}


def matching(redis: Redis | RedisCluster, pattern: str | bytes) -> list[bytes]:
    """The keys of a pattern, of a server or of all masters."""
    where = {"target_nodes": RedisCluster.PRIMARIES} if isinstance(redis, RedisCluster) else {}
    return list(redis.keys(pattern, **where))


def keys_of(redis: Redis | RedisCluster, prefix: str, partition: int) -> Keys:
    """Read the keys of a partition of a programme, however its tag is salted."""
    (meta,) = matching(redis, f"{{{prefix}.{partition}.*}}:meta")
    base = meta[: -len(b"meta")]
    names = sorted(matching(redis, base + b"c:*"))
    blobs = redis.mget(names) if names else []
    return Keys(
        meta={k.decode(): v.decode() for k, v in redis.hgetall(meta).items()},
        customers={
            name[len(base) + 2 :].decode(): msgspec.msgpack.decode(blob[1:], strict=False)
            for name, blob in zip(names, blobs, strict=True)
        },
        due={
            name.decode(): int(day)
            for name, day in redis.zrange(base + b"due", 0, -1, withscores=True)
        },
        outbox=redis.xlen(base + b"outbox"),
        counts={k.decode(): int(v) for k, v in redis.hgetall(base + b"counts").items() if int(v)},
    )


def merged(records: Iterable[Any], topics: Sequence[str]) -> list[Any]:
    """The records of one partition by time; equal times in the order of topics, then offsets."""
    return sorted(records, key=lambda r: (r.timestamp, topics.index(r.topic), r.offset))
