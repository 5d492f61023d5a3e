"""The tiers, and which of them a rank value aims at."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oracle.exact import exact, half_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle.readings import Value


@dataclass(frozen=True)
class Tier:
    """One tier and its bounds, in points or in the unit of the ranking reading."""

    name: str
    enter: Fraction
    keep: Fraction


def ladder_of(entries: Sequence[Mapping[str, Any]]) -> list[Tier]:
    """Read the tiers of the policy, lowest first."""
    return [_tier(entry, lowest=entry is entries[0]) for entry in entries]


def entry_tier(tiers: Sequence[Tier], value: Value) -> int:
    """Return the highest tier whose `enter` is reached."""
    return _highest([tier.enter for tier in tiers], value)


def target_tier(tiers: Sequence[Tier], current: int, value: Value) -> int:
    """Return the tier aimed at: `keep` counts up to the current one, then `enter`."""
    bounds = [tier.enter if rank > current else tier.keep for rank, tier in enumerate(tiers)]
    return _highest(bounds, value)


def _highest(bounds: list[Fraction], value: Value) -> int:
    """Return the last bound reached; whoever reaches none is in the lowest tier."""
    if value is None:
        return 0
    return max((rank for rank, bound in enumerate(bounds) if value >= bound), default=0)


def _tier(entry: Mapping[str, Any], *, lowest: bool) -> Tier:
    """Read one tier; `keep` is nine tenths of `enter` unless given."""
    enter = exact(entry["enter"])
    usual = Fraction(0) if lowest else half_up(enter * Fraction(9, 10))
    keep = exact(entry["keep"]) if "keep" in entry else usual
    return Tier(entry["name"], enter, keep)
