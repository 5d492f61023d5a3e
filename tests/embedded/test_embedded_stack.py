"""The embedded stack: a broker and a store that work, and never outlive their user."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from eventually import ROOT, eventually, gone
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from streams.embedded.broker import TansuBroker
from streams.embedded.errors import ServerStartError
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import TopicSpec, create_topics

STACK_USER = """
import os, sys, time
from pathlib import Path
from streams.embedded.stack import EmbeddedStack
with EmbeddedStack(Path(sys.argv[1])) as stack:
    child = os.fork() if sys.argv[2] == "forks" else 0
    if child or sys.argv[2] != "forks":
        print(stack.broker.pid, stack.store.pid, child, flush=True)
    time.sleep(600)
"""
KAFKA_USER = """
import sys, time
from pathlib import Path
from streams.embedded.kafka import ApacheKafka
with ApacheKafka(Path(sys.argv[1])) as kafka:
    print(kafka.pid, flush=True)
    time.sleep(600)
"""


async def test_what_is_produced_and_stored_can_be_read_back():
    """A record and a value make the round trip through a fresh stack."""
    with EmbeddedStack() as stack:
        await create_topics(stack.bootstrap, [TopicSpec("orders", 2)])
        producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap)
        consumer = AIOKafkaConsumer(
            "orders",
            bootstrap_servers=stack.bootstrap,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
        )
        async with producer, consumer, AsyncRedis.from_url(stack.redis_url) as redis:
            await producer.send_and_wait("orders", b"paid", key=b"ada")
            record = await consumer.getone()
            await redis.set(record.key, record.value)
            assert await redis.get("ada") == b"paid"


def test_a_temporary_folder_is_deleted_and_the_servers_are_gone():
    """A stack without a folder leaves nothing behind."""
    with EmbeddedStack() as stack:
        pids = (stack.broker.pid, stack.store.pid)
        assert (stack.folder / "store" / "server.log").exists()
    assert not stack.folder.exists()
    assert all(gone(pid) for pid in pids)


def test_a_given_folder_is_kept_with_what_the_store_holds(tmp_path):
    """The next stack in the same folder finds what the last one stored."""
    with EmbeddedStack(tmp_path) as stack, Redis.from_url(stack.redis_url) as client:
        client.set("tier", "gold")
    with EmbeddedStack(tmp_path) as stack, Redis.from_url(stack.redis_url) as client:
        assert client.get("tier") == b"gold"


def test_a_stack_that_cannot_start_leaves_no_server(tmp_path, monkeypatch):
    """When the broker fails, the store that was already started is stopped."""
    monkeypatch.setenv("CALF_TANSU_BIN", "/bin/false")
    stack = EmbeddedStack(tmp_path)
    with pytest.raises(ServerStartError, match=TansuBroker.name):
        stack.__enter__()
    assert not stack.store.running


@contextmanager
def user(program: str, *arguments: str) -> Iterator[tuple[subprocess.Popen, list[int]]]:
    """Another Python that starts servers, and the pids it reports."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, stdout=subprocess.PIPE
    )
    with process:
        try:
            yield process, [int(pid) for pid in process.stdout.readline().split()]
        finally:
            process.kill()


def test_the_servers_end_with_a_process_that_is_killed(tmp_path):
    """After a SIGKILL of their user no server is left, and the folder is free."""
    with user(STACK_USER, str(tmp_path), "alone") as (process, (broker, store, _)):
        process.kill()
        eventually(lambda: gone(broker) and gone(store))
    with EmbeddedStack(tmp_path) as stack:
        assert stack.store.running


def test_a_forked_child_that_lives_on_does_not_keep_the_servers(tmp_path):
    """The servers belong to the process that started them, not to its children."""
    with user(STACK_USER, str(tmp_path), "forks") as (process, (broker, store, child)):
        process.kill()
        try:
            eventually(lambda: gone(broker) and gone(store))
            assert not gone(child)
        finally:
            os.kill(child, signal.SIGKILL)


@pytest.mark.kafka
def test_kafka_ends_with_a_process_that_is_killed(tmp_path):
    """After a SIGKILL of its user no JVM is left."""
    with user(KAFKA_USER, str(tmp_path)) as (process, (kafka,)):
        process.kill()
        eventually(lambda: gone(kafka))
