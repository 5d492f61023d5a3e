"""What publishing needs of the output topics. Adapters: Kafka, and a twin in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from streams.errors import RegradeError
from streams.partition.ports import OutboxRow, Place

SEQUENCE = "ce_sequence"
PARTITION = "ce_partition"
INCARNATION = "ce_incarnation"

Sequenced = tuple[int, OutboxRow]
"""A row and its sequence in the outbox of its partition."""


class WireDown(RegradeError):
    """The broker did not acknowledge, or not answer: what stands on the topic is unknown."""

    retriable = True

    def __init__(self, doing: str, problem: str) -> None:
        self.doing = doing
        super().__init__(f"the broker did not answer while {doing}: {problem}")


@dataclass(slots=True)
class Tail:
    """What an output partition holds behind an offset of the rows of one input partition."""

    end: int
    """The offset after its last record."""
    last: dict[int, int] = field(default_factory=dict)
    """Per incarnation the greatest sequence found."""


class Wire(Protocol):
    """The output topics."""

    async def places(self, partition: int, rows: Sequence[Sequenced]) -> list[Place]:
        """Where each of the rows of an input partition belongs."""

    async def send(
        self, partition: int, incarnation: int, place: Place, rows: Sequence[Sequenced]
    ) -> int | None:
        """Append rows of an input partition in order; the offset after them, if it is told.

        Raises:
            WireDown: some of them may stand there and others not; none out of order.
        """

    async def tails(self, partition: int, places: Mapping[Place, int | None]) -> dict[Place, Tail]:
        """What the places hold from an offset on; None, or one not in the log: from its begin.

        Places that do not exist are left out.

        Raises:
            WireDown: nobody answered.
        """


def origin(partition: int, incarnation: int) -> list[tuple[str, bytes]]:
    """The headers that all rows of an input partition share."""
    return [(PARTITION, b"%d" % partition), (INCARNATION, b"%d" % incarnation)]


def stamp(partition: int, incarnation: int, sequence: int) -> list[tuple[str, bytes]]:
    """The headers by which a row is known again."""
    return [(SEQUENCE, b"%020d" % sequence), *origin(partition, incarnation)]


def read_stamp(headers: Sequence[tuple[str, bytes]], partition: int) -> tuple[int, int] | None:
    """(incarnation, sequence) of a row of this input partition; None for any other record.

    >>> read_stamp(stamp(3, 0, 17), 3), read_stamp(stamp(3, 0, 17), 4), read_stamp([], 3)
    ((0, 17), None, None)
    """
    told = dict(headers)  # the last of a name is ours: a dead letter keeps those it came with
    try:
        if int(told[PARTITION]) == partition:
            return int(told[INCARNATION]), int(told[SEQUENCE])
    except (KeyError, ValueError):
        return None
    return None
