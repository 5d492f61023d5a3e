"""Who gains and who loses a benefit when a policy moves customers. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from scoring.policy import Policy

Path = tuple[str | None, str, str]
"""A customer's tier now, at once under the new policy, and after the next review."""

_Granted = Mapping[str, object]


class BenefitCount(NamedTuple):
    """Customers who come to have a benefit, or have it no more."""

    gain_at_once: int = 0
    lose_at_once: int = 0
    gain: int = 0
    """By the end of the next review; those at once included."""
    lose: int = 0
    other_value: int = 0
    """Who have it before and after, with another `value`."""


def benefit_counts(
    paths: Mapping[Path, int], current: Policy, new: Policy
) -> dict[str, BenefitCount]:
    """By benefit of either policy, in the order they are written, from customers by their way."""
    every = [one["name"] for p in (current, new) for given in p.benefits.values() for one in given]
    found = {str(name): BenefitCount() for name in every}
    for (now, once, then), count in paths.items():
        was, at_once, after = _granted(current, now), _granted(new, once), _granted(new, then)
        for name in {*was, *at_once, *after}:
            moved = _moved(name, was, at_once, after)
            found[name] = BenefitCount(
                *(old + count * one for old, one in zip(found[name], moved, strict=True))
            )
    return found


def _moved(name: str, was: _Granted, at_once: _Granted, after: _Granted) -> BenefitCount:
    """What one customer comes to count as.

    >>> _moved("care", {}, {"care": None}, {"care": None})
    BenefitCount(gain_at_once=1, lose_at_once=0, gain=1, lose=0, other_value=0)
    >>> _moved("off", {"off": "5 %"}, {"off": "5 %"}, {"off": "3 %"}).other_value
    1
    """
    has, once, then = (name in granted for granted in (was, at_once, after))
    return BenefitCount(
        int(once and not has),
        int(has and not once),
        int(then and not has),
        int(has and not then),
        int(has and then and was[name] != after[name]),
    )


def _granted(policy: Policy, tier: str | None) -> _Granted:
    """The benefits of a tier with what they are worth."""
    return {str(one["name"]): one.get("value") for one in policy.benefits.get(tier or "", ())}
