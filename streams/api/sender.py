"""Commands and events to Kafka, and the answers of workers back to who waits for them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from scoring.units import EpochMs
from streams.api.archive import AnswerRow
from streams.inquiry.command import BrokerSilent
from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.partitioner import partition_of
from streams.kafka_security import kafka_security
from streams.settings import Settings

_REQUEST_MS = 5_000


class Sender:
    """One producer, started when it is first needed and again after it failed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._waiting: dict[str, asyncio.Future[bytes]] = {}

    async def send(self, records: Sequence[tuple[str, bytes, bytes]]) -> None:
        """Send (topic, key, value) rows, each to the partition of its key; all are acknowledged.

        Raises:
            BrokerSilent: at least one was not.
        """
        names = self._settings.names
        try:
            producer = await self._started()
            counts = {
                topic: len(await producer.partitions_for(names.full(topic)))
                for topic in {topic for topic, _, _ in records}
            }
            sent = [
                await producer.send(
                    names.full(topic), value, key=key, partition=partition_of(key, counts[topic])
                )
                for topic, key, value in records
            ]
            for future in sent:
                await future
        except (KafkaError, OSError) as error:
            raise BrokerSilent(self._settings.kafka, repr(error)) from error

    async def order(
        self, kind: str, moments: Mapping[str, EpochMs], said: dict[str, Any], patience_s: float
    ) -> list[tuple[str, str, bytes | None]]:
        """Order the same of some customers: (customer, event id, answer or None if none came).

        `moments` has for each customer when it is ordered.

        Raises:
            BrokerSilent: not all was sent.
        """
        ordered = [(customer, f"{kind}:{uuid4()}") for customer in moments]
        loop = asyncio.get_running_loop()
        answers = {event_id: loop.create_future() for _, event_id in ordered}
        self._waiting |= answers
        try:
            await self.send(
                [
                    (
                        COMMANDS_TOPIC,
                        name.encode(),
                        _body(kind, event_id, name, moments[name], said),
                    )
                    for name, event_id in ordered
                ]
            )
            await asyncio.wait(answers.values(), timeout=patience_s)
        finally:
            for event_id in answers:
                self._waiting.pop(event_id, None)
        return [
            (customer, event_id, answers[event_id].result() if answers[event_id].done() else None)
            for customer, event_id in ordered
        ]

    def answered(self, rows: Sequence[AnswerRow]) -> None:
        """Answers came; give them to who waits."""
        for row in rows:
            waiting = self._waiting.get(row.event_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(row.body)

    async def close(self) -> None:
        """Send what waits, and leave."""
        if self._producer is not None:
            await self._producer.stop()

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._settings.kafka,
                    **kafka_security(self._settings),
                    acks="all",
                    enable_idempotence=self._settings.idempotent_producer,
                    request_timeout_ms=_REQUEST_MS,
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer


def _body(
    kind: str, event_id: str, customer: str, occurred: EpochMs, said: dict[str, Any]
) -> bytes:
    return orjson.dumps(
        {
            "type": kind,
            "event_id": event_id,
            "customer_id": customer,
            "occurred_at": occurred,
            **{name: value for name, value in said.items() if value is not None},
        }
    )
