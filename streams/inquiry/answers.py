"""The answers for programs: plain values that JSON can hold."""

from typing import Any

import msgspec

from scoring.calendar import iso
from scoring.policy import Policy
from scoring.why.explanation import Explanation
from streams.inquiry.source import Found


def full(found: Found, policy: Policy, told: Explanation) -> dict[str, Any]:
    """Everything `regrade why` knows."""
    return {**_freshness(found, policy), **msgspec.to_builtins(told)}


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
        "due_on": whole["due_on"],
        "version": told.version,
    }


def _freshness(found: Found, policy: Policy) -> dict[str, Any]:
    return {
        "customer_id": found.customer,
        "partition": found.partition,
        "partition_day": iso(found.day),
        "policy": {"id": policy.policy_id, "version": policy.version},
    }
