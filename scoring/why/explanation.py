"""The shape of an explanation. Money is in major units; a struct encodes to JSON as it stands."""

from datetime import date
from typing import Literal

import msgspec

from scoring.customer import OverrideKind
from scoring.readings import Unit

Verdict = Literal[
    "nothing to move",
    "not permitted",
    "held",
    "condition false",
    "depends on the fact",
    "waits for a fact",
    "waits for its day",
    "waits for a decision",
    "refused",
    "moves",
]
Relation = Literal["add", "at least", "at most"]


class DimensionRow(msgspec.Struct, frozen=True):
    """What one dimension gives; nulls where it is left out of the mean."""

    name: str
    reading: str
    unit: Unit
    value: float | None
    normalised: float | None
    weight: float
    points: float | None
    """Part of the score: the points of all dimensions add up to it exactly."""
    full_marks: float | None
    """What the dimension would give at most."""


class Keep(msgspec.Struct, frozen=True):
    """The bound that keeps a tier; `margin` is how far above it the customer is."""

    tier: str
    at: float
    margin: float | None


class Way(msgspec.Struct, frozen=True):
    """How one reading alone would lead to the next tier, all others as they are."""

    dimensions: list[str]
    """The dimensions that rest on the reading; none when tiers are ranked by it."""
    reading: str
    unit: Unit
    relation: Relation | None
    """`add` so much; the reading must be `at least` or `at most` so much; null: cannot do it."""
    amount: float | None
    by: date | None
    """Last day on which this would still do; null: no end in sight."""
    on: date | None
    """When time alone brings the reading there, for days that only go up."""
    best: float | None
    """The ranking value with the best this reading can give."""


class OneOrder(msgspec.Struct, frozen=True):
    """The least single order, without lines, that reaches the next tier's bound."""

    amount: float
    by: date | None
    """Last day on which it would still do; null: no end in sight."""


class NextTier(msgspec.Struct, frozen=True):
    """The tier above: what it asks for, and what is missing to it."""

    tier: str
    at: float
    missing: float | None
    """In the unit of the ranking value; 0 or less: the bound is reached."""
    ways: list[Way]
    one_order: OneOrder | None


class Pending(msgspec.Struct, frozen=True):
    """A demotion that nothing permits yet, and when it would come.

    >>> msgspec.json.encode(Pending("bronze", date(2026, 2, 1), "review")).decode()
    '{"to":"bronze","on":"2026-02-01","trigger":"review"}'
    """

    to: str | None
    on: date | None
    """Null: on no day in sight, if nothing happens."""
    trigger: str | None


class ReviewRow(msgspec.Struct, frozen=True):
    """A move that waits for somebody to decide, or was refused."""

    status: Literal["open", "refused"]
    to: str
    rule: str
    trigger: str
    event_id: str | None
    """The fact that led to it; null: a day that came."""
    opened_on: date
    deadline: date
    """The day that decides if nobody does."""
    refused_on: date | None = None
    author: str | None = None
    """Who refused it; null: nobody answered in time."""
    reason: str | None = None


class LabelRow(msgspec.Struct, frozen=True):
    """A label, the condition that gave it its value, and what that condition read."""

    name: str
    value: str | None
    when: str | None
    """Null: the last resort, or no rule is true."""
    readings: dict[str, float | None]


class TriggerRow(msgspec.Struct, frozen=True):
    """A trigger, and what it would do now about the distance of tier and target."""

    name: str
    fires_on: list[str]
    calendar: str | None
    when: str | None
    promote: bool
    demote: bool
    steps: int | None
    """Levels a demotion goes down at once; null: to the target."""
    ignore_hold: bool
    verdict: Verdict
    next_on: date | None
    """The next day on which a tick could fire it, its hold not considered."""


class ReadingMove(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A reading that time changed."""

    reading: str
    from_: float | None
    to: float | None


class Move(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A tier or label that time moved.

    >>> msgspec.json.encode(Move("tier", "silver", "bronze", "review")).decode()
    '{"what":"tier","from":"silver","to":"bronze","trigger":"review"}'
    """

    what: str
    """`tier`, or the name of the label."""
    from_: str | None
    to: str | None
    trigger: str | None


class OutlookDay(msgspec.Struct, frozen=True):
    """A day on which time alone changes something, and the grade of that day."""

    on: date
    score: float | None
    value: float | None
    tier: str
    computed_tier: str
    """The shadow under an override, else the tier."""
    target: str
    labels: dict[str, str | None]
    readings: list[ReadingMove]
    moves: list[Move]


class OverrideRow(msgspec.Struct, frozen=True):
    """A tier set by hand, and who did so why."""

    kind: OverrideKind
    tier: str
    reason: str
    author: str
    set_on: date
    until: date | None
    """The last day on which it counts; null: until it is cleared."""


class Explanation(msgspec.Struct, frozen=True):
    """Everything a grade rests on, as of one day."""

    as_of: date
    tier: str | None
    """Null: not graded yet."""
    computed_tier: str | None
    """The tier without the override; target, bounds and triggers are told of it."""
    override: OverrideRow | None
    tier_since: date | None
    """The day the computed tier was last set."""
    score: float | None
    ranked_by: str
    """`score`, or the reading tiers are ranked by."""
    value: float | None
    """What tiers are compared with: points of the score, or the reading."""
    target: str | None
    dimensions: list[DimensionRow]
    keep: Keep | None
    next_tier: NextTier | None
    hold_until: date | None
    """The first day on which a trigger that minds the hold may demote."""
    held: bool
    pending: Pending | None
    review: ReviewRow | None
    """The move that waits for somebody to decide, or was refused."""
    labels: list[LabelRow]
    triggers: list[TriggerRow]
    outlook: list[OutlookDay]
    due_on: date | None
    version: int
