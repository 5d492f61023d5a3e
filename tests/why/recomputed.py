"""What the oracle says of the customers of a history, on any day and with anything added."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import oracle
from oracle.customer import Customer
from oracle.exact import half_up
from oracle.ladder import target_tier
from oracle.policy import Policy, policy_of
from oracle.readings import WINDOWED, Reading, Scope
from oracle.replay import Partition
from oracle.scorecard import NUDGE
from runs import Run, run

from scoring.calendar import date_of
from scoring.customer import UNGRADED, CustomerState
from scoring.why.explanation import Explanation
from scoring.why.reasons import Reasons
from streams.intake.record import LogRecord

Document = dict[str, Any]


def partition(document: Document, records: Sequence[LogRecord]) -> Partition:
    """The oracle's partition after the records."""
    found = Partition(policy_of(document))
    for record in records:
        found.take(oracle.Event(record.topic, record.offset, record.key, record.value))
    return found


@dataclass(frozen=True)
class Case:
    """One graded customer: what is explained of them, and what the oracle holds."""

    name: str
    run: Run
    state: CustomerState
    told: Explanation
    policy: Policy
    customer: Customer
    today: int
    """As an ordinal."""

    def scope(self, day: int | None = None, customer: Customer | None = None) -> Scope:
        """The customer, or a changed copy of them, as of a day."""
        today = self.today if day is None else day
        return Scope(customer or self.customer, today, self.policy.exchange.scale)

    def value(self, scope: Scope, given: dict[str, Any] | None = None) -> Any:
        """What tiers are ranked by, some readings replaced by others."""
        return ranked(self.policy, scope, given or {})

    def enter(self) -> Fraction:
        """The bound of the next tier."""
        assert self.customer.tier is not None
        return self.policy.tiers[self.customer.tier + 1].enter


def cases(policy: Any, document: Document, records: Sequence[LogRecord]) -> Iterator[Case]:
    """Every graded customer of a history."""
    mine, other = run(policy, records), partition(document, records)
    reasons = Reasons(mine.rules.judge)
    for name, state in mine.states.items():
        if state.tier == UNGRADED:
            continue
        assert mine.meta.day is not None
        told = reasons.explain(state, mine.meta.day)
        today = date_of(mine.meta.day).toordinal()
        yield Case(name, mine, state, told, other.policy, other.customers[name], today)


def written(reading: Reading) -> str:
    """A reading as the engine writes it."""
    arguments = [str(reading.days)] if reading.days else []
    arguments += [reading.kind] if reading.kind else []
    arguments += [f"ending={reading.ending}"] if reading.ending else []
    return f"{reading.name}({', '.join(arguments)})" if arguments else reading.name


def ranked(policy: Policy, scope: Scope, given: dict[str, Any]) -> Any:
    """The ranking value with the readings `given`, by their text, in place of the real ones."""
    if policy.by is not None:
        return given.get(written(policy.by), policy.by.read(scope))
    total, weights = Fraction(0), Fraction(0)
    for dimension in policy.dimensions:
        text = written(dimension.reading)
        value = given[text] if text in given else dimension.reading.read(scope)
        share = dimension.missing if value is None else dimension.normalise(value)
        if share is not None:
            total += dimension.weight * share
            weights += dimension.weight
    return half_up(100 * total / weights + NUDGE) if weights else Fraction(0)


def is_windowed(reading: Reading) -> bool:
    """Whether rows enter and leave it."""
    return reading.name in WINDOWED


def days_ahead(case: Case, document: Document, days: int) -> Iterator[dict[str, Any]]:
    """The customer's grade today and on each day to come, with a tick on every one of them."""
    alone = Partition(case.policy)
    alone.customers = {case.name: deepcopy(case.customer)}
    alone.today = case.today
    yield graded(case, document, alone, [])
    for day in range(case.today + 1, case.today + days + 1):
        said = len(alone.changes)
        alone.today = day
        alone._tick(day)
        yield graded(case, document, alone, alone.changes[said:])


def graded(
    case: Case, document: Document, alone: Partition, changes: list[dict[str, Any]]
) -> dict[str, Any]:
    """The grade of a day, as far as time can change it."""
    policy, customer = case.policy, alone.customers[case.name]
    assert alone.today is not None
    assert customer.tier is not None
    assert customer.effective is not None
    scope = case.scope(alone.today, customer)
    value, score = policy.rank_value(scope), policy.score(scope)
    rests = [d.reading for d in policy.dimensions] + ([policy.by] if policy.by else [])
    return {
        "on": date.fromordinal(alone.today),
        "score": None if score is None else float(score),
        "tier": policy.tiers[customer.effective].name,
        "computed": policy.tiers[customer.tier].name,
        "target": policy.tiers[target_tier(policy.tiers, customer.tier, value)].name,
        "labels": dict(customer.labels),
        "windowed": {written(r): plain(r.read(scope)) for r in rests if is_windowed(r)},
        "ends": [
            end
            for entry, dimension in zip(document.get("score", ()), policy.dimensions, strict=True)
            if dimension.reading.name in ("recency_days", "inactive_days", "tenure_days")
            for end in [_end(dimension, dimension.reading.read(scope), "steps" in entry)]
        ],
        "moves": [
            (change.get("label", "tier"), change["from"], change["to"], change["trigger"])
            for change in changes
        ],
    }


def _end(dimension: Any, value: Any, steps: bool) -> Any:
    share = dimension.missing if value is None else dimension.normalise(value)
    return share if steps or share in (0, 1) else None


def plain(value: Any) -> float | None:
    """An exact number as a float; null stays None."""
    return None if value is None else float(value)
