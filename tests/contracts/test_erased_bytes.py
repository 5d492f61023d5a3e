"""After an erasure no byte of the id is in the store: every key and value is looked at (R43)."""

import asyncio
import secrets

from builders import policy_from
from erasing import erasing
from hypothesis import HealthCheck, given, settings
from redis import Redis
from runs import drive

from streams.bootstrap import policy_tag
from streams.intake.record import LogRecord
from streams.partition.ports import Published
from streams.storage.cluster import connect
from streams.storage.redis_store import RedisStore

LONG = {"ann": "ann-🜁-7f3a91", "bob": "bob-{x}-2c77d0", "cyd": "cyd-客户-90ee1b"}
"""Ids that turn up nowhere by chance."""


def renamed(records: list[LogRecord]) -> list[LogRecord]:
    """The same log about customers with ids that can be looked for."""
    found = []
    for one in records:
        key, value = one.key, one.value
        for short, name in LONG.items():
            key = name.encode() if key == short.encode() else key
            if value is not None:
                value = value.replace(f'"{short}"'.encode(), f'"{name}"'.encode())
        found.append(one._replace(key=key, value=value))
    return found


def everything(client: Redis, prefix: str) -> list[bytes]:
    """Every key of the prefix, and every byte below it."""
    found = []
    for key in client.scan_iter(count=1000):
        if prefix.encode() not in key:
            continue
        found.append(key)
        match client.type(key):
            case b"string":
                found.append(client.get(key))
            case b"hash":
                found += [part for pair in client.hgetall(key).items() for part in pair]
            case b"zset":
                found += client.zrange(key, 0, -1)
            case b"stream":
                fields = (fields for _, fields in client.xrange(key))
                found += [part for some in fields for pair in some.items() for part in pair]
            case other:
                raise AssertionError(other)
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=erasing())
def test_no_key_and_no_value_has_a_byte_of_the_id(valkey, drawn):
    """Once what was owed is published; whoever was not erased is found by the same search."""
    document, records = drawn
    prefix = secrets.token_hex(8)

    async def go() -> set[str]:
        """Drive the log into the store; the customers left."""
        rules = policy_from(document)
        store = RedisStore(connect(valkey), prefix, policy_tag(rules))
        await store.prepare(durable=True)
        done = await drive(rules, renamed(records), chunks=[5], store=store)
        meta = done.meta
        assert await store.trim(0, Published(meta.owner, meta.incarnation, meta.tail, {}))
        await store.close()
        return set(done.blobs)

    left = asyncio.run(go())
    with Redis.from_url(valkey, protocol=2) as client:
        found = everything(client, prefix)
    for name in LONG.values():
        assert any(name.encode() in part for part in found) == (name in left)
