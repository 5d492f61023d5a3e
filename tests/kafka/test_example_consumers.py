"""The example consumers in both languages, on one topic with everything a reader may meet."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from streams.embedded.jars import kafka_jars
from streams.embedded.topics import create_topics
from streams.topics import topic_specs

pytestmark = pytest.mark.kafka

EXAMPLES = Path(__file__).parents[2] / "examples"
TOLD = [
    ("ann", 1, 0, None, "basic"),
    ("ann", 3, 0, "basic", "gold"),
    ("ann", 1, 0, None, "basic"),  # a whole batch again
    ("ann", 3, 0, "basic", "gold"),
    ("ben", 1, 0, None, "basic"),
    ("ann", 3, 1, "basic", "silver"),  # the store was set back: told anew, and otherwise
    ("ann", 3, 0, "basic", "gold"),  # a worker of before wakes up
    ("ann", 4, 1, "silver", "gold"),
    ("cho", 1, 0, None, "basic"),
]
"""Customer, version, incarnation, from, to."""

ONCE = [
    "ann None -> basic crossing",
    "ann basic -> gold crossing",
    "ben None -> basic crossing",
    "ann basic -> silver crossing",
    "ann silver -> gold crossing",
    "cho None -> basic crossing",
]


async def tell(bootstrap: str) -> None:
    """Put the changes on the topic."""
    await create_topics(bootstrap, topic_specs("", 1))
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for customer, version, incarnation, before, after in TOLD:
            body = {"customer_id": customer, "version": version, "trigger": "crossing"}
            value = json.dumps(body | {"from": before, "to": after}).encode()
            headers = [("ce_incarnation", b"%d" % incarnation)]
            await producer.send_and_wait(
                "tier-changes", value, key=customer.encode(), headers=headers
            )


@pytest.fixture(scope="module")
def bootstrap(durable_stack) -> str:
    """A broker on which the changes stand."""
    asyncio.run(tell(durable_stack.bootstrap))
    return durable_stack.bootstrap


def in_java() -> list[str]:
    """The command of the example in Java."""
    java = shutil.which("java")
    assert java is not None
    return [java, "-cp", f"{kafka_jars()}/*", str(EXAMPLES / "TierChanges.java")]


@pytest.mark.parametrize("language", ["python", "java"])
def test_every_change_is_printed_once_and_what_is_told_anew_replaces(bootstrap, language):
    """Repeats are dropped; a later incarnation comes after all of the one before."""
    python = [sys.executable, str(EXAMPLES / "consumer.py")]
    command = [*(python if language == "python" else in_java()), bootstrap]
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as example:
        assert example.stdout is not None
        for line in example.stdout:
            lines.append(line.rstrip())
            if line.startswith("cho "):
                break
        example.terminate()
    assert lines == ONCE
