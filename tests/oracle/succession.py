"""A new version of the policy: every customer on that day, by the names of tiers and labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from oracle.grading import Change, change_of, regrade
from oracle.overrides import described, effective_tier
from oracle.readings import Scope
from oracle.triggers import POLICY

if TYPE_CHECKING:
    from oracle.customer import Customer
    from oracle.policy import Policy
    from oracle.reviews import Rule


def succeed(old: Policy, new: Policy, customer: Customer, today: int) -> list[Change]:
    """Put a customer under the new version; return the changes, what is lost first."""
    changes = [] if customer.effective is None else _renamed(old, new, customer, today)
    if customer.override is not None:
        customer.override = replace(customer.override, tier=_heir(old, new, customer.override.tier))
    return [*changes, *regrade(new, customer, today, None, POLICY)]


def _heir(old: Policy, new: Policy, name: str) -> str:
    """Return the tier that takes over from one: itself, or the next lower that is left."""
    before = [tier.name for tier in old.tiers]
    after = [tier.name for tier in new.tiers]
    for lower in reversed(before[: before.index(name) + 1]):
        if lower in after:
            return lower
    return after[0]


def _renamed(old: Policy, new: Policy, customer: Customer, today: int) -> list[Change]:
    """Find tier and labels again by their names; tell what is no more."""
    after = [tier.name for tier in new.tiers]
    was = old.tiers[customer.effective or 0].name
    computed = old.tiers[customer.tier or 0].name
    heir = _heir(old, new, computed)
    before, customer.tier = customer.tier or 0, after.index(heir)
    _carry_questions(old, new, customer, before)
    if heir != computed:
        customer.tier_set = today
    override = customer.override
    if override is not None:
        override = replace(override, tier=_heir(old, new, override.tier))
    rank = effective_tier(override, new.tiers, customer.tier) or 0
    customer.effective = rank
    changes = []
    scope = Scope(customer, today, new.exchange.scale)
    if after[rank] != was:
        changes.append(
            change_of(new, scope, _way(old, new, was, rank))
            | {
                "from": was,
                "to": after[rank],
                "trigger": next(t.name for t in new.triggers if POLICY in t.fires_on),
                "override": described(override, new.tiers, customer.tier),
            }
        )
    return [*changes, *_lost_labels(new, scope)]


def _carry_questions(old: Policy, new: Policy, customer: Customer, before: int) -> None:
    """Keep the open question, or the no, if the new version would ask the same."""
    asked = customer.refused if customer.refused_at is not None else customer.case
    customer.case = customer.refused = None
    target, customer.refused_at = customer.refused_at, None
    if asked is None or asked.rule not in [rule.name for rule in _rules(new)]:
        return
    names = [tier.name for tier in new.tiers]
    spoken_of = {old.tiers[rank].name for rank in (before, asked.to, target) if rank is not None}
    if not spoken_of <= set(names):
        return
    to = names.index(old.tiers[asked.to].name)
    if (to > (customer.tier or 0)) != (asked.to > before):
        return
    if target is None:
        customer.case = replace(asked, to=to)
    else:
        customer.refused = replace(asked, to=to)
        customer.refused_at = names.index(old.tiers[target].name)


def _rules(policy: Policy) -> list[Rule]:
    return policy.reviews.rules if policy.reviews else []


def _way(old: Policy, new: Policy, was: str, rank: int) -> str:
    """Say whether a customer whose tier is no more has come to stand higher or lower."""
    after = [tier.name for tier in new.tiers]
    lower = [tier.name for tier in old.tiers]
    lower = lower[: lower.index(was) + 1]
    nothing_left = not any(name in after for name in lower)
    higher = nothing_left or rank > after.index(_heir(old, new, was))
    return "tier.upgraded" if higher else "tier.downgraded"


def _lost_labels(new: Policy, scope: Scope) -> list[Change]:
    """Take away the values the new version has no name for; new labels begin as null."""
    customer = scope.customer
    changes = []
    labels: dict[str, Any] = dict.fromkeys(new.labels)
    for name, value in customer.labels.items():
        if value is None:
            continue
        if name in new.labels and value in [given for given, _ in new.labels[name]]:
            labels[name] = value
            continue
        told = {"label": name, "from": value, "to": None, "trigger": None}
        changes.append(change_of(new, scope, "label.changed") | told)
    customer.labels = labels
    return changes
