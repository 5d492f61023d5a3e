"""Output topics in memory: the twin of `KafkaWire`, for runs without a broker."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from streams.intake.partitioner import partition_of
from streams.outbox.wire import Sequenced, Tail, WireDown, read_stamp, stamp
from streams.partition.ports import OutboxRow, Place


class Standing(NamedTuple):
    """A record of an output topic."""

    row: OutboxRow
    headers: tuple[tuple[str, bytes], ...]


class MemoryWire:
    """Topics of `partitions` partitions each, gone with the process.

    `down` says after how many more rows the broker fails; None for never.
    """

    def __init__(self, partitions: int = 1) -> None:
        self._partitions = partitions
        self.logs: dict[Place, list[Standing]] = defaultdict(list)
        self.down: int | None = None

    async def places(self, _partition: int, rows: Sequence[Sequenced]) -> list[Place]:
        """Where each of the rows belongs."""
        count = self._partitions
        return [
            Place(row.topic, 0 if row.key is None else partition_of(row.key, count))
            for _, row in rows
        ]

    async def send(
        self, partition: int, incarnation: int, place: Place, rows: Sequence[Sequenced]
    ) -> int | None:
        """Append rows of an input partition in order, or as many as the broker takes."""
        for sequence, row in rows:
            if self.down is not None:
                if self.down == 0:
                    raise WireDown("publishing", "it is down")
                self.down -= 1
            headers = (*row.headers, *stamp(partition, incarnation, sequence))
            self.logs[place].append(Standing(row, headers))
        return len(self.logs[place])

    async def tails(self, partition: int, places: Mapping[Place, int | None]) -> dict[Place, Tail]:
        """What the places hold from an offset on."""
        if self.down == 0:
            raise WireDown("reading what is published", "it is down")
        found = {}
        for place, start in places.items():
            if place.partition >= self._partitions:
                continue
            log = self.logs[place]
            tail = found[place] = Tail(len(log))
            for record in log[start or 0 :] if (start or 0) <= len(log) else log:
                stamped = read_stamp(record.headers, partition)
                if stamped is not None:
                    incarnation, sequence = stamped
                    tail.last[incarnation] = max(sequence, tail.last.get(incarnation, 0))
        return found
