"""Answers about the whole programme."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from streams.api.models.shared import Change, Freshness, Names, PolicyNamed, Shape


class Me(Shape):
    """Who is asking."""

    name: str
    role: str
    open: bool


class Session(Shape):
    """A session that began."""

    lasts_seconds: int


class Nothing(Shape):
    """Nothing to say."""


class TierCount(Shape):
    """Customers of a tier."""

    name: str
    count: int
    share: float


class PartitionStatus(Shape):
    """Where a partition stands."""

    partition: int
    as_of: date | None
    lag_records: int | None
    outbox_rows: int


class PolicyStatus(Shape):
    """A version that grades partitions."""

    policy: str
    """Its tag."""
    partitions: int
    """How many it grades."""
    sweeping: int
    """How many of them have customers whom it has not reached."""
    reached: int
    customers: int
    """Whom it was to reach when it was taken."""


class Status(Shape):
    """How far the workers are."""

    tiers: list[TierCount]
    customers: int
    events_per_second: float
    sweep: dict[str, Any] | None
    policies: list[PolicyStatus]
    partitions: list[PartitionStatus]
    problems: list[str]
    freshness: Freshness


class DayCount(Shape):
    """Customers at the end of a day."""

    day: date
    count: int


class Tier(TierCount):
    """A tier with its past."""

    rank: int
    label: Names
    enter: float
    """From which score, or value of the ranking reading, it is reached."""
    keep: float
    """From which it is not lost."""
    yesterday: int
    history: list[DayCount]


class PolicyVersion(PolicyNamed):
    """A version of the policy."""

    in_force: bool
    effective_from: datetime | None
    """Null for the first policy, that nobody published."""
    published_at: datetime | None
    by: str | None
    reason: str | None
    rollback: bool
    withdrawn: bool
    """Planned, and off since a rollback."""
    sweep: dict[str, Any] | None


class Published(Shape):
    """What was published; not, when it is the latest already."""

    published: bool
    version: int | None
    effective_from: datetime | None
    tag: str | None


class PolicyVersions(Shape):
    """Every version of the policy."""

    versions: list[PolicyVersion]


class PolicyText(PolicyVersion):
    """A version with its text, all it extends included."""

    text: str


class Tiers(Shape):
    """Every tier, the lowest first."""

    tiers: list[Tier]
    freshness: Freshness


class LabelValue(Shape):
    """Customers with a value of a label."""

    value: str
    label: Names
    count: int
    share: float


class Label(Shape):
    """A label and its values."""

    name: str
    label: Names
    group: str | None
    definition: str | None
    values: list[LabelValue]


class Labels(Shape):
    """Every label of the policy."""

    labels: list[Label]
    freshness: Freshness


class BreakdownRow(Shape):
    """Customers with a value; of categories one customer may have several."""

    value: str
    customers: int
    tiers: dict[str, int]


class Breakdown(Shape):
    """Customers by tier along one axis."""

    by: str
    axes: list[str]
    """Whatever else can be asked for."""
    rows: list[BreakdownRow]
    """The value of most customers first."""
    freshness: Freshness


class Move(Shape):
    """Moves of one kind on one day; from nothing: first grades, to nothing: erasures."""

    day: date
    from_: str | None = Field(alias="from")
    to: str | None
    trigger: str
    count: int


class Moves(Shape):
    """The moves of some days."""

    moves: list[Move]
    freshness: Freshness


class Changes(Shape):
    """A page of changes."""

    changes: list[Change]
    next: str | None
    freshness: Freshness


class Healthy(Shape):
    """The process answers."""

    healthy: bool


class Ready(Shape):
    """Whether store and broker answer."""

    ready: bool
    problems: list[str]
