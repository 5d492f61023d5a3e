"""The logs of one partition as a worker meets them: growing, fetched late, read in bits.

Every step a record takes from the producer to `Merge` is a step of its own here, and time
passes between any two: appended, served by the broker, answered, picked up, handed over.
"""

from collections import deque
from dataclasses import dataclass, field

from streams.intake.record import LogRecord
from streams.partition.merge import Gap, Merge

BOTH = ("orders", "interactions")
"""Two topics are enough for every question of order."""

MARKER = None
"""A place of the log without a record, as a transaction leaves at its end."""


@dataclass(slots=True)
class Log:
    """One topic: what the broker holds, and how far it has come to us."""

    topic: str
    held: list[LogRecord | None] = field(default_factory=list)
    position: int = 0
    """Offset of the next record to pick up."""
    highwater: int | None = None
    answered_ms: int | None = None
    asked: bool = False
    served: tuple[list[LogRecord | None], int] | None = None
    """What the broker has put into an answer that is on its way: records, end of log."""
    buffered: list[LogRecord | None] | None = None
    picked: deque[list[LogRecord]] = field(default_factory=deque)


class TwoLogs:
    """Both topics, the merge of what came of them, and what it released."""

    def __init__(self, merge: Merge, story: list[tuple[str, int | None]]) -> None:
        """`story` is what will be appended, in this order: topic, timestamp or marker."""
        self.merge = merge
        self.story = story
        self.logs = {topic: Log(topic) for topic in BOTH}
        self.now_ms = 0
        self.appended = 0
        self.released: list[LogRecord] = []

    def append(self, size: int = 1) -> None:
        """The producer appends the next records, in order of time."""
        for topic, timestamp in self.story[self.appended : self.appended + size]:
            held = self.logs[topic].held
            record = LogRecord(topic, 0, len(held), timestamp or 0, None, None)
            held.append(MARKER if timestamp is None else record)
        self.appended += size

    def ask(self, log: Log) -> None:
        """A fetch is sent, unless one is out or its answer is not used up."""
        log.asked = log.asked or log.buffered is None

    def serve(self, log: Log, size: int = 1000) -> None:
        """The broker looks into the log, and puts into the answer what it finds."""
        if log.asked and log.served is None:
            log.served = (log.held[log.position : log.position + size], len(log.held))

    def answer(self, log: Log) -> None:
        """The answer arrives."""
        if log.served is not None:
            found, log.highwater = log.served
            log.buffered = found or None
            log.answered_ms = self.now_ms
            log.served, log.asked = None, False

    def pick_up(self, log: Log) -> None:
        """The consumer gives away what it has buffered."""
        if log.buffered is not None:
            log.position += len(log.buffered)
            records = [record for record in log.buffered if record is not MARKER]
            log.buffered = None
            if records:
                log.picked.append(records)

    def hand_over(self, log: Log) -> None:
        """A chunk reaches the merge; a gap is read again."""
        if log.picked:
            try:
                self.merge.put(log.topic, log.picked.popleft(), self.now_ms)
            except Gap as gap:
                log.position = gap.expected
                log.picked.clear()
                log.buffered, log.served, log.asked = None, None, False

    def look(self, log: Log) -> None:
        """The runner looks at what the last fetch said."""
        at = log.answered_ms
        self.merge.polled(log.topic, log.position, log.highwater, at)

    def take(self, limit: int = 1000) -> None:
        """The runner takes what is released."""
        self.released += self.merge.take(limit, strict=True)

    def bring(self, log: Log, ms: int = 17) -> None:
        """Everything once for a topic, from the fetch to the look at it."""
        for step in (
            *(self.ask, self.serve, self.answer),
            *(self.pick_up, self.hand_over, self.look),
        ):
            step(log)
            self.now_ms += ms

    def idle(self) -> None:
        """Long enough that whatever is missing is taken for a marker."""
        for _ in range(25):
            for log in self.logs.values():
                self.bring(log)
            self.take()

    def finish(self) -> None:
        """Append all, and go on until nothing more comes."""
        self.append(len(self.story))
        for _ in range(2):
            self.idle()

    def told(self) -> list[tuple[str, int]]:
        """What was released, as the story has it."""
        return [(record.topic, record.timestamp) for record in self.released]
