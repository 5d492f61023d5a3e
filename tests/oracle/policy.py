"""The policy document, with its defaults filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from oracle.expressions import reading_of
from oracle.labelling import rules_of
from oracle.ladder import ladder_of
from oracle.money import Exchange
from oracle.reminders import Reminder, reminders_of
from oracle.reviews import reviews_of
from oracle.scorecard import dimension_of, score_of
from oracle.triggers import MANUAL, triggers_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from oracle.customer import Customer
    from oracle.labelling import Rule
    from oracle.ladder import Tier
    from oracle.readings import Reading, Scope, Value
    from oracle.reviews import Reviews
    from oracle.scorecard import Dimension
    from oracle.triggers import Trigger


@dataclass(frozen=True)
class Policy:
    """Everything a replay needs to know of a programme."""

    zone: ZoneInfo
    exchange: Exchange
    exclude: list[re.Pattern[str]]
    kinds: frozenset[str]
    first_order_needed: bool
    dimensions: list[Dimension]
    by: Reading | None
    tiers: list[Tier]
    hold_days: int
    triggers: list[Trigger]
    labels: dict[str, list[Rule]]
    reminders: list[Reminder]
    warn_before_days: list[int]
    reviews: Reviews | None
    erased_for_good: bool

    def excludes(self, customer_id: str | None) -> bool:
        """Say whether a customer id matches one of the `exclude` patterns."""
        return any(pattern.search(customer_id or "") for pattern in self.exclude)

    def eligible(self, customer: Customer) -> bool:
        """Say whether a customer may be graded; commands alone are no reason."""
        return customer.ever_paid or (
            not self.first_order_needed and customer.first_fact is not None
        )

    @property
    def by_hand(self) -> str:
        """The name of a move that an override makes."""
        return next(trigger.name for trigger in self.triggers if MANUAL in trigger.fires_on)

    def score(self, scope: Scope) -> Fraction | None:
        """Return the rounded score, or None without a scorecard."""
        return score_of(self.dimensions, scope)

    def rank_value(self, scope: Scope) -> Value:
        """Return what tiers are ranked by: the score, or the reading of `by`."""
        return self.by.read(scope) if self.by else self.score(scope)


def policy_of(document: Mapping[str, Any]) -> Policy:
    """Read a policy document."""
    move = document.get("move", {})
    by = document.get("by")
    return Policy(
        zone=ZoneInfo(document.get("time_zone", "Asia/Shanghai")),
        exchange=_exchange(document),
        exclude=[re.compile(pattern) for pattern in document.get("exclude", ())],
        kinds=frozenset(document.get("kinds", ())),
        first_order_needed=document.get("eligible", "first_order") == "first_order",
        dimensions=[dimension_of(entry) for entry in document.get("score", ())],
        by=None if by is None else reading_of(by),
        tiers=ladder_of(document["tiers"]),
        hold_days=move.get("hold_days", 30),
        triggers=triggers_of(move.get("triggers", ()), move.get("steps", 1)),
        labels={name: rules_of(entries) for name, entries in document.get("labels", {}).items()},
        warn_before_days=document.get("warnings", {}).get("before_days", []),
        reminders=reminders_of(document.get("reminders", ())),
        reviews=reviews_of(document.get("review_when")),
        erased_for_good=document.get("erased", "refuse") == "refuse",
    )


def _exchange(document: Mapping[str, Any]) -> Exchange:
    """Read the currency and the rate table."""
    rates = document.get("rates", {})
    return Exchange(
        document.get("currency", "CNY"),
        {currency: Decimal(str(rate)) for currency, rate in rates.items()},
    )
