"""Commits for the store contract: what a test does not name is empty."""

import secrets
from typing import Any

from streams.partition.ports import Commit, OutboxRow, PartitionMeta, Published


def row(text: str = "x", topic: str = "tier-changes") -> OutboxRow:
    """An outbox row."""
    return OutboxRow(topic, b"ann", text.encode(), (("ce_id", b"ann:1"),))


def commit(meta: PartitionMeta, **parts: Any) -> Commit:
    """A commit on top of `meta`; rows move its tail on."""
    rows = parts.get("rows", [])
    after = PartitionMeta(
        meta.owner,
        meta.commit,
        next=parts.pop("next", dict(meta.next)),
        day=parts.pop("day", meta.day),
        watermark=parts.pop("watermark", meta.watermark),
        tail=meta.tail + len(rows),
        erasure_key=meta.erasure_key,
        sent=parts.pop("sent", dict(meta.sent)),
        received=parts.pop("received", dict(meta.received)),
        reign=parts.pop("reign", meta.reign),
    )
    known: dict[str, Any] = {"states": [], "due": [], "rows": [], "counts": {}}
    known |= {"moves": {}, "expected": meta.commit, "commit": secrets.token_hex(16)}
    return Commit(meta=after, **known | parts)


def published(meta: PartitionMeta, through: int, **parts: Any) -> Published:
    """That rows are published, as the owner of `meta` says it."""
    known: dict[str, Any] = {"owner": meta.owner, "incarnation": meta.incarnation, "ends": {}}
    return Published(through=through, **known | parts)


async def put(store: Any, meta: PartitionMeta, **parts: Any) -> PartitionMeta:
    """Apply a commit to partition 0; the meta that the next one builds on."""
    assert await store.commit(0, commit(meta, **parts)) == "applied"
    after = await store.read_meta(0)
    assert after is not None
    return after
