"""Answers about one customer."""

from datetime import date
from typing import Any

from streams.api.models.shared import Change, Freshness, Names, Shape


class Override(Shape):
    """A tier held by hand."""

    kind: str
    tier: str
    computed_tier: str
    reason: str
    author: str
    set_on: date
    until: date | None


class Pending(Shape):
    """A demotion nothing permits yet."""

    to: str | None
    on: date | None
    trigger: str | None


class Bound(Shape):
    """The next tier, and what is missing to it."""

    tier: str
    at: float
    missing: float | None


class Keep(Shape):
    """The bound that keeps the tier."""

    tier: str
    at: float
    margin: float | None


class GradeOnly(Shape):
    """A grade; nulls before the first."""

    customer_id: str
    tier: str | None
    rank: int | None
    label: Names
    score: float | None
    labels: dict[str, str | None]
    version: int
    override: Override | None
    pending: Pending | None
    next_tier: Bound | None
    keep: Keep | None
    due_on: date | None


class Grade(GradeOnly):
    """A grade, and how fresh it is."""

    alias: str | None
    """Whom the customer was merged into: whose grade it is."""
    freshness: Freshness


class Benefit(Shape):
    """What a tier is granted."""

    name: str
    label: Names
    value: str | float | None = None


class Benefits(Shape):
    """The benefits of a tier."""

    level: str
    label: Names
    benefits: list[Benefit]
    freshness: Freshness


class Profile(Shape):
    """A customer from all sides; `explanation` is that of `regrade why --json`."""

    grade: GradeOnly
    explanation: dict[str, Any]
    attributes: dict[str, str | int | float | bool | None]
    benefits: list[Benefit]
    since: date | None
    registered_on: date | None
    last_purchase_on: date | None
    lifetime_orders: int
    lifetime_spend: float
    currency: str
    freshness: Freshness


class LedgerRow(Shape):
    """A day on which something happened."""

    day: date
    orders: int
    spend: float
    refunds: float
    interactions: int


class ScoreRow(Shape):
    """Score and tier of a day."""

    day: date
    score: float | None
    tier: str | None


class Ledger(Shape):
    """The days of a customer."""

    rows: list[LedgerRow]
    score_by_day: list[ScoreRow]
    currency: str
    freshness: Freshness


class History(Shape):
    """The changes of a customer, the latest first."""

    changes: list[Change]
    complete: bool
    freshness: Freshness


class Hit(Shape):
    """A customer that was found."""

    customer_id: str
    tier: str | None
    score: float | None


class Hits(Shape):
    """Customers that were found."""

    customers: list[Hit]
    freshness: Freshness
