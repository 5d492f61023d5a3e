"""What the partition path needs from the outside. Adapters implement these Protocols."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import msgspec

from scoring.changes import Change, Farewell, Snapshot
from scoring.customer import Case, CustomerState, Override
from scoring.facts import Fact
from scoring.notices import Notice
from scoring.units import Day, EpochMs
from streams.intake.outcomes import Intake, Ordered, Rejected
from streams.intake.record import RawRecord
from streams.partition.erasures import Erasure
from streams.partition.reign import NextVersion, Reign
from streams.topic_names import TopicNames


class OutboxRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One record to publish, exactly as it will stand on the topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Place(NamedTuple):
    """A partition of an output topic."""

    topic: str
    """Without the prefix."""
    partition: int


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
    watermark: EpochMs | None = None
    """The latest event time of an accepted event; None before the first one."""
    tail: int = 0
    """Sequence of the last outbox row ever written."""
    head: int = 0
    """Sequence of the last outbox row known to be published."""
    erasure_key: str = ""
    """Tells which key ids of erased customers were hashed with; empty while nobody was erased."""
    incarnation: int = 0
    """Raised when the topics are found ahead of the store: it was set back."""
    ends: dict[Place, int] = field(default_factory=dict)
    """Per output partition the offset up to which its rows of this partition are trimmed."""
    sent: dict[int, int] = field(default_factory=dict)
    """Per partition the number of the last transfer to it."""
    received: dict[int, int] = field(default_factory=dict)
    """Per partition the number of the last transfer from it that was taken."""
    reign: Reign = field(default_factory=Reign)
    """Which version of the policy grades, and whom it has not reached yet."""


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
    gone: list[str] = field(default_factory=list)
    """Customers of whom neither state nor due day is left."""
    erased: dict[str, Erasure] = field(default_factory=dict)
    """What is kept of erased customers, by the hash of the id."""
    cases: dict[str, bytes | None] = field(default_factory=dict)
    """Customers whose open case is another than before; None for none."""
    text: str | None = None
    """The document of a version taken by this commit; kept for good beside its tag."""


@dataclass(frozen=True, slots=True)
class Published:
    """How far the outbox of a partition is published, as its owner sees it."""

    owner: str
    incarnation: int
    through: int
    """Sequence of the last row of which nothing is missing on the topics."""
    ends: Mapping[Place, int]
    """Output partitions read or written, and the offset after what was found or put there."""
    next_incarnation: int | None = None
    """The incarnation from here on; None leaves it."""


Verdict = Literal["applied", "already", "stale"]


class PartitionStore(Protocol):
    """Customer state of all partitions."""

    async def claim(
        self, partition: int, owner: str, partitions: int, *, begun: bool = False
    ) -> PartitionMeta:
        """Take over a partition: earlier owners' commits are refused from here on.

        One that was `begun` is not made anew should it be gone.
        """

    async def read_meta(self, partition: int) -> PartitionMeta | None:
        """Where the partition stands, without claiming it."""

    async def load(self, partition: int, customers: Sequence[str]) -> list[bytes | None]:
        """State blobs in the order asked for."""

    async def erased(self, partition: int, hashes: Sequence[str]) -> list[Erasure | None]:
        """What is kept of erased customers, in the order asked for; None for who was never."""

    async def due(self, partition: int, through: Day, limit: int) -> list[tuple[str, Day]]:
        """Customers due on or before a day, earliest day first, then by id."""

    async def due_count(self, partition: int, through: Day) -> int:
        """How many customers are due on or before a day."""

    async def scan(self, partition: int, place: str, count: int) -> tuple[str, list[str]]:
        """Some customers from a place on, and the next place; "" is the first and the last.

        Who is there from the first to the last place is seen at least once.
        """

    async def policy_text(self, partition: int, tag: str) -> str | None:
        """The document of a version that grades or graded the partition."""

    async def commit(self, partition: int, commit: Commit) -> Verdict:
        """Apply a commit if it builds on the last one. Safe to repeat."""

    async def outbox(self, partition: int) -> list[tuple[int, OutboxRow]]:
        """Rows not yet known to be published, with their sequence."""

    async def trim(self, partition: int, published: Published) -> bool:
        """Forget the rows that are published.

        False, and nothing done, if the partition has another owner, or the store was set back
        meanwhile. Safe to repeat.
        """

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
    """What made a change: a record, a day, or a new version of the policy."""

    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    event_id: str | None = None
    tick: Day | None = None
    policy: int | None = None
    """The version of the policy that was taken."""


def cause_of(record: RawRecord, fact: Fact, names: TopicNames) -> Cause:
    """The cause of what the fact of a record changes."""
    topic = names.topic(record.topic)
    return Cause(topic, record.partition, record.offset, fact.event_id)


class Scribe(Protocol):
    """Writes what leaves the program."""

    def change(self, customer: str, change: Change, cause: Cause) -> OutboxRow:
        """The public event of a change: a pure function of its arguments."""

    def current(self, customer: str, change: Change) -> OutboxRow:
        """The tier a customer holds after a change of it, for the compacted topic."""

    def farewell(self, customer: str, farewell: Farewell, cause: Cause) -> list[OutboxRow]:
        """The public event of an erasure, and the end of the customer's current tier."""

    def dead_letter(self, record: RawRecord, rejected: Rejected) -> OutboxRow:
        """A refused record with its reason, its bytes untouched."""

    def empty_letter(
        self, record: RawRecord, rejected: Rejected, hashes: Iterable[str]
    ) -> OutboxRow:
        """The refusal of a record about an erased customer, with none of its bytes."""


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

    def erased(self, record: RawRecord, ordered: Ordered) -> OutboxRow:
        """That nothing is left of the customer."""

    def refusal(self, record: RawRecord, rejected: Rejected) -> OutboxRow | None:
        """Why a command was refused; None where the record does not say which it was."""

    def merged(
        self,
        record: RawRecord,
        merge: tuple[str, str, str],
        outcome: str,
        host: tuple[CustomerState, Snapshot] | None,
    ) -> OutboxRow:
        """What became of a merge (event id, customer, into), with the host after it."""

    def unmergeable(
        self, record: RawRecord, merge: tuple[str, str], rejected: Rejected
    ) -> OutboxRow:
        """Why a merge (event id, customer) was refused where the host is."""


class Standing(NamedTuple):
    """What an audit shows of a customer."""

    tier: int
    """Rank of the effective tier, or `UNGRADED`."""
    override: Override | None
    case: Case | None = None


class Audit(Protocol):
    """Writes down what operators did."""

    def entry(
        self,
        record: RawRecord,
        ordered: Ordered,
        before: Standing | None,
        after: Standing | None,
    ) -> OutboxRow:
        """Who did what, when and why; None for a customer of whom nothing is known."""

    def taken(self, partition: int, reign: Reign, version: NextVersion) -> OutboxRow:
        """That a partition took a version of the policy, who published it and why."""


class Herald(Protocol):
    """Writes what is told beside changes."""

    def notice(self, customer: str, notice: Notice) -> OutboxRow:
        """The public event of a notice: a pure function of its arguments."""


class Desk(Protocol):
    """Writes down cases for whoever decides."""

    def entry(self, customer: str, state: CustomerState) -> bytes:
        """The open case of a customer, as it is listed."""


class Partitioner(Protocol):
    """Which partition a key belongs to."""

    def __call__(self, key: bytes, partitions: int) -> int:
        """The partition of `key`."""
