"""The example consumer, against a real broker, store and worker."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from pages import ROOT, blocks, section, table, text_of

from streams.demo.stack import Running, running
from streams.outbox.scribe import DEAD_LETTERS, TIER_CHANGES

EXAMPLE = ROOT / "examples" / "consumer.py"
NOON_MS = 1_767_286_800_000  # 2026-01-01 12:00 in New York
PATIENCE_S = 60.0


def test_the_readme_shows_the_example_as_it_is():
    """One text, in two places."""
    (shown,) = blocks(text_of("README.md"), "python")
    assert shown == EXAMPLE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    """A worker on topics of one partition, so that all has one order."""
    with running("grocery-usd", 1, clock="event") as started:
        yield started


async def send(stack: Running, topic: str, *records: ConsumerRecord | dict) -> None:
    """Put records on a topic: events by their fields, or what was read before, as it was."""
    async with AIOKafkaProducer(bootstrap_servers=stack.stack.bootstrap) as producer:
        for record in records:
            if isinstance(record, dict):
                key, value, headers = record["customer_id"].encode(), json.dumps(record), []
                value = value.encode()
            else:
                key, value, headers = record.key, record.value, list(record.headers)
            await producer.send_and_wait(topic, value, key=key, headers=headers, partition=0)


async def read(stack: Running, topic: str, count: int, *keys: bytes) -> list[ConsumerRecord]:
    """The first records of some customers on a topic, as soon as they are there."""
    async with (
        asyncio.timeout(PATIENCE_S),
        AIOKafkaConsumer(
            topic,
            bootstrap_servers=stack.stack.bootstrap,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
        ) as consumer,
    ):
        found: list[ConsumerRecord] = []
        while len(found) < count:
            record = await consumer.getone()
            found += [record] if record.key in keys else []
        return found


def order(customer: str, number: int, amount: float) -> dict:
    """An order of a customer."""
    return {
        "type": "order.paid",
        "event_id": f"{customer}-e-{number}",
        "customer_id": customer,
        "occurred_at": NOON_MS,
        "order_id": f"{customer}-o-{number}",
        "amount": amount,
    }


def printed(stack: Running, last: str) -> list[str]:
    """What the example prints of customers c-1 and c-2, up to a line that begins so."""
    command = [sys.executable, str(EXAMPLE), stack.stack.bootstrap]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as example:
        assert example.stdout is not None
        for line in example.stdout:
            if line.startswith(("c-1 ", "c-2 ")):
                lines.append(line.rstrip())
            if line.startswith(last):
                break
        example.terminate()
    return lines


def test_a_change_is_printed_once_though_the_topic_holds_it_twice(stack):
    """What comes again, the latest change or an older one, is dropped."""
    asyncio.run(send(stack, "orders", order("c-1", 1, 1), order("c-1", 2, 1200)))
    published = asyncio.run(read(stack, TIER_CHANGES, 2, b"c-1"))
    asyncio.run(send(stack, TIER_CHANGES, *published))
    asyncio.run(send(stack, "orders", order("c-2", 1, 1)))
    held = asyncio.run(read(stack, TIER_CHANGES, 5, b"c-1", b"c-2"))
    assert [json.loads(record.value)["id"] for record in held] == [
        *("c-1:1", "c-1:2", "c-1:1", "c-1:2", "c-2:1")
    ]
    assert printed(stack, "c-2 ") == [
        "c-1 None -> basic first-grade",
        "c-1 basic -> gold large-order",
        "c-2 None -> basic first-grade",
    ]


@pytest.mark.parametrize(
    ("topic", "heading"),
    [(TIER_CHANGES, "The headers of a change"), (DEAD_LETTERS, "Dead letters")],
)
def test_published_records_have_the_headers_that_are_documented(stack, topic, heading):
    """All of them, in their order, and no other."""
    asyncio.run(send(stack, "orders", order("c-3", 1, 1), order("c-3", 2, -1)))
    (record,) = asyncio.run(read(stack, topic, 1, b"c-3"))
    rows = table(section(text_of("docs/consumers.md"), heading), "header")
    assert [name for name, _ in record.headers] == [row["header"] for row in rows]
