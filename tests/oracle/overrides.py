"""A tier held by hand, and the tier that counts because of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle.days import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle.ladder import Tier

OVERRIDE_SET = "override.set"
OVERRIDE_CLEAR = "override.clear"
RECALCULATE = "grade.recalculate"
REVIEW_RESOLVE = "review.resolve"
COMMANDS = frozenset({OVERRIDE_SET, OVERRIDE_CLEAR, RECALCULATE, REVIEW_RESOLVE})
"""What an operator orders; the customer has done nothing."""

BOUNDS = ("floor", "ceiling", "pin")


@dataclass(frozen=True)
class Override:
    """One override. Days are ordinals; it counts until its last day, that day included."""

    bound: str
    tier: str
    reason: str
    author: str
    set_on: int
    last_day: int | None

    def over(self, today: int) -> bool:
        """Say whether its last day has passed."""
        return self.last_day is not None and today > self.last_day


def effective_tier(
    override: Override | None, tiers: Sequence[Tier], computed: int | None
) -> int | None:
    """Return the tier that counts; a customer without a tier stays without one."""
    if override is None or computed is None:
        return computed
    (named,) = [rank for rank, tier in enumerate(tiers) if tier.name == override.tier]
    match override.bound:
        case "floor":
            return max(computed, named)
        case "ceiling":
            return min(computed, named)
        case _:
            return named


def described(
    override: Override | None, tiers: Sequence[Tier], computed: int | None
) -> dict[str, Any] | None:
    """Describe an override as a change shows it."""
    if override is None:
        return None
    last = override.last_day
    return {
        "kind": override.bound,
        "tier": override.tier,
        "computed_tier": None if computed is None else tiers[computed].name,
        "reason": override.reason,
        "author": override.author,
        "set_on": iso(override.set_on),
        "until": None if last is None else iso(last),
    }
