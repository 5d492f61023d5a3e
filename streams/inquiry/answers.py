"""The answers for programs: plain values that JSON can hold."""

from typing import Any

import msgspec

from scoring.calendar import day_of, iso
from scoring.policy import Policy
from scoring.why.explanation import Explanation
from streams.inquiry.source import Found
from streams.intake.case_ids import case_id


def full(found: Found, policy: Policy, told: Explanation) -> dict[str, Any]:
    """Everything `regrade why` knows."""
    whole = msgspec.to_builtins(told)
    return {**_freshness(found, policy), **whole, "review": _review(found, told)}


def short(found: Found, policy: Policy, told: Explanation) -> dict[str, Any]:
    """What `regrade grade` tells."""
    whole = msgspec.to_builtins(told)
    names = (
        "as_of",
        "tier",
        "computed_tier",
        "override",
        "tier_since",
        "score",
        "ranked_by",
        "value",
    )
    return {
        **_freshness(found, policy),
        **{name: whole[name] for name in names},
        "labels": {row.name: row.value for row in told.labels},
        "review": _review(found, told),
        "due_on": whole["due_on"],
        "version": told.version,
    }


def _review(found: Found, told: Explanation) -> dict[str, Any] | None:
    """With the name of the case while it can be answered."""
    review = told.review
    if review is None:
        return None
    name = None
    if review.status == "open":
        name = case_id(found.customer, day_of(review.opened_on), review.to)
    return {"case": name, **msgspec.to_builtins(review)}


def _freshness(found: Found, policy: Policy) -> dict[str, Any]:
    return {
        "customer_id": found.customer,
        "alias": found.alias,
        "partition": found.partition,
        "partition_day": iso(found.day),
        "policy": {"id": policy.policy_id, "version": policy.version},
    }
