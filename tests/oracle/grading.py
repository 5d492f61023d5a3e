"""One re-grade of one customer: the tier first, then the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle.days import iso
from oracle.labelling import label_of
from oracle.ladder import entry_tier, target_tier
from oracle.overrides import (
    OVERRIDE_CLEAR,
    OVERRIDE_SET,
    RECALCULATE,
    REVIEW_RESOLVE,
    described,
    effective_tier,
)
from oracle.readings import Scope
from oracle.reviews import answer, bring_up_to_date, open_case, rule_for, told
from oracle.triggers import MANUAL, TICK

if TYPE_CHECKING:
    from oracle.customer import Customer
    from oracle.facts import Fact
    from oracle.policy import Policy
    from oracle.triggers import Trigger

Change = dict[str, Any]


def regrade(
    policy: Policy, customer: Customer, today: int, fact: Fact | None, what: str = TICK
) -> list[Change]:
    """Re-grade after a fact, or on a tick when there is none; return the changes.

    `what` is what happens instead of a tick: a new version of the policy.
    """
    scale = policy.exchange.scale
    scope = Scope(customer, today, scale, fact.named(scale) if fact else {})
    if customer.override is not None and customer.override.over(today):
        customer.override = None
    by_override = effective_tier(customer.override, policy.tiers, customer.tier)
    review = None
    if customer.tier is None:
        if what == TICK and fact is None:
            return []
        if not policy.eligible(customer) or (fact is None and policy.first_order_needed):
            return []
        trigger: str | None = _first_grade(policy, scope, fact)
        customer.labels = labels_of(policy, scope)
    else:
        trigger, review = _follow(policy, scope, fact, what)
    if by_override != customer.effective:
        trigger = policy.by_hand
    moved = _moved_tier(policy, scope, trigger)
    if review is not None:
        moved = [change | {"review": review} for change in moved]
    return [*moved, *_moved_labels(policy, scope)]


def labels_of(policy: Policy, scope: Scope) -> dict[str, Any]:
    """Return every label of a customer, in policy order."""
    return {name: label_of(rules, scope) for name, rules in policy.labels.items()}


def _first_grade(policy: Policy, scope: Scope, fact: Fact) -> str:
    """Assign the first tier; the labels come with it, unannounced."""
    first = entry_tier(policy.tiers, policy.rank_value(scope))
    rule = rule_for(policy.reviews, scope, 0, first) if first else None
    if rule is not None:
        open_case(policy.reviews, scope, (first, "first-grade"), rule, fact)
        first = 0
    _set_tier(scope, first)
    return "first-grade"


def _follow(
    policy: Policy, scope: Scope, fact: Fact | None, what: str
) -> tuple[str | None, dict[str, Any] | None]:
    """Move the computed tier towards its target as far as may be; name why, and who agreed."""
    customer = scope.customer
    current = customer.tier or 0
    target = target_tier(policy.tiers, current, policy.rank_value(scope))
    wanted = _wanted(policy, scope, (current, target), fact, what)
    bring_up_to_date(scope, current, target, wanted, fact)
    agreed = answer(policy.reviews, scope, target, fact)
    if agreed is not None:
        case, by = agreed
        _set_tier(scope, case.to)
        return (case.trigger if by is None else policy.by_hand), told(case, by)
    if wanted is None or customer.case is not None or customer.refused_at is not None:
        return None, None
    rule = rule_for(policy.reviews, scope, current, wanted[0])
    if rule is not None:
        open_case(policy.reviews, scope, wanted, rule, fact)
        return None, None
    _set_tier(scope, wanted[0])
    return wanted[1], None


def _wanted(
    policy: Policy, scope: Scope, way: tuple[int, int], fact: Fact | None, what: str
) -> tuple[int, str] | None:
    """Where a trigger lets the customer go, and which one."""
    current, target = way
    if target == current:
        return None
    trigger = _permitting(policy, scope, fact.type if fact else what, up=target > current)
    if trigger is None:
        return None
    # Whoever asks for a recalculation gets the tier deserved, however far down it is.
    straight = target > current or (fact is not None and fact.type == RECALCULATE)
    return (target if straight else max(target, current - trigger.steps)), trigger.name


def _permitting(policy: Policy, scope: Scope, what: str, *, up: bool) -> Trigger | None:
    """Return the first trigger, in policy order, that fired and permits the move."""
    if what in {OVERRIDE_SET, OVERRIDE_CLEAR, REVIEW_RESOLVE}:
        return None  # they are about the tier that is there and give no reason for another
    what = MANUAL if what == RECALCULATE else what
    hold_over = scope.today - scope.customer.tier_set >= policy.hold_days
    for trigger in policy.triggers:
        down_permitted = trigger.demote and (hold_over or trigger.ignore_hold)
        if (trigger.promote if up else down_permitted) and trigger.fires(what, scope):
            return trigger
    return None


def _set_tier(scope: Scope, rank: int) -> None:
    """Set the computed tier, which starts a new hold."""
    scope.customer.tier, scope.customer.tier_set = rank, scope.today


def _moved_tier(policy: Policy, scope: Scope, trigger: str | None) -> list[Change]:
    """Describe the move of the effective tier, if it has moved."""
    customer = scope.customer
    before = customer.effective
    after = effective_tier(customer.override, policy.tiers, customer.tier)
    if after == before or after is None:
        return []
    customer.effective = after
    if before is None:
        type_ = "tier.assigned"
    else:
        type_ = "tier.upgraded" if after > before else "tier.downgraded"
    move = {
        "from": None if before is None else policy.tiers[before].name,
        "to": policy.tiers[after].name,
        "trigger": trigger,
        "override": described(customer.override, policy.tiers, customer.tier),
    }
    return [change_of(policy, scope, type_) | move]


def _moved_labels(policy: Policy, scope: Scope) -> list[Change]:
    """Describe every label that has moved, in policy order."""
    changes = []
    labels = scope.customer.labels
    for name, value in labels_of(policy, scope).items():
        if value != labels[name]:
            move = {"label": name, "from": labels[name], "to": value, "trigger": None}
            changes.append(change_of(policy, scope, "label.changed") | move)
            labels[name] = value
    return changes


def change_of(policy: Policy, scope: Scope, type_: str) -> Change:
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
