"""What a partition's runner needs around it: the log, the outlet, who counts."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from scoring.calendar import LocalDays
from scoring.units import EpochMs
from streams.clock import Clock
from streams.errors import RegradeError
from streams.partition.batch import Batch
from streams.partition.ports import OutboxRow, PartitionMeta, PartitionStore
from streams.partition.processor import PartitionProcessor
from streams.partition.reign import NextVersion
from streams.partition.turns import Turns

ClockMode = Literal["wall", "event"]


class OffsetOutsideLog(RegradeError):
    """The stored offset does not lie in the log any more."""

    def __init__(self, place: str, stored: int, begin: int | None, end: int | None) -> None:
        self.place = place
        self.stored = stored
        self.begin = begin
        self.end = end
        what = (
            f"the log begins at {begin}: records that were never read have been deleted"
            if end is None
            else f"the log ends at {end}: the topic was recreated or cut off"
        )
        super().__init__(
            f"{place}: the state continues at offset {stored}, but {what}. Going on would "
            "lose or repeat events. Restore the topic, or grade from the start under "
            "another REGRADE_PREFIX and REGRADE_GROUP; or accept the loss with `regrade "
            "recover offsets`, which tells it first."
        )


class StoreLost(RegradeError):
    """Records were read, and the store knows nothing of it."""

    def __init__(self, what: str, reader: str, records: int) -> None:
        """`what` the store holds nothing of, and who has read so many records of it."""
        self.records = records
        super().__init__(
            f"the store holds nothing {what}, but {reader} has read {records} records: the store "
            "was lost or emptied, or REGRADE_REDIS is another one. Grading on would begin again "
            "from what the log still holds. Put a snapshot back with `regrade restore`, or let "
            "the group begin anew with `regrade recover group`."
        )


class Feed(Protocol):
    """The log, as one partition sees it."""

    def poll(self, topic: str, partition: int) -> tuple[int | None, int | None, int | None]:
        """(position, highwater, wall time in ms) of the last fetch answer."""

    async def told(self, partitions: Sequence[int]) -> int:
        """How many records of partitions the group says it has read."""

    async def begin(self, topic: str, partition: int) -> int:
        """Offset of the first record the log still holds."""

    async def seek(self, partition: int, offsets: dict[str, int]) -> None:
        """Read on from other offsets."""

    def pause(self, topic: str, partition: int, *, paused: bool) -> None:
        """Stop or resume fetching."""


class Outlet(Protocol):
    """Where committed rows go."""

    async def resume(self, partition: int, meta: PartitionMeta) -> None:
        """Publish what was committed before and does not stand on the topics yet.

        Comes before the first offer, and again after the store was read anew. May wait.
        """

    async def offer(self, partition: int, first: int, rows: Sequence[OutboxRow]) -> None:
        """Publish rows in order; `first` is the sequence of the first. May wait."""

    def waiting(self, partition: int) -> int:
        """Rows offered and not published yet."""

    async def flush(self, partition: int) -> None:
        """Wait until everything offered is published."""


class PolicySource(Protocol):
    """The versions of the policy, as a partition sees them."""

    async def learn(self, partition: int, meta: PartitionMeta) -> None:
        """Get ready what `build` needs for the versions in a partition's meta."""

    def next(self, meta: PartitionMeta, now_ms: EpochMs, /) -> NextVersion | None:
        """The version a partition is to take now, if another than it has."""


class OnePolicy:
    """A source of no other version than the first."""

    async def learn(self, partition: int, meta: PartitionMeta) -> None:
        """Nothing is to be got ready."""

    def next(self, _meta: PartitionMeta, _now_ms: EpochMs) -> NextVersion | None:
        """None, ever."""
        return None


class Observer(Protocol):
    """Who counts."""

    def processed(
        self,
        partition: int,
        batches: Sequence[Batch],
        meta: PartitionMeta,
        work: "Work",
    ) -> None:
        """A chunk was committed."""

    def owed(self, partition: int, customers: int) -> None:
        """So many customers due by the partition day still wait for their tick."""

    def reigns(self, partition: int, meta: PartitionMeta) -> None:
        """Which version of the policy grades a partition, and how far it has reached."""

    def refused(self) -> None:
        """The store refused a commit because another worker had committed."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One part of a worker, looked at."""

    part: str
    mark: Hashable
    """Changes whenever the part gets on."""
    owing: bool = True
    """Whether it has something to do."""


@dataclass(frozen=True, slots=True)
class Work:
    """What committing a chunk took."""

    seconds: float
    """From taking the records to the commit being durable."""
    waited: Mapping[str, float]
    """Per topic the seconds since the Kafka timestamp of the chunk's first record."""
    reached: Mapping[str, EpochMs]
    """Per topic the Kafka timestamp of the chunk's last record."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all runners of a worker share."""

    owner: str
    store: PartitionStore
    feed: Feed
    outlet: Outlet
    observer: Observer
    clock: Clock
    days: LocalDays
    mode: ClockMode
    build: Callable[[int, PartitionMeta], PartitionProcessor]
    policies: PolicySource = field(default_factory=OnePolicy)
    turns: Turns = field(default_factory=Turns)
