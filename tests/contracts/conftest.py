"""The stores that are held to one contract."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from masters import Masters, masters

from streams.embedded.store import ValkeyStore
from streams.storage.cluster import connect
from streams.storage.memory_store import MemoryStore
from streams.storage.redis_store import RedisStore

POLICY = "test v1"
Opened = Callable[[str], MemoryStore | RedisStore]
"""Policy -> a store over the same data."""


def text_of(policy: str) -> str:
    """What stands for the document of a policy."""
    return f"the text of {policy}"


@pytest.fixture(scope="package")
def valkey(tmp_path_factory) -> Iterator[str]:
    """The address of a Valkey set up as we demand."""
    with ValkeyStore(tmp_path_factory.mktemp("valkey")) as server:
        yield server.url


@pytest.fixture
async def redis_store(valkey) -> AsyncIterator[RedisStore]:
    """An empty store on Valkey: a prefix of its own."""
    store = RedisStore(connect(valkey), secrets.token_hex(4), POLICY, text_of(POLICY))
    await store.prepare(durable=True)
    yield store
    await store.close()


@pytest.fixture(scope="package")
def nodes(tmp_path_factory) -> Iterator[Masters]:
    """A cluster of three masters, each set up as we demand."""
    with masters(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.fixture
async def cluster_store(nodes) -> AsyncIterator[RedisStore]:
    """An empty store on a cluster: its partitions lie on all masters."""
    store = RedisStore(connect(nodes.url), secrets.token_hex(4), POLICY, text_of(POLICY))
    await store.prepare(durable=True)
    yield store
    await store.close()


@pytest.fixture(params=["memory", "redis", "cluster"])
def store(request) -> MemoryStore | RedisStore:
    """An empty store of each kind."""
    if request.param == "memory":
        return MemoryStore(POLICY, text_of(POLICY))
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture
def opened(store) -> Opened:
    """Opens the store again, as a worker with another policy would."""

    def reopen(policy: str) -> MemoryStore | RedisStore:
        if isinstance(store, MemoryStore):
            other = MemoryStore(policy, text_of(policy))
            other._partitions = store._partitions
            return other
        return RedisStore(store._servers, store._prefix, policy, text_of(policy))

    return reopen
