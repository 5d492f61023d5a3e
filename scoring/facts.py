"""What can happen to a customer: validated, its day resolved, its money in minor units."""

from typing import ClassVar, Final

import msgspec

from scoring.customer import OverrideKind
from scoring.units import Day, EpochMs, MinorUnits

INTERACTION_KINDS: Final = (
    "login", "view", "like", "comment", "share", "campaign", "coupon", "survey",
    "review", "referral", "complaint", "service", "ad_click",
)  # fmt: skip
"""The kinds every policy accepts; a policy may list more."""


class Fact(msgspec.Struct, frozen=True, gc=False):
    """Common to all facts that come from the log."""

    TYPE: ClassVar[str] = ""
    event_id: str
    occurred_ms: EpochMs
    day: Day
    """Local day of `occurred_ms`."""


class OrderLine(msgspec.Struct, frozen=True, gc=False):
    """One line of an order; money in minor units of the policy's currency."""

    amount: MinorUnits
    category: str | None = None
    margin: MinorUnits = MinorUnits(0)
    high_margin: bool = False
    new_product: bool = False


class OrderPaid(Fact, frozen=True, gc=False):
    """A paid order.

    >>> paid = OrderPaid("e1", EpochMs(86_400_000), Day(1), "o1", MinorUnits(1999))
    >>> paid.TYPE, paid.day, paid.amount
    ('order.paid', 1, 1999)
    """

    TYPE: ClassVar[str] = "order.paid"
    order_id: str
    amount: MinorUnits
    lines: tuple[OrderLine, ...] = ()
    channel: str | None = None


class OrderRefunded(Fact, frozen=True, gc=False):
    """Money given back for an order, wholly or in part."""

    TYPE: ClassVar[str] = "order.refunded"
    order_id: str
    amount: MinorUnits
    ordered_day: Day | None = None
    """Local day of `ordered_at`, when the event names it."""
    full: bool = False


class OrderCancelled(Fact, frozen=True, gc=False):
    """An order called off: a full refund."""

    TYPE: ClassVar[str] = "order.cancelled"
    order_id: str
    amount: MinorUnits | None = None
    """What is given back; None for whatever is left of the order."""
    ordered_day: Day | None = None


class InvoiceSettled(Fact, frozen=True, gc=False):
    """An invoice paid, on time or late."""

    TYPE: ClassVar[str] = "invoice.settled"
    paid_day: Day
    on_time: bool


class InvoiceOverdue(Fact, frozen=True, gc=False):
    """An invoice past its due date."""

    TYPE: ClassVar[str] = "invoice.overdue"


class Interaction(Fact, frozen=True, gc=False):
    """Anything a customer did beside buying."""

    TYPE: ClassVar[str] = "interaction"
    kind: str


class Registered(Fact, frozen=True, gc=False):
    """A customer made known, with flat attributes."""

    TYPE: ClassVar[str] = "customer.registered"
    registered_day: Day
    attributes: dict[str, str | int | float | bool | None]


class Command(Fact, frozen=True, gc=False):
    """What an operator orders. Nothing the customer did: no activity, no first fact."""


class OverrideSet(Command, frozen=True, gc=False):
    """A floor, a ceiling or a pin for the tier; replaces the one before."""

    TYPE: ClassVar[str] = "override.set"
    kind: OverrideKind
    rank: int
    """Rank of the tier meant, in the policy the customer is graded by."""
    reason: str
    author: str
    until: Day | None = None
    """The last day on which it counts; None for until it is cleared."""


class OverrideCleared(Command, frozen=True, gc=False):
    """The override taken back; without one a no-op."""

    TYPE: ClassVar[str] = "override.clear"


class Recalculate(Command, frozen=True, gc=False):
    """The tier to be set to what the customer deserves today."""

    TYPE: ClassVar[str] = "grade.recalculate"


class ReviewResolved(Command, frozen=True, gc=False):
    """The answer to the case of a customer: the move is made, or is not wanted."""

    TYPE: ClassVar[str] = "review.resolve"
    approved: bool
    reason: str
    author: str
    opened: Day | None = None
    """With `rank` the case meant: the day it was opened. None for whichever is open."""
    rank: int | None = None
    """Rank of the tier the case proposes, in the policy the customer is graded by."""


class Tick(msgspec.Struct, frozen=True, gc=False):
    """A day begun: nothing happened but time."""

    TYPE: ClassVar[str] = "tick"
    day: Day


class PolicyTaken(Tick, frozen=True, gc=False):
    """A new version of the policy reaches a customer whose labels are already its own."""

    TYPE: ClassVar[str] = "policy"


COMMANDS: Final[tuple[type[Command], ...]] = (
    OverrideSet,
    OverrideCleared,
    Recalculate,
    ReviewResolved,
)
FACT_TYPES: Final[tuple[type[Fact], ...]] = (
    OrderPaid,
    OrderRefunded,
    OrderCancelled,
    InvoiceSettled,
    InvoiceOverdue,
    Interaction,
    Registered,
)
