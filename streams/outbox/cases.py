"""Open cases as they are listed: one JSON object per case, kept beside the states."""

from typing import Any

import orjson

from scoring.calendar import iso
from scoring.changes import Approval
from scoring.customer import CustomerState
from scoring.override import computed_of
from scoring.policy import Policy
from streams.intake.case_ids import case_id


class CaseScribe:
    """Writes down the cases of one policy. Pure: the same arguments give the same bytes."""

    def __init__(self, policy: Policy) -> None:
        self._tiers = [tier.name for tier in policy.tiers]
        self._default = None if policy.review_when is None else policy.review_when.default

    def entry(self, customer: str, state: CustomerState) -> bytes:
        """The open case of a customer, as it is listed."""
        return orjson.dumps({"customer_id": customer} | (self.open_case(customer, state) or {}))

    def open_case(self, customer: str, state: CustomerState) -> dict[str, Any] | None:
        """The open case of a customer; None when there is none."""
        case = state.case
        if case is None or case.refused is not None:
            return None
        return {
            "case": case_id(customer, case.opened, self._tiers[case.to]),
            "from": self._tiers[computed_of(state)],
            "to": self._tiers[case.to],
            "rule": case.rule,
            "trigger": case.trigger,
            "event_id": case.event_id,
            "opened_on": iso(case.opened),
            "deadline": iso(case.deadline),
            "default": self._default,
        }


def approved(approval: Approval) -> dict[str, Any]:
    """The review behind a change, as the change tells it."""
    case = approval.case
    return {
        "rule": case.rule,
        "trigger": case.trigger,
        "event_id": case.event_id,
        "opened_on": iso(case.opened),
        "author": approval.author,
        "reason": approval.reason,
    }
