"""Ranks, bounds and label values by the names and units of a policy."""

from scoring.compile import Grader
from scoring.explain import major
from scoring.policy import Policy


def as_told(grader: Grader, value: float | None) -> float | None:
    """A ranking value as people write it: points, or the reading in major units.

    >>> from scoring.compile import compile_policy
    >>> from scoring.syntax import ReadingCall
    >>> by_score = Policy("shop", 1, "UTC", "JPY", tiers=())
    >>> by_spend = Policy("shop", 1, "UTC", "JPY", tiers=(), by=ReadingCall("spend", 365))
    >>> as_told(compile_policy(by_score), 5_499), as_told(compile_policy(by_spend), 5_499)
    (54.99, 5499.0)
    """
    by = grader.policy.by
    if by is not None:
        return major(grader, by.name, value)
    return None if value is None else value / 100


def label_values(policy: Policy, values: list[int]) -> dict[str, str | None]:
    """Label values by name; None where no rule of the label is true.

    >>> from scoring.policy import Label, Rule
    >>> churn = Label("churn_risk", (Rule("high"), Rule("low")))
    >>> value = Label("value_band", (Rule("high"),))
    >>> label_values(Policy("shop", 1, "UTC", "EUR", tiers=(), labels=(churn, value)), [1, -1])
    {'churn_risk': 'low', 'value_band': None}
    """
    pairs = zip(policy.labels, values, strict=True)
    return {label.name: label.rules[at].value if at >= 0 else None for label, at in pairs}
