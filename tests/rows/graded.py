"""What the engine makes of customer ann: under a preset by name, or under a snippet of policy."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from agreement import grades
from builders import Event, day_reached, log, order, policy, registration, settlement
from runs import run

from scoring.policy import Policy
from streams.policies.load import load_policy, presets

FULL_MARKS_LINE = {"amount": 1, "high_margin": True, "new_product": True}
HIGH_MARGIN_LINE = {"amount": 1, "high_margin": True}


@dataclass(frozen=True, slots=True)
class Grade:
    """A customer on the last day of a history, and what was published on the way."""

    tier: str
    score: float | None
    labels: dict[str, str | None]
    normalised: dict[str, float | None]
    """Per dimension of the score its value from 0 to 1."""
    changes: list[dict[str, Any]]
    moves: list[tuple[Any, ...]]
    """The changes in short: day, tier or label, from, to, trigger."""


@cache
def rules_of(name: str) -> Policy:
    """A preset by its name, or the base policy of the tests changed by a snippet."""
    return load_policy(name) if name in presets() else policy(name)


def graded(rules: str, *events: Event, on: int | None = None) -> Grade:
    """The grade of ann after her events; with `on`, on that day."""
    done = run(rules_of(rules), log(*events, *([] if on is None else [day_reached(on)])))
    assert not done.reasons  # what is refused would leave the day where it was
    grade = grades(done)["ann"]
    grader = done.rules.judge.grader
    details = grader.details(done.states["ann"], done.meta.day)
    names = [dimension.name for dimension in grader.policy.dimensions]
    return Grade(
        grade["tier"],
        grade["score"],
        grade["labels"],
        {name: value for name, (_, value) in zip(names, details, strict=True)},
        done.changes,
        done.moves,
    )


def label(name: str, *events: Event, on: int | None = None, rules: str = "retail-rfm") -> str:
    """The value of one label of ann after her events; with `on`, on that day."""
    return str(graded(rules, *events, on=on).labels[name])


def busy_buyer(last: Any, line: dict[str, Any], day: int = 0, orders: int = 30) -> list[Event]:
    """A payment on time, orders of nothing, then one of `last` with `line` on it.

    In the scorecard `b2b-fresh` 30 orders are 25 points, the payment is 15, the line is 10 with a
    high margin and 5 more if the product is new.
    """
    nothing = [order(day, 0) for _ in range(orders - 1)]
    return [settlement(day, due=day), *nothing, order(day, last, lines=[line])]


def partner_of_three_years(day: int = 0) -> Event:
    """A registration 1,095 days before: 10 points of the scorecard `b2b-fresh`."""
    return registration(day, since=day - 1095)
