"""Reviews: moves that wait until somebody says yes or no, or until their time is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from oracle.days import iso
from oracle.expressions import condition
from oracle.overrides import RECALCULATE, REVIEW_RESOLVE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from oracle.customer import Customer
    from oracle.facts import Fact
    from oracle.readings import Scope

Wanted = tuple[int, str]
"""A tier, and the trigger that lets the customer go there."""


@dataclass(frozen=True)
class Rule:
    """Which moves wait."""

    name: str
    up: bool
    down: bool
    when: Callable[[Scope], bool] | None
    levels: int


@dataclass(frozen=True)
class Reviews:
    """What the policy says of reviews."""

    rules: list[Rule]
    silence_is_yes: bool
    days: int


@dataclass(frozen=True)
class Case:
    """One question to somebody."""

    to: int
    trigger: str
    rule: str
    opened: int
    deadline: int
    event_id: str | None


def reviews_of(section: Mapping[str, Any] | None) -> Reviews | None:
    """Read the section of the policy."""
    if section is None:
        return None
    rules = [
        Rule(
            name=entry["name"],
            up=entry.get("on", "any") != "demotion",
            down=entry.get("on", "any") != "promotion",
            when=condition(entry["when"], with_fields=True) if "when" in entry else None,
            levels=entry.get("levels", 1),
        )
        for entry in section["rules"]
    ]
    return Reviews(rules, section["default"] == "approve", section["after_days"])


def asked_for(customer: Customer | None, fact: Fact, tiers: list[str]) -> bool:
    """Say whether an answer is one to a question that is open."""
    if customer is None or customer.case is None:
        return False
    case = customer.case
    name = f"{customer.customer_id}:{iso(case.opened)}:{tiers[case.to]}"
    return fact.case in {None, name}


def rule_for(reviews: Reviews | None, scope: Scope, start: int, end: int) -> str | None:
    """Name the first rule that wants a move to wait."""
    for rule in reviews.rules if reviews else []:
        right_way = rule.up if end > start else rule.down
        far_enough = abs(end - start) >= rule.levels
        if right_way and far_enough and (rule.when is None or rule.when(scope)):
            return rule.name
    return None


def bring_up_to_date(
    scope: Scope, current: int, target: int, wanted: Wanted | None, fact: Fact | None
) -> None:
    """Withdraw, shorten or lengthen the open question; forget a no that has run out."""
    customer = scope.customer
    asks_again = fact is not None and fact.type == RECALCULATE
    if customer.refused_at is not None and (customer.refused_at != target or asks_again):
        customer.refused_at = None
    case = customer.case
    if case is None:
        return
    wanted_ranks = range(target, current) if target < current else range(current + 1, target + 1)
    if (case.to < current) != (target < current) or not wanted_ranks:
        customer.case = None
        return
    nearest = min(wanted_ranks, key=lambda rank: abs(rank - case.to))
    customer.case = replace(case, to=nearest)
    if wanted is not None and abs(wanted[0] - current) > abs(nearest - current):
        event_id = None if fact is None else fact.event_id
        customer.case = replace(case, to=wanted[0], trigger=wanted[1], event_id=event_id)


def answer(
    reviews: Reviews | None, scope: Scope, target: int, fact: Fact | None
) -> tuple[Case, Fact | None] | None:
    """Close the question if it is answered or out of time; return it if the answer is yes."""
    customer = scope.customer
    case = customer.case
    if case is None:
        return None
    if fact is not None and fact.type == REVIEW_RESOLVE:
        agreed = fact.decision == "approve"
    elif fact is None and reviews and scope.today >= case.deadline:
        agreed = reviews.silence_is_yes
    else:
        return None
    customer.case = None
    if agreed:
        return case, fact
    customer.refused_at = target
    customer.refused = case
    return None


def open_case(reviews: Reviews, scope: Scope, wanted: Wanted, rule: str, fact: Fact | None) -> None:
    """Put the question."""
    event_id = None if fact is None else fact.event_id
    deadline = scope.today + reviews.days
    scope.customer.case = Case(*wanted, rule, scope.today, deadline, event_id)


def told(case: Case, fact: Fact | None) -> dict[str, Any]:
    """Describe a yes as the change shows it."""
    return {
        "rule": case.rule,
        "trigger": case.trigger,
        "event_id": case.event_id,
        "opened_on": iso(case.opened),
        "author": None if fact is None else fact.author,
        "reason": None if fact is None else fact.reason,
    }
