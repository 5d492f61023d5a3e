"""Ranks, bounds and label values by the names and units of a policy."""

from scoring.compile import Grader
from scoring.explain import major
from scoring.policy import Policy


def as_told(grader: Grader, value: float | None) -> float | None:
    """A ranking value as people write it: points, or the reading in major units."""
    by = grader.policy.by
    if by is not None:
        return major(grader, by.name, value)
    return None if value is None else value / 100


def label_values(policy: Policy, values: list[int]) -> dict[str, str | None]:
    """Label values by name."""
    pairs = zip(policy.labels, values, strict=True)
    return {label.name: label.rules[at].value if at >= 0 else None for label, at in pairs}
