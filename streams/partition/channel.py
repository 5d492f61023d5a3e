"""The numbered records between the owners of two partitions: each is taken once, in order.

The writer numbers them in the commit that puts them into its outbox, and they reach the topic in
that order. Whoever is replaced at a bad moment may send some of them again: a number that is not
above the last one taken was taken before.
"""

from collections.abc import Callable, Sequence
from typing import Any

import structlog

from streams.intake.outcomes import Arrived, Intake, Repeated
from streams.intake.transfers import TRANSFERS_TOPIC, AnyTransfer, PartErased, encode
from streams.partition.batch import Batch
from streams.partition.ports import OutboxRow, PartitionMeta
from streams.partition.rules import Rules

log = structlog.get_logger()


class Channel:
    """One partition's end of the channels to all partitions, itself included."""

    def __init__(self, partition: int, rules: Rules, meta: PartitionMeta) -> None:
        self._partition = partition
        self._rules = rules
        self._meta = meta

    def send(self, kind: Callable[..., AnyTransfer], to: str, batch: Batch, **said: Any) -> None:
        """Put a record to the owner of a customer into the outbox."""
        meta = self._meta
        key = to.encode()
        target = self._rules.partitioner(key, self._rules.partitions)
        number = meta.sent[target] = meta.sent.get(target, 0) + 1
        said |= {"customer_id": to, "partition": self._partition, "number": number}
        event = kind(day=meta.day, **said)
        batch.rows.append(OutboxRow(TRANSFERS_TOPIC, key, encode(event), ()))

    def sift(self, intakes: list[Intake]) -> None:
        """Note what comes for the first time, in place; anything else becomes `Repeated`."""
        received = self._meta.received
        for at, intake in enumerate(intakes):
            if type(intake) is not Arrived:
                continue
            said = intake.fact.said
            last = received.get(said.partition, 0)
            if said.number <= last:
                intakes[at] = Repeated()
                continue
            received[said.partition] = said.number
            if said.number > last + 1:
                # Waiting for what the broker has lost would hold up all that is to come.
                log.error(
                    "transfers are missing: the broker lost them",
                    partition=self._partition,
                    writer=said.partition,
                    missing=said.number - last - 1,
                )


def first_erasing(intakes: Sequence[Intake]) -> int:
    """Where a chunk is to be cut: behind the first transfer that erases somebody.

    What comes after it is screened by what is there then.
    """
    for at, intake in enumerate(intakes, 1):
        if type(intake) is Arrived and type(intake.fact.said) is PartErased:
            return at
    return len(intakes)
