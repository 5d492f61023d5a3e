"""Two policies over the same history: who would differ, and how many. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from scoring.policy import Policy
from streams.replay.report import matrix_rows
from streams.replay.report_counts import Matrix, share
from streams.replay.report_difference import (
    Difference,
    Direction,
    Points,
    differing_labels,
    direction_of,
    reason_of,
)
from streams.replay.report_sample import Clearest
from streams.replay.results import Results

_UNKNOWN: Mapping[str, Any] = {"tier": None, "score": None, "labels": {}}
"""A customer whose every record the other policy refuses or excludes."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between a policy and the one it is compared with (`against`)."""

    customers: int
    """Graded under at least one of the two; shares are of them."""
    matrix: Matrix
    """These customers by (final tier, final tier against); None is not graded."""
    directions: Mapping[Direction, int]
    """Customers whose tier differs, by which way; every direction is there."""
    labels: Mapping[str, int]
    """For each label of both policies the customers, graded under both, who differ."""
    only: tuple[str, ...]
    """Labels of the policy alone."""
    only_against: tuple[str, ...]
    labels_only: int
    """Customers who keep their tier and differ in a label."""
    sample: tuple[Difference, ...]
    """A few whose tier differs: in turn from every kind of move, the clearest first."""
    differences: tuple[Difference, ...]
    """All who differ, by customer id; empty where they were not to be kept."""

    @property
    def moved(self) -> int:
        """Customers whose tier differs."""
        return sum(self.directions.values())

    def as_json(self) -> dict[str, Any]:
        """For programs; the whole list of differences is in `differences.jsonl`."""
        return {
            "customers": self.customers,
            "tier_differs": self.moved,
            "tier_differs_share": share(self.moved, self.customers),
            "only_labels_differ": self.labels_only,
            "matrix": matrix_rows(self.matrix, "customers", "tier", "tier_against"),
            "directions": dict(self.directions),
            "labels": dict(self.labels),
            "labels_only": list(self.only),
            "labels_only_against": list(self.only_against),
            "sample": [one.as_json() for one in self.sample],
        }


class Comparing:
    """Counts customers one by one under two policies; with `keep` remembers all who differ."""

    def __init__(self, policy: Policy, against: Policy, *, keep: bool) -> None:
        self._names, self._names_against = (
            [label.name for label in given.labels] for given in (policy, against)
        )
        self._matrix: Matrix = Counter()
        self._directions: Counter[Direction] = Counter()
        self._labels = {name: 0 for name in self._names if name in self._names_against}
        self._labels_only = 0
        self._clearest = Clearest()
        self._kept: list[Difference] | None = [] if keep else None

    def add(self, found: Difference) -> None:
        """Count one customer, graded under at least one of the two, who may differ in nothing."""
        self._matrix[found.tier, found.tier_against] += 1
        for name in found.labels:
            self._labels[name] += 1
        if found.direction is not None:
            self._directions[found.direction] += 1
            self._clearest.add(found)
        elif found.labels:
            self._labels_only += 1
        else:
            return
        if self._kept is not None:
            self._kept.append(found)

    def done(self) -> Comparison:
        """What was counted."""
        names, against = self._names, self._names_against
        return Comparison(
            customers=sum(self._matrix.values()),
            matrix=self._matrix,
            directions={way: self._directions[way] for way in get_args(Direction)},
            labels=self._labels,
            only=tuple(name for name in names if name not in against),
            only_against=tuple(name for name in against if name not in names),
            labels_only=self._labels_only,
            sample=self._clearest.sample(),
            differences=tuple(self._kept or ()),
        )


def compare(one: tuple[Policy, Results], other: tuple[Policy, Results]) -> Comparison:
    """Compare every customer's final grade under two policies."""
    comparing = Comparing(one[0], other[0], keep=True)
    for found in _pairs(one, other):
        comparing.add(found)
    return comparing.done()


def _pairs(one: tuple[Policy, Results], other: tuple[Policy, Results]) -> Iterator[Difference]:
    """Every customer graded under at least one policy, by id."""
    ladders = [[tier.name for tier in policy.tiers] for policy, _ in (one, other)]
    rows = [{row["customer_id"]: row for row in results.customers} for _, results in (one, other)]
    for customer in sorted({*rows[0], *rows[1]}):
        mine, theirs = (found.get(customer, _UNKNOWN) for found in rows)
        tiers = mine["tier"], theirs["tier"]
        if tiers == (None, None):
            continue
        way = direction_of(*tiers, *ladders)
        reason = None
        if None not in tiers:
            reason = reason_of(_points(customer, *one), _points(customer, *other), way)
        yield Difference(
            customer,
            *tiers,
            way,
            mine["score"],
            theirs["score"],
            differing_labels(mine["labels"], theirs["labels"]),
            reason,
        )


def _points(customer: str, policy: Policy, results: Results) -> Points:
    names = (dimension.name for dimension in policy.dimensions)
    return dict(zip(names, results.points[customer], strict=True))
