"""Dead letters as they were written, and how a letter becomes its record again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.partitioner import partition_of
from streams.intake.record import REDRIVEN
from streams.outbox.kept import CUT
from streams.topic_names import FACT_TOPICS, TopicNames

ID = "regrade_id"
REDRIVEN_OF = "regrade_redriven_of"
"""Header of a record sent again: the id of the letter it was sent from."""

_MARKS = {REDRIVEN, REDRIVEN_OF}
Headers = tuple[tuple[str, bytes], ...]


class Letter(NamedTuple):
    """A refused record, and why and where it was refused."""

    id: str
    """Place of the refused record: topic/partition/offset."""
    reason: str
    detail: str
    topic: str
    """Where it was refused, prefix included."""
    partition: int
    written_ms: int
    """When the letter was published, epoch milliseconds."""
    key: bytes | None
    value: bytes | None
    headers: Headers
    """Those the record had."""
    empty: bool
    """Whether nothing of the record was kept: it names an erased customer."""
    cut: bool
    """Whether the record was too large to be kept whole."""

    @property
    def redriven(self) -> int:
        """How often the record had been sent again when it was refused."""
        found = dict(self.headers).get(REDRIVEN, b"0")
        return int(found) if found.isdigit() else 0

    @property
    def redriven_of(self) -> str | None:
        """The letter it had been sent from; None when it came from its producer."""
        found = dict(self.headers).get(REDRIVEN_OF)
        return None if found is None else found.decode(errors="replace")

    def headers_to_send(self) -> list[tuple[str, bytes]]:
        """The record's own headers, and that it is sent again."""
        own = [(name, value) for name, value in self.headers if name not in _MARKS]
        again = str(self.redriven + 1).encode()
        return [*own, (REDRIVEN, again), (REDRIVEN_OF, self.id.encode())]

    def topic_to_send(self, names: TopicNames) -> str:
        """Where it was refused; from topics that programmes share, to this programme alone."""
        if names.shares_facts and names.topic(self.topic) in FACT_TOPICS:
            return names.full(COMMANDS_TOPIC)
        return self.topic

    def partition_to_send(self, partitions: int) -> int:
        """Where its key belongs; without a key where it was."""
        return self.partition if self.key is None else partition_of(self.key, partitions)


def letter_of(record: Any) -> Letter:
    """The letter in a record of `dead-letters`."""
    names = [name for name, _ in record.headers]
    # Ours come last, whatever the record itself brought.
    at = len(names) - 1 - names[::-1].index(ID)
    ours = {name: value.decode(errors="replace") for name, value in record.headers[at:]}
    return Letter(
        ours[ID],
        ours["regrade_reason"],
        ours["regrade_detail"],
        ours["regrade_topic"],
        int(ours["regrade_partition"]),
        record.timestamp,
        record.key,
        record.value,
        tuple(record.headers[:at]),
        "regrade_customer" in ours,
        CUT in ours,
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which letters are meant; what is None or empty selects nothing away."""

    reason: str | None = None
    topic: str | None = None
    """With or without prefix."""
    since_ms: int | None = None
    until_ms: int | None = None
    ids: Sequence[str] = field(default_factory=tuple)

    def takes(self, letter: Letter, names: TopicNames) -> bool:
        """Whether a letter is among them."""
        return (
            self.reason in {None, letter.reason}
            and self.topic in {None, letter.topic, names.topic(letter.topic)}
            and (self.since_ms is None or letter.written_ms >= self.since_ms)
            and (self.until_ms is None or letter.written_ms < self.until_ms)
            and (not self.ids or letter.id in self.ids)
        )
