"""Send a command to `grading-commands` and wait for its answer."""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from scoring.units import EpochMs
from streams.errors import RegradeError
from streams.inquiry.moment import moment_beside_store
from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.partitioner import partition_of
from streams.kafka_security import kafka_security
from streams.outbox.answers import COMMAND_RESULTS
from streams.settings import Settings

_REQUEST_MS = 10_000


class NoAnswer(RegradeError):
    """A command was sent, and nothing came back in time."""

    def __init__(self, event_id: str, seconds: float) -> None:
        self.event_id = event_id
        super().__init__(
            f"no answer within {seconds:g} s. The command {event_id} is on the topic: it is "
            "carried out, once, when a worker reads it. Is one running with this REGRADE_PREFIX?"
        )


class CommandRefused(RegradeError):
    """A worker refused a command."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.reason = answer["reason"]
        super().__init__(f"refused ({self.reason}): {answer['detail']}")


class BrokerSilent(RegradeError):
    """The command could not be sent."""

    def __init__(self, address: str, problem: str) -> None:
        self.address = address
        super().__init__(f"nothing was sent: the broker at {address}: {problem}")


def order(
    kind: str, customer: str, said: dict[str, Any], settings: Settings, patience_s: float
) -> dict[str, Any]:
    """Send a command and return the body of its answer.

    Raises:
        BrokerSilent: there is no broker, or it lacks the topics.
        NoAnswer: nothing came back in time.
        CommandRefused: a worker refused it.
    """
    now = EpochMs(time.time_ns() // 1_000_000)
    body = {
        "type": kind,
        "event_id": f"{kind}:{uuid4()}",
        "customer_id": customer,
        "occurred_at": asyncio.run(moment_beside_store(customer, settings, now)),
        **{name: value for name, value in said.items() if value is not None},
    }
    try:
        answer = asyncio.run(_order(body, settings, patience_s))
    except KafkaError as error:
        raise BrokerSilent(settings.kafka, repr(error)) from None
    if answer["outcome"] == "rejected":
        raise CommandRefused(answer)
    return answer


async def _order(body: dict[str, Any], settings: Settings, patience_s: float) -> dict[str, Any]:
    key = body["customer_id"].encode()
    results = AIOKafkaConsumer(
        settings.prefix + COMMAND_RESULTS,
        bootstrap_servers=settings.kafka,
        **kafka_security(settings),
        auto_offset_reset="latest",
        request_timeout_ms=_REQUEST_MS,
        fetch_max_wait_ms=settings.fetch_max_wait_ms,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        **kafka_security(settings),
        acks="all",
        request_timeout_ms=_REQUEST_MS,
    )
    async with AsyncExitStack() as stack:
        # Who listens first misses nothing.
        for client in (results, producer):
            await client.start()
            stack.push_async_callback(client.stop)
        for tp in results.assignment():
            await results.position(tp)
        topic = settings.prefix + COMMANDS_TOPIC
        count = len(await producer.partitions_for(topic))
        await producer.send_and_wait(
            topic, orjson.dumps(body), key=key, partition=partition_of(key, count)
        )
        try:
            async with asyncio.timeout(patience_s):
                return await _answer_to(body["event_id"], results)
        except TimeoutError:
            raise NoAnswer(body["event_id"], patience_s) from None


async def _answer_to(event_id: str, results: AIOKafkaConsumer) -> dict[str, Any]:
    async for record in results:
        answer: dict[str, Any] = orjson.loads(record.value)
        if answer["command"] == event_id:
            return answer
    raise AssertionError("the consumer ended")
