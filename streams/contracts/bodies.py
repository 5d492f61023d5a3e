"""The bodies that leave the program, typed: the promise to consumers, from which schemas are made.

The scribes write them field by field, for speed; tests hold what they write against these.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from streams.contracts.reviews import AuditedCase, OpenCase, ReviewedMove

Mode = Literal["live", "replay", "sweep"]
Labels = dict[str, str | None]
Instant = Annotated[datetime, Meta(tz=True)]
Version = Annotated[int, Meta(ge=1)]


class RecordCause(msgspec.Struct):
    """The record that caused a change."""

    topic: str
    partition: int
    offset: int
    event_id: str


class TickCause(msgspec.Struct):
    """The day that caused a change: time alone did."""

    tick: date


class PolicyCause(msgspec.Struct):
    """The version of the policy that caused a change."""

    policy: Version


class PolicyNamed(msgspec.Struct):
    """The policy in force."""

    id: str
    version: int


class Dimension(msgspec.Struct):
    """What one dimension gave of the score."""

    name: str
    reading: str
    value: float | None
    normalised: float | None
    weight: float
    points: float | None


class NextTier(msgspec.Struct):
    """The tier above, and what is missing to it."""

    tier: str
    at: float
    missing: float | None


class Keep(msgspec.Struct):
    """The tier held, and how far above its bound the customer is."""

    tier: str
    at: float
    margin: float | None


class OverrideInForce(msgspec.Struct):
    """A tier held by hand."""

    kind: Literal["floor", "ceiling", "pin"]
    tier: str
    computed_tier: str
    reason: str
    author: str
    set_on: date
    until: date | None


class TierChange(msgspec.Struct):
    """A move of a tier."""

    id: str
    type: Literal["tier.assigned", "tier.upgraded", "tier.downgraded"]
    customer_id: str
    version: Version
    from_: str | None = msgspec.field(name="from")
    to: str
    tier: str
    score: float | None
    trigger: str
    # Its three kinds are told apart by their fields, which msgspec leaves to the schema.
    cause: dict[str, Any]
    effective_on: date
    occurred_at: Instant
    policy: PolicyNamed
    labels: Labels
    due_on: date | None
    mode: Mode
    rank_from: int | None
    rank_to: int
    dimensions: list[Dimension]
    next_tier: NextTier | None
    keep: Keep
    override: OverrideInForce | None
    review: ReviewedMove | UnsetType = UNSET


class CustomerErased(msgspec.Struct):
    """The last change of an erased customer."""

    id: str
    type: Literal["customer.erased"]
    customer_id: str
    version: Version
    from_: str | None = msgspec.field(name="from")
    to: None
    tier: None
    trigger: None
    cause: dict[str, Any]
    effective_on: date
    occurred_at: Instant
    policy: PolicyNamed
    mode: Mode
    rank_from: int | None
    rank_to: None


class CustomerMerged(msgspec.Struct):
    """The last change of a customer merged into another one, until the merge is undone."""

    id: str
    type: Literal["customer.merged"]
    customer_id: str
    version: Version
    from_: str | None = msgspec.field(name="from")
    to: None
    tier: None
    trigger: None
    cause: dict[str, Any]
    effective_on: date
    occurred_at: Instant
    policy: PolicyNamed
    mode: Mode
    rank_from: int | None
    rank_to: None
    into: str


class CustomerUnmerged(msgspec.Struct):
    """A customer who had a tier only by somebody merged into them has none without."""

    id: str
    type: Literal["customer.unmerged"]
    customer_id: str
    version: Version
    from_: str = msgspec.field(name="from")
    to: None
    tier: None
    trigger: None
    cause: dict[str, Any]
    effective_on: date
    occurred_at: Instant
    policy: PolicyNamed
    mode: Mode
    rank_from: int
    rank_to: None


class LabelChange(msgspec.Struct):
    """A move of a label."""

    id: str
    type: Literal["label.changed"]
    customer_id: str
    version: Version
    label: str
    from_: str | None = msgspec.field(name="from")
    to: str | None
    tier: str
    score: float | None
    trigger: None
    cause: dict[str, Any]
    effective_on: date
    occurred_at: Instant
    policy: PolicyNamed
    labels: Labels
    due_on: date | None
    mode: Mode


class CurrentTier(msgspec.Struct):
    """The tier a customer holds."""

    customer_id: str
    version: Version
    tier: str
    rank: int
    score: float | None
    since: date
    trigger: str
    occurred_at: Instant
    policy: PolicyNamed
    override: OverrideInForce | None
    mode: Mode


class ReminderDue(msgspec.Struct):
    """Somebody is to be spoken to today."""

    id: str
    type: Literal["reminder.due"]
    customer_id: str
    reminder: str
    step: int
    of: int
    after_days: int
    counted_from: Literal["last_purchase", "last_active"]
    since: date
    tier: str | None
    labels: Labels
    effective_on: date
    next_on: date | None
    occurred_at: Instant
    policy: PolicyNamed
    mode: Mode


class WillDowngrade(msgspec.Struct):
    """Time alone will lower a tier."""

    id: str
    type: Literal["tier.will_downgrade"]
    customer_id: str
    before_days: int
    downgrade_on: date
    from_: str = msgspec.field(name="from")
    to: str
    trigger: str
    tier: str | None
    labels: Labels
    effective_on: date
    next_on: date | None
    occurred_at: Instant
    policy: PolicyNamed
    mode: Mode


class GradeAfter(msgspec.Struct):
    """The grade after a command."""

    tier: str | None
    score: float | None
    since: date | None
    version: int
    labels: Labels
    override: OverrideInForce | None
    review: OpenCase | None
    due_on: date | None


class CommandDone(msgspec.Struct):
    """A command was carried out, or had been before."""

    command: str
    type: str
    customer_id: str
    outcome: Literal["done", "duplicate"]
    grade: GradeAfter | None
    into: str | msgspec.UnsetType = msgspec.UNSET
    """Of a merge: whose grade it is."""


class CommandRejected(msgspec.Struct):
    """A command was refused."""

    command: str
    type: str
    customer_id: str
    outcome: Literal["rejected"]
    reason: str
    detail: str


class AuditedStanding(msgspec.Struct):
    """What an audit shows of a customer."""

    tier: str | None
    override: OverrideInForce | None
    review: AuditedCase | None


class AuditEntry(msgspec.Struct):
    """What an operator did."""

    type: str
    customer: str | None
    author: str | None
    reason: str | None
    occurred_at: Instant
    command: str
    before: AuditedStanding | None
    after: AuditedStanding | None
    into: str | msgspec.UnsetType | None = msgspec.UNSET
    """Of a merge: the hash of the other customer."""


class PolicyEntry(msgspec.Struct):
    """That a partition took a version of the policy."""

    type: Literal["policy.taken", "policy.rolled-back"]
    author: str
    reason: str
    occurred_at: Instant
    partition: int
    before: str
    after: str
    customers: int
