"""What a re-grade says to the world: one change of the tier or of a label."""

from typing import Literal

import msgspec

from scoring.customer import Case, Override
from scoring.units import Day, EpochMs

ChangeType = Literal["tier.assigned", "tier.upgraded", "tier.downgraded", "label.changed"]


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """The grade behind a change, as it stood after the fact."""

    tier: int
    """The effective one."""
    score: float | None
    """0.00..100.00, None when the policy has no score."""
    value: float | None
    """What tiers are ranked by: centipoints, or the reading, money in minor units."""
    dimensions: list[tuple[float | None, float | None]]
    """Per dimension (reading, normalised); empty when only labels moved."""
    labels: list[int]
    due: Day | None
    override: Override | None = None


class Approval(msgspec.Struct, frozen=True, gc=False):
    """Why a move that had waited was made."""

    case: Case
    author: str | None = None
    """None when nobody answered in time and the policy approves."""
    reason: str | None = None


class Change(msgspec.Struct, frozen=True, gc=False):
    """One change. Names are the policy's; `from_` is None for a first grade.

    >>> after = Snapshot(tier=0, score=12.5, value=1250.0, dimensions=[], labels=[2], due=None)
    >>> left = Change("label.changed", 2, "low", "high", Day(90), None, after, label="churn_risk")
    >>> left.from_, left.to, left.trigger
    ('low', 'high', None)
    """

    type: ChangeType
    version: int
    """Per customer 1, 2, 3, ... without holes."""
    from_: str | None
    to: str | None
    effective_on: Day
    occurred_ms: EpochMs | None
    """Instant of the fact; None for a tick, which stands for its day's midnight."""
    snapshot: Snapshot
    trigger: str | None = None
    label: str | None = None
    rank_from: int | None = None
    rank_to: int | None = None
    approval: Approval | None = None
    """There when the move had waited for somebody to decide."""


FarewellType = Literal["customer.erased", "customer.merged", "customer.unmerged"]


class Farewell(msgspec.Struct, frozen=True, gc=False):
    """The end of a tier without another one: nothing is said but which tier ends."""

    type: FarewellType
    """Why: the customer was erased, is an alias now, or had the tier by a part taken out."""
    version: int
    tier: str | None
    """None for who had none to the world, but is known to it."""
    rank: int | None
    effective_on: Day
    occurred_ms: EpochMs
    into: str | None = None
    """Whose alias the customer is from now on."""
