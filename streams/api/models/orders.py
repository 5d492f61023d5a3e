"""Answers to what was ordered and sent."""

from typing import Any

from streams.api.models.shared import Freshness, PolicyNamed, Shape


class Result(Shape):
    """What a worker did."""

    event_id: str
    type: str
    customer_id: str
    outcome: str
    grade: dict[str, Any] | None = None
    into: str | None = None
    """Whom a customer was merged into."""
    reason: str | None = None
    detail: str | None = None


class Waiting(Shape):
    """A command without an answer yet, and where to ask."""

    customer_id: str
    event_id: str
    ask: str


class Results(Shape):
    """What was done, and what is waited for."""

    results: list[Result]
    pending: list[Waiting]


class EventResult(Shape):
    """What became of an event: accepted, excluded or rejected."""

    index: int
    event_id: str | None
    outcome: str
    reason: str | None = None
    detail: str | None = None


class EventResults(Shape):
    """What became of each event, in their order."""

    events: list[EventResult]


class PolicyProblem(Shape):
    """One thing wrong with a policy."""

    path: str
    line: int | None
    column: int | None
    value: str | int | float | bool | None
    message: str


class Checked(Shape):
    """Whether a policy is good."""

    good: bool
    problems: list[PolicyProblem]
    policy: PolicyNamed | None = None


class Difference(Shape):
    """One thing that differs."""

    path: list[str]
    change: str
    was: Any
    now: Any
    text: str


class Differences(Shape):
    """Everything that differs."""

    differences: list[Difference]


class Cases(Shape):
    """Moves that wait, as `regrade review list --json` tells them."""

    cases: list[dict[str, Any]]
    freshness: Freshness
