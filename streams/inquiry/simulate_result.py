"""What a simulation counted: who moves when, labels, benefits, and the guard. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scoring.calendar import iso
from scoring.policy import Policy
from scoring.units import Day
from streams.inquiry.simulate_benefits import BenefitCount, Path, benefit_counts
from streams.inquiry.simulate_cases import Cases
from streams.replay.report import matrix_rows
from streams.replay.report_comparison import Comparison
from streams.replay.report_counts import Matrix, share
from streams.replay.report_difference import Direction, direction_of


class LabelCounts:
    """Customers by label and value, now and under the new policy; labels both have or one has.

    Of those who have a value now also who moves, up or down, by the next review.
    """

    def __init__(self, was: Policy, now: Policy) -> None:
        self.counts: dict[str, dict[str | None, list[int]]] = {}
        self.moves: Counter[tuple[str, str | None, str]] = Counter()
        """By label, value now and direction."""
        for policy in (was, now):
            for label in policy.labels:
                values = self.counts.setdefault(label.name, {})
                for rule in label.rules:
                    values.setdefault(rule.value, [0, 0])

    def add(
        self,
        was: Mapping[str, str | None],
        now: Mapping[str, str | None],
        way: Direction | None,
    ) -> None:
        """Count a customer on either side, and the way their tier goes."""
        for side, values in enumerate((was, now)):
            for label, value in values.items():
                self.counts[label].setdefault(value, [0, 0])[side] += 1
        if way is not None:
            self.moves.update((label, value, way) for label, value in was.items())

    def rows(self, label: str) -> list[tuple[str | None, list[int]]]:
        """Per value the customers now, then, and of those now who go up and who goes down."""
        return [
            (value, [*sides, *(self.moves[label, value, way] for way in ("up", "down"))])
            for value, sides in self.counts[label].items()
        ]

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """For programs: by label rows of value, now, then, up, down."""
        names = ("now", "then", "up", "down")
        return {
            label: [
                {"value": value, **dict(zip(names, row, strict=True))}
                for value, row in self.rows(label)
            ]
            for label in self.counts
        }


class Guard(NamedTuple):
    """The share of customers a policy may demote unasked, and the share it would."""

    allowed: float
    share: float

    @property
    def holds(self) -> bool:
        """Whether the policy waits for somebody to confirm."""
        return self.share > self.allowed


@dataclass(frozen=True, slots=True)
class Simulation:
    """A policy run over the customers of another. Shares are of `customers`."""

    current: Policy
    new: Policy
    days: tuple[Day, Day] | None
    """The first and the last day a partition stands at; None without customers."""
    not_graded: int
    """Without a tier under either."""
    paths: Counter[Path]
    """Graded customers by their way."""
    at_once: Comparison
    at_review: Comparison
    """From the tier taken at once to that after the next review; no labels."""
    reviews: Counter[Day]
    """Who moves at a review, by its day."""
    pending: int
    """Who stand above their target, and no review would take them down."""
    anyway: int
    """Who go down, and would under the present policy at its next review, too."""
    labels: LabelCounts
    cases: Cases

    @property
    def customers(self) -> int:
        """Graded under at least one of the two."""
        return self.paths.total()

    @property
    def after(self) -> Matrix:
        """Customers by tier now and after the next review."""
        found: Matrix = Counter()
        for (now, _, then), count in self.paths.items():
            found[now, then] += count
        return found

    @property
    def demoted(self) -> int:
        """Who hold a lower tier after the next review than now."""
        ladders = [[tier.name for tier in policy.tiers] for policy in (self.current, self.new)]
        return sum(
            count
            for (now, then), count in self.after.items()
            if direction_of(now, then, *ladders) == "down"
        )

    @property
    def guard(self) -> Guard | None:
        """None where the new policy sets no bound."""
        allowed = self.new.max_move_share
        if allowed is None:
            return None
        # Not the rounded share that is shown: a bound is a bound.
        down = self.demoted + self.cases.unanswered
        return Guard(allowed, down / self.customers if self.customers else 0.0)

    @property
    def as_of(self) -> list[str]:
        """The first and the last day a partition stands at, ISO 8601; one if all agree."""
        return sorted({iso(day) for day in self.days or ()})

    def tier_counts(self) -> list[tuple[str, int, int, int]]:
        """Per tier of either policy, highest first: customers now, at once, after the review."""
        names = [tier.name for tier in reversed(self.new.tiers)]
        names += [tier.name for tier in reversed(self.current.tiers) if tier.name not in names]
        sides = [Counter[str | None]() for _ in range(3)]
        for path, count in self.paths.items():
            for side, tier in zip(sides, path, strict=True):
                side[tier] += count
        return [(name, sides[0][name], sides[1][name], sides[2][name]) for name in names]

    def benefits(self) -> dict[str, BenefitCount]:
        """By benefit, who gain or lose it; every benefit of either policy is there."""
        return benefit_counts(self.paths, self.current, self.new)

    def as_json(self) -> dict[str, Any]:
        """For programs: cells that count nothing are left out of lists."""
        guard = self.guard
        return {
            "policy": _named(self.new),
            "current": _named(self.current),
            "as_of": self.as_of,
            "customers": self.customers,
            "not_graded": self.not_graded,
            "tiers": [
                {"tier": name, "now": now, "at_once": once, "after_review": then}
                for name, now, once, then in self.tier_counts()
            ],
            "matrix": matrix_rows(self.after, "customers", "tier", "tier_after_review"),
            "at_once": _step(self.at_once),
            "at_review": _step(self.at_review),
            "reviews": {iso(day): count for day, count in sorted(self.reviews.items())},
            "demoted": self.demoted,
            "demoted_share": share(self.demoted, self.customers),
            "demoted_anyway": self.anyway,
            "pending": self.pending,
            "cases": self.cases.as_json(),
            "labels_differ": dict(self.at_once.labels),
            "labels": self.labels.as_json(),
            "benefits": {name: count._asdict() for name, count in self.benefits().items()},
            "guard": None if guard is None else {**guard._asdict(), "holds": guard.holds},
        }


def _named(policy: Policy) -> dict[str, object]:
    return {"id": policy.policy_id, "version": policy.version}


def _step(comparison: Comparison) -> dict[str, Any]:
    """One of the two steps; labels move at once and are told beside it."""
    told = comparison.as_json()
    names = ("tier_differs", "tier_differs_share", "matrix", "directions", "sample")
    return {name: told[name] for name in names}
