"""Readings of customer ann as of a day."""

from builders import Event, day_reached, document, log, policy_from
from runs import run

from scoring.explain import major


def as_of(day: int, *texts: str, events: list[Event]) -> list[float | None]:
    """The readings `texts` on a day of the test, after the events; money in yuan."""
    rules = document("eligible: first_fact")
    rules["score"] = [
        {"name": f"d{n}", "reading": text, "cap": 1, "weight": 1} for n, text in enumerate(texts)
    ]
    done = run(policy_from(rules), log(*events, day_reached(day)))
    grader = done.rules.judge.grader
    values = [value for value, _ in grader.details(done.states["ann"], done.meta.day)]
    names = [dimension.reading.name for dimension in grader.policy.dimensions]
    return [major(grader, name, value) for name, value in zip(names, values, strict=True)]
