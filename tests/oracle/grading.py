"""One re-grade of one customer: the tier first, then the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle.days import iso
from oracle.labelling import label_of
from oracle.ladder import entry_tier, target_tier
from oracle.readings import Scope
from oracle.triggers import TICK

if TYPE_CHECKING:
    from oracle.customer import Customer
    from oracle.facts import Fact
    from oracle.policy import Policy
    from oracle.triggers import Trigger

Change = dict[str, Any]


def regrade(policy: Policy, customer: Customer, today: int, fact: Fact | None) -> list[Change]:
    """Re-grade after a fact, or on a tick when there is none; return the changes."""
    scale = policy.exchange.scale
    scope = Scope(customer, today, scale, fact.named(scale) if fact else {})
    if customer.tier is not None:
        return [*_moved_tier(policy, scope, fact), *_moved_labels(policy, scope)]
    if fact is not None and policy.eligible(customer):
        return [_first_grade(policy, scope)]
    return []


def labels_of(policy: Policy, scope: Scope) -> dict[str, Any]:
    """Return every label of a customer, in policy order."""
    return {name: label_of(rules, scope) for name, rules in policy.labels.items()}


def _first_grade(policy: Policy, scope: Scope) -> Change:
    """Assign the first tier; the labels come with it, unannounced."""
    rank = entry_tier(policy.tiers, policy.rank_value(scope))
    change = _set_tier(policy, scope, rank, "first-grade")
    scope.customer.labels = labels_of(policy, scope)
    return change


def _moved_tier(policy: Policy, scope: Scope, fact: Fact | None) -> list[Change]:
    """Move the tier towards its target as far as a trigger permits."""
    current = scope.customer.tier or 0
    target = target_tier(policy.tiers, current, policy.rank_value(scope))
    if target == current:
        return []
    trigger = _permitting(policy, scope, fact, up=target > current)
    if trigger is None:
        return []
    rank = target if target > current else max(target, current - trigger.steps)
    return [_set_tier(policy, scope, rank, trigger.name)]


def _permitting(policy: Policy, scope: Scope, fact: Fact | None, *, up: bool) -> Trigger | None:
    """Return the first trigger, in policy order, that fired and permits the move."""
    what = fact.type if fact else TICK
    hold_over = scope.today - scope.customer.tier_set >= policy.hold_days
    for trigger in policy.triggers:
        down_permitted = trigger.demote and (hold_over or trigger.ignore_hold)
        if (trigger.promote if up else down_permitted) and trigger.fires(what, scope):
            return trigger
    return None


def _set_tier(policy: Policy, scope: Scope, rank: int, trigger: str) -> Change:
    """Set the tier, which starts a new hold, and describe the change."""
    customer = scope.customer
    before, customer.tier, customer.tier_set = customer.tier, rank, scope.today
    if before is None:
        type_ = "tier.assigned"
    else:
        type_ = "tier.upgraded" if rank > before else "tier.downgraded"
    return _change(policy, scope, type_) | {
        "from": None if before is None else policy.tiers[before].name,
        "to": policy.tiers[rank].name,
        "trigger": trigger,
    }


def _moved_labels(policy: Policy, scope: Scope) -> list[Change]:
    """Describe every label that has moved, in policy order."""
    changes = []
    labels = scope.customer.labels
    for name, value in labels_of(policy, scope).items():
        if value != labels[name]:
            move = {"label": name, "from": labels[name], "to": value, "trigger": None}
            changes.append(_change(policy, scope, "label.changed") | move)
            labels[name] = value
    return changes


def _change(policy: Policy, scope: Scope, type_: str) -> Change:
    """Return what all changes have in common, under the next version."""
    scope.customer.version += 1
    score = policy.score(scope)
    return {
        "customer_id": scope.customer.customer_id,
        "version": scope.customer.version,
        "type": type_,
        "score": None if score is None else float(score),
        "effective_on": iso(scope.today),
    }
