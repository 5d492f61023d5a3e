"""Moves that a policy would put into the review queue, while it is simulated. Pure."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from scoring.customer import Case, CustomerState
from scoring.policy import Policy
from streams.replay.report_comparison import Comparing, Comparison
from streams.replay.report_difference import Difference


def open_case(state: CustomerState) -> Case | None:
    """The case that waits for an answer; a refused one waits for nothing.

    >>> open_case(CustomerState()) is None
    True
    """
    case = state.case
    return None if case is None or case.refused is not None else case


def opened(before: CustomerState, after: CustomerState) -> Case | None:
    """The case that a new version asks for; None if it asks what was asked before, or nothing."""
    was, case = open_case(before), open_case(after)
    if was is not None and case is not None and (was.opened, was.rule) == (case.opened, case.rule):
        return None
    return case


@dataclass(frozen=True, slots=True)
class Cases:
    """What would wait for somebody to decide, instead of moving."""

    at_once: int
    at_review: int
    waiting: int
    """Open under the present policy, and still open under the new one."""
    unanswered: int
    """Who go down if nobody answers, and are not counted as going down already."""
    rules: Counter[str]
    """New cases by the rule that asks."""
    proposed: Comparison
    """New cases from the tier held to the tier proposed."""

    @property
    def opened(self) -> int:
        """New cases, at once and at the next review."""
        return self.at_once + self.at_review

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        told = self.proposed.as_json()
        return {
            "at_once": self.at_once,
            "at_review": self.at_review,
            "waiting": self.waiting,
            "demoted_unanswered": self.unanswered,
            "rules": dict(self.rules),
            **{name: told[name] for name in ("matrix", "directions", "sample")},
        }


class CountingCases:
    """Counts the customers of a simulation one by one."""

    def __init__(self, policy: Policy) -> None:
        asked = policy.review_when
        self._rules = Counter({rule.name: 0 for rule in asked.rules} if asked else {})
        self._approved = asked is not None and asked.default == "approve"
        self._proposed = Comparing(policy, policy, keep=False)
        self._at_once = self._at_review = self._waiting = self._unanswered = 0

    def add(self, case: Case, found: Difference, *, at_once: bool, falls: bool) -> None:
        """Count a case as it would be opened; `falls`: the customer goes down in any case."""
        self._at_once += at_once
        self._at_review += not at_once
        self._rules[case.rule] += 1
        self._proposed.add(found)
        self._unanswered += self._approved and found.direction == "down" and not falls

    def wait(self) -> None:
        """Count a case that stays open."""
        self._waiting += 1

    def done(self) -> Cases:
        """What was counted."""
        counts = (self._at_once, self._at_review, self._waiting, self._unanswered)
        return Cases(*counts, self._rules, self._proposed.done())
