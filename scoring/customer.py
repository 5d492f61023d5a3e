"""Everything remembered about one customer.

Only `scoring.fold`, `scoring.advance` and `scoring.merging` write it.
"""

from typing import Final, Literal

import msgspec

from scoring.ledger import Column
from scoring.units import Day, EpochMs, MinorUnits

UNGRADED: Final = -1
"""The tier of a customer who has none yet."""

MARGIN: Final = 1
LINES: Final = 2
HIGH_MARGIN: Final = 3
NEW_PRODUCT: Final = 4
REFUNDS: Final = 5
REFUND_COUNT: Final = 6
ON_TIME: Final = 7
LATE: Final = 8
OVERDUE: Final = 9


class RememberedOrder(msgspec.Struct, array_like=True, gc=False):
    """What is kept of an order so that a repeat or a refund finds it."""

    day: Day
    amount: MinorUnits
    refunded: MinorUnits = MinorUnits(0)
    counted: bool = True
    """Whether its order count still stands; a full refund takes it back once."""


OverrideKind = Literal["floor", "ceiling", "pin"]


class Override(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A tier set by hand, beside which the computed tier goes on in shadow."""

    kind: OverrideKind
    rank: int
    """Rank of the tier that is the floor, the ceiling or the pin."""
    reason: str
    author: str
    set_on: Day
    until: Day | None
    """The last day on which it counts; None for until it is cleared."""
    computed: int = UNGRADED
    """The shadow: the tier the customer would have without the override."""


class Refusal(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """That a move was not wanted; it stands while the target stays what it was."""

    target: int
    on: Day
    author: str | None = None
    """None when nobody answered in time and the policy refuses."""
    reason: str | None = None


class Case(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A move of the computed tier that waits for somebody to decide, or was refused."""

    to: int
    """Rank of the tier proposed."""
    trigger: str
    """What permitted the move."""
    rule: str
    """The rule of the policy that asked for a review."""
    opened: Day
    deadline: Day
    """The day whose tick decides if nobody has."""
    event_id: str | None
    """The fact that led to the proposal; None for a tick, a merge, or a fact of who has left."""
    refused: Refusal | None = None
    """None while the case is open."""


class CustomerState(msgspec.Struct, array_like=True, gc=False):
    """One customer. Field order is the stored order: append only, with defaults.

    >>> CustomerState().tier == UNGRADED
    True
    """

    version: int = 0
    """How many changes were published about the customer."""
    tier: int = UNGRADED
    """Rank in the policy's tiers, 0 the lowest: the effective one under an override."""
    tier_since: Day = Day(0)
    """The day the tier was last set; under an override the computed one."""
    labels: list[int] = []
    """Per label of the policy the index of its value, -1 for null."""
    due: Day | None = None
    first_day: Day | None = None
    """The earliest day of any fact."""
    registered: Day | None = None
    last_purchase: Day | None = None
    last_active: Day | None = None
    last_order_ms: EpochMs = EpochMs(0)
    last_order_amount: MinorUnits | None = None
    lifetime_orders: int = 0
    lifetime_spend: MinorUnits = MinorUnits(0)
    days: list[Day] = []
    """Days with a purchase or a purchase taken back, ascending."""
    orders: list[int] = []
    """Order count of each of `days`."""
    spend: list[int] = []
    """Spend of each of `days`, net of refunds, minor units."""
    remembered: dict[int, RememberedOrder] = {}
    """Order-id hash -> order, in the order of folding."""
    recent: list[int] = []
    """Event-id hashes of the latest facts, oldest first."""
    categories: dict[str, Day] = {}
    """Category -> day it was last bought."""
    columns: dict[int, Column] = {}
    """Rarely used day sums by column code (MARGIN, LINES, ...)."""
    kinds: dict[str, Column] = {}
    """Interactions a day, by kind."""
    attributes: dict[str, str | int | float | bool | None] = {}
    override: Override | None = None
    case: Case | None = None
    ties: "Ties | None" = None
    """None for nearly everybody: neither merged into anybody nor anybody into them."""
    generation: int = 0
    """Which of the versions its partition took graded the customer last: 0 for the first."""


class Part(msgspec.Struct, array_like=True, gc=False):
    """What of a customer came from another one, who was merged into them."""

    since: int
    """The version of the other's `customer.merged`: tells one merge from the next."""
    state: CustomerState
    """The other's facts, those that came later included; nobody is graded by them alone."""


class Ties(msgspec.Struct, array_like=True, gc=False):
    """Whom a customer was merged into, and who was merged into them."""

    into: str | None = None
    """Whose alias the customer is. The state beside it goes on in silence, for the day on
    which the merge is undone."""
    since: int = 0
    """The version of the `customer.merged` that made it an alias."""
    own: CustomerState | None = None
    """What the customer would be without the parts, graded in silence; there with them."""
    parts: dict[str, Part] = {}
    """By id, in the order of merging."""
