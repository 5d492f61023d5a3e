"""The rules of one programme as data: what `scoring.compile` turns into a grader."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from scoring.syntax import Node, ReadingCall
from scoring.units import DECIMALS, Centipoints

Normaliser = Literal["cap", "decay", "share", "steps"]
Since = Literal["last_purchase", "last_active"]
Direction = Literal["promotion", "demotion", "any"]
Answer = Literal["approve", "reject"]
"""What ends a silence: an order; or an order or an interaction."""

TAG_GROUPS: Final = {
    "base": ("personal", "company"),
    "behaviour": ("purchase", "interaction"),
    "value": ("contribution", "lifecycle"),
    "preference": ("product", "channel", "service", "interest"),
    "risk": ("churn", "complaint"),
}
"""The first and second level of the tag tree; labels and their values are the third."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A reading put on 0..1 and weighted. Limits are in the reading's own unit."""

    name: str
    reading: ReadingCall
    normaliser: Normaliser
    weight: float
    limit: float = 0.0
    """Full marks of `cap`, zero point of `decay`."""
    steps: tuple[tuple[float, float], ...] = ()
    """(lower bound, value), ascending, of `steps`."""
    missing: float | None = 0.0
    """Value of a null reading; None takes the dimension out of the mean."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One level. `enter` and `keep` are scores, or values of the ranking reading."""

    name: str
    enter: Decimal
    keep: Decimal
    label: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A named reason to re-grade, and what it permits."""

    name: str
    fires_on: frozenset[str]
    """Fact types, `tick`, or `any`."""
    promote: bool = False
    demote: bool = False
    when: Node | None = None
    calendar: str | None = None
    steps: int | None = 1
    """Levels a demotion goes down at once; None for all the way to the target."""
    ignore_hold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One value of a label; `when` None is always true."""

    value: str
    when: Node | None = None
    label: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tag:
    """What makes a label a tag: where it stands in the tree, what it means, what it rests on."""

    group: tuple[str, str]
    """A key of `TAG_GROUPS` and one of its entries."""
    definition: str
    source: str


@dataclass(frozen=True, slots=True)
class Label:
    """A named classification: the first true rule wins."""

    name: str
    rules: tuple[Rule, ...]
    tag: Tag | None = None
    label: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A ladder of days of silence on which a customer is to be spoken to."""

    name: str
    since: Since
    after_days: tuple[int, ...]
    """Days without anything that `since` counts from, ascending."""
    when: Node | None = None


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """Which moves somebody has to agree to."""

    name: str
    on: Direction = "any"
    when: Node | None = None
    levels: int = 1
    """The least number of levels the move spans."""


@dataclass(frozen=True, slots=True)
class ReviewWhen:
    """The moves that wait for somebody to decide."""

    rules: tuple[ReviewRule, ...]
    default: Answer
    """What becomes of a case that nobody answers."""
    after_days: int
    """Days after which it does."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one programme, validated."""

    policy_id: str
    version: int
    time_zone: str
    currency: str
    tiers: tuple[Tier, ...]
    """Lowest first."""
    dimensions: tuple[Dimension, ...] = ()
    by: ReadingCall | None = None
    """The reading tiers are ranked by instead of the score."""
    triggers: tuple[Trigger, ...] = ()
    """In order of precedence."""
    labels: tuple[Label, ...] = ()
    hold_days: int = 30
    eligible: Literal["first_order", "first_fact"] = "first_order"
    erased: Literal["refuse", "forget"] = "refuse"
    """What becomes of facts of an erased customer: refused, or the first of a new one."""
    rates: dict[str, Decimal] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Interaction kinds accepted beside the built-in ones."""
    benefits: dict[str, tuple[dict[str, object], ...]] = field(default_factory=dict)
    max_move_share: float | None = None
    """The share of customers, 0 to 1, a new version may demote before somebody confirms."""
    reminders: tuple[Reminder, ...] = ()
    warn_before_days: tuple[int, ...] = ()
    """Days before a demotion on which the customer is warned, descending."""
    review_when: ReviewWhen | None = None
    fingerprint: str = ""
    """Hash of the document: two texts under one version are told apart."""

    @property
    def scale(self) -> int:
        """Minor units in one major unit of the currency."""
        return int(10 ** DECIMALS[self.currency])


def centipoints(points: Decimal) -> Centipoints:
    """A score bound in hundredths.

    >>> centipoints(Decimal("49.5"))
    4950
    """
    return Centipoints(int(points * 100))
