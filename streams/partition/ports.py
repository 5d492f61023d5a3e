"""What the partition path needs from the outside. Adapters implement these Protocols."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import msgspec

from scoring.changes import Change, Snapshot
from scoring.customer import CustomerState
from scoring.units import Day
from streams.intake.decode import Intake, Ordered, Rejected
from streams.intake.record import RawRecord


class OutboxRow(NamedTuple):
    """One record to publish, exactly as it will stand on the topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass(slots=True)
class PartitionMeta:
    """Where a partition stands; stored with its state, changed by every commit."""

    owner: str
    commit: str
    """Random id of the last commit: what the next one must build on."""
    epoch: int = 0
    next: dict[str, int] = field(default_factory=dict)
    """Per unprefixed topic the next offset to read."""
    day: Day | None = None
    """The partition day; None before the first accepted event."""
    tail: int = 0
    """Sequence of the last outbox row ever written."""
    head: int = 0
    """Sequence of the last outbox row known to be published."""


@dataclass(slots=True)
class Commit:
    """Everything one chunk changes, applied all or nothing."""

    expected: str
    commit: str
    meta: PartitionMeta
    """Offsets, day and outbox bounds after the commit."""
    states: list[tuple[str, bytes]]
    due: list[tuple[str, Day | None]]
    """Customers whose due day moved; None for no due day."""
    rows: list[OutboxRow]
    """Outbox rows `meta.tail - len(rows) + 1 .. meta.tail`."""
    counts: dict[str, int]
    """Increments of the partition's counters."""
    moves: dict[Day, dict[str, int]]
    """Per day increments of `from>to:trigger`."""


Verdict = Literal["applied", "already", "stale"]


class PartitionStore(Protocol):
    """Customer state of all partitions."""

    async def claim(self, partition: int, owner: str, partitions: int) -> PartitionMeta:
        """Take over a partition: earlier owners' commits are refused from here on."""

    async def read_meta(self, partition: int) -> PartitionMeta | None:
        """Where the partition stands, without claiming it."""

    async def load(self, partition: int, customers: Sequence[str]) -> list[bytes | None]:
        """State blobs in the order asked for."""

    async def due(self, partition: int, through: Day, limit: int) -> list[tuple[str, Day]]:
        """Customers due on or before a day, earliest day first, then by id."""

    async def due_count(self, partition: int, through: Day) -> int:
        """How many customers are due on or before a day."""

    async def commit(self, partition: int, commit: Commit) -> Verdict:
        """Apply a commit if it builds on the last one. Safe to repeat."""

    async def outbox(self, partition: int) -> list[tuple[int, OutboxRow]]:
        """Rows not yet known to be published, with their sequence."""

    async def trim(self, partition: int, through: int) -> None:
        """Forget the rows up to a sequence: they are published."""

    async def counts(self, partition: int) -> dict[str, int]:
        """The partition's counters."""


class Codec(Protocol):
    """Customer state <-> bytes."""

    def encode(self, state: CustomerState) -> bytes:
        """Stored form."""

    def decode(self, blob: bytes) -> CustomerState:
        """Back from the stored form."""


class Intaker(Protocol):
    """Raw record -> what it says."""

    def decode(self, record: RawRecord) -> Intake:
        """What `record` says."""


class Cause(msgspec.Struct, frozen=True, gc=False):
    """What made a change: a record, or a day."""

    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    event_id: str | None = None
    tick: Day | None = None


class Scribe(Protocol):
    """Writes what leaves the program."""

    def change(self, customer: str, change: Change, cause: Cause) -> OutboxRow:
        """The public event of a change: a pure function of its arguments."""

    def current(self, customer: str, change: Change) -> OutboxRow:
        """The tier a customer holds after a change of it, for the compacted topic."""

    def dead_letter(self, record: RawRecord, rejected: Rejected) -> OutboxRow:
        """A refused record with its reason, its bytes untouched."""


class Answers(Protocol):
    """Writes the answers to commands."""

    def answer(
        self,
        record: RawRecord,
        ordered: Ordered,
        outcome: str,
        after: tuple[CustomerState, Snapshot],
    ) -> OutboxRow:
        """What became of a command, with the customer and the grade after it."""

    def refusal(self, record: RawRecord, rejected: Rejected) -> OutboxRow | None:
        """Why a command was refused; None where the record does not say which it was."""


class Partitioner(Protocol):
    """Which partition a key belongs to."""

    def __call__(self, key: bytes, partitions: int) -> int:
        """The partition of `key`."""
