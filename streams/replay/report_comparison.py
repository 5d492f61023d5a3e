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
from streams.replay.results import Results

SAMPLE = 10

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
    differences: tuple[Difference, ...]
    """By customer id."""

    @property
    def moved(self) -> int:
        """Customers whose tier differs."""
        return sum(self.directions.values())

    @property
    def labels_only(self) -> int:
        """Customers who keep their tier and differ in a label."""
        return len(self.differences) - self.moved

    def sample(self) -> list[Difference]:
        """A few whose tier differs: in turn from every kind of move, as far as it goes.

        Within a kind the greatest difference in score comes first; between kinds those
        whose direction is known.
        """
        kinds: dict[tuple[str | None, str | None], int] = {}
        ranked = []
        moved = (one for one in self.differences if one.direction is not None)
        for one in sorted(moved, key=_by_score):
            kind = one.tier, one.tier_against
            kinds[kind] = turn = kinds.get(kind, 0) + 1
            ranked.append((turn, one.direction == "other", *_by_score(one), one))
        return [one for *_, one in sorted(ranked)[:SAMPLE]]

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
            "sample": [one.as_json() for one in self.sample()],
        }


def compare(one: tuple[Policy, Results], other: tuple[Policy, Results]) -> Comparison:
    """Compare every customer's final grade under two policies."""
    (policy, _), (against, _) = one, other
    labels, labels_against = ([label.name for label in given.labels] for given in (policy, against))
    matrix: Matrix = Counter()
    directions: Counter[Direction] = Counter()
    label_counts = {name: 0 for name in labels if name in labels_against}
    differences = []
    for found in _pairs(one, other):
        matrix[found.tier, found.tier_against] += 1
        if found.direction is not None:
            directions[found.direction] += 1
        for name in found.labels:
            label_counts[name] += 1
        if found.direction is not None or found.labels:
            differences.append(found)
    return Comparison(
        customers=sum(matrix.values()),
        matrix=matrix,
        directions={way: directions[way] for way in get_args(Direction)},
        labels=label_counts,
        only=tuple(name for name in labels if name not in labels_against),
        only_against=tuple(name for name in labels_against if name not in labels),
        differences=tuple(differences),
    )


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


def _by_score(one: Difference) -> tuple[float, str]:
    scores = one.score, one.score_against
    return -abs((scores[1] or 0.0) - (scores[0] or 0.0)), one.customer_id
