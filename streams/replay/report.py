"""What a backtest says about one policy: who is where, who moved, why and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.policy import Policy
from scoring.triggers import FIRST_GRADE
from streams.replay.report_counts import (
    Matrix,
    Monthly,
    Tally,
    change_lines,
    label_values,
    months,
    share,
)
from streams.replay.results import Results


@dataclass(frozen=True, slots=True)
class Report:
    """The counts of one run. Shares are of graded customers, 0 to 1."""

    policy_id: str
    version: int
    name: str
    """The policy with its version, as people are told it."""
    as_of: str | None
    """The day of the last event, ISO 8601; None when nothing was graded."""
    tiers: tuple[str, ...]
    """Lowest first."""
    intended: Mapping[str, float]
    """The share a tier is meant for, where the policy says so."""
    customers: int
    """All of them, graded or not."""
    counts: Mapping[str, int]
    """Graded customers at the end, for every tier."""
    first_to_last: Matrix
    """Customers by (tier at the first grade, tier at the end)."""
    moves: Matrix
    """Tier changes by (from, to); from None is a first grade."""
    triggers: tuple[str, ...]
    by_trigger: Monthly
    by_label: Monthly
    """With `by_trigger` every change is counted once."""
    labels: Mapping[str, Mapping[str | None, int]]
    steps: Mapping[tuple[str | None, str], int]
    """(tier, day) -> how many customers more, or less, the tier has from that day on."""
    changes: int
    """Lines of `changes.jsonl`."""

    @property
    def graded(self) -> int:
        """Customers who have a tier."""
        return sum(self.counts.values())

    @property
    def months(self) -> list[str]:
        """Every month from the first change to the last."""
        return months([*self.by_trigger, *self.by_label])

    def as_json(self) -> dict[str, Any]:
        """For programs: lists of rows, cells that count nothing left out."""
        return {
            "policy": {"id": self.policy_id, "version": self.version},
            "as_of": self.as_of,
            "customers": self.customers,
            "not_graded": self.customers - self.graded,
            "changes": self.changes,
            "tiers": dict(self.counts),
            "shares": {tier: share(n, self.graded) for tier, n in self.counts.items()},
            "intended_shares": dict(self.intended),
            "first_to_last": matrix_rows(self.first_to_last, "customers", "first", "last"),
            "moves": matrix_rows(self.moves, "changes", "from", "to"),
            "changes_by_trigger": _month_rows(self.by_trigger, "trigger"),
            "changes_by_label": _month_rows(self.by_label, "label"),
            "labels": {
                label: [
                    {"value": value, "customers": n, "share": share(n, self.graded)}
                    for value, n in values.items()
                ]
                for label, values in self.labels.items()
            },
        }


def report_of(results: Results, policy: Policy, intended: Mapping[str, float]) -> Report:
    """Count what a run left behind."""
    tally = Tally.of(change_lines(results.changes))
    tiers = tuple(tier.name for tier in policy.tiers)
    known = {label.name: [rule.value for rule in label.rules] for label in policy.labels}
    return Report(
        policy_id=policy.policy_id,
        version=policy.version,
        name=f"{policy.policy_id} v{policy.version}",
        as_of=max((row["as_of"] for row in results.customers), default=None),
        tiers=tiers,
        intended=intended,
        customers=len(results.customers),
        counts=dict.fromkeys(tiers, 0) | results.tiers(),
        first_to_last=tally.first_to_last(results.customers),
        moves=tally.moves,
        triggers=_triggers(policy, {name for _, name in tally.by_trigger}),
        by_trigger=tally.by_trigger,
        by_label=tally.by_label,
        labels=label_values(results.customers, known),
        steps=tally.steps,
        changes=tally.changes,
    )


def _triggers(policy: Policy, seen: Iterable[str]) -> tuple[str, ...]:
    """The triggers in order of precedence, even those that never moved anybody."""
    known = [FIRST_GRADE, *(trigger.name for trigger in policy.triggers)]
    return (*known, *sorted(set(seen) - set(known)))


def matrix_rows(matrix: Matrix, counted: str, row: str, column: str) -> list[dict[str, Any]]:
    """A matrix in long form, most first."""
    return [{row: a, column: b, counted: n} for (a, b), n in matrix.most_common()]


def _month_rows(counts: Monthly, what: str) -> list[dict[str, Any]]:
    return [
        {"month": month, what: name, "changes": n} for (month, name), n in sorted(counts.items())
    ]
