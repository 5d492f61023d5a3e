"""The embedded store keeps what it acknowledged."""

import pytest
from redis import Redis

from streams.embedded.store import ValkeyStore


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    """Every write that was answered is there after SIGKILL and a new start."""
    store = ValkeyStore(tmp_path).start()
    for round_ in range(3):
        with Redis.from_url(store.url) as client:
            assert client.dbsize() == round_ * 100
            for number in range(100):
                client.set(f"{round_}:{number}", number)
        store.kill()
        store.start()
    store.stop()


@pytest.mark.parametrize("appendfsync", ["always", "everysec", "no"])
def test_the_store_runs_with_the_durability_asked_for(tmp_path, appendfsync):
    """The server reports the chosen fsync mode, an append-only file, no eviction."""
    with (
        ValkeyStore(tmp_path, appendfsync=appendfsync) as store,
        Redis.from_url(store.url, decode_responses=True) as client,
    ):
        assert client.config_get("append*")["appendfsync"] == appendfsync
        assert client.config_get("append*")["appendonly"] == "yes"
        assert client.config_get("save") == {"save": ""}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_the_store_answers_on_a_unix_socket_too(tmp_path):
    """With a socket path both addresses lead to the same data."""
    with (
        ValkeyStore(tmp_path / "data", unix_socket=tmp_path / "s") as store,
        Redis.from_url(store.url) as over_tcp,
        Redis.from_url(store.unix_url) as over_socket,
    ):
        over_tcp.set("key", "value")
        assert over_socket.get("key") == b"value"
