"""Customers as a policy would find and leave them today, were it published. Pure."""

from collections import Counter
from typing import NamedTuple

from scoring.advance import Judge, rounded, snapshot_of
from scoring.customer import UNGRADED, CustomerState
from scoring.explain import Explainer
from scoring.policy import Policy
from scoring.succession import succession
from scoring.units import Day
from scoring.why.copies import copy_of
from scoring.why.ranks import label_values
from streams.inquiry.simulate_benefits import Path
from streams.inquiry.simulate_cases import CountingCases, open_case, opened
from streams.inquiry.simulate_result import LabelCounts, Simulation
from streams.inquiry.simulate_review import Reviews
from streams.replay.report_comparison import Comparing
from streams.replay.report_difference import (
    Difference,
    Direction,
    Points,
    Reason,
    differing_labels,
    direction_of,
    reason_of,
)


class _Measured(NamedTuple):
    """A grade by one of the two policies."""

    score: float | None
    labels: dict[str, str | None]


class _Customer(NamedTuple):
    """Somebody as they are, and as the new policy leaves them."""

    name: str
    states: tuple[CustomerState, CustomerState]
    measured: tuple[_Measured, _Measured]
    today: Day


_Tiers = tuple[str | None, str | None]
_Labels = dict[str, tuple[str | None, str | None]]


class _Side:
    """One of the two policies and what it says of customers."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.policy: Policy = judge.grader.policy
        self.ladder = [tier.name for tier in self.policy.tiers]
        self.reviews = Reviews(judge)
        self._explainer = Explainer(judge.grader)

    def name(self, rank: int) -> str | None:
        return None if rank == UNGRADED else self.ladder[rank]

    def measure(self, state: CustomerState, today: Day) -> _Measured:
        if state.tier == UNGRADED:
            return _Measured(None, {})
        raw, _, labels = self.judge.grader.measure(state, today)
        return _Measured(rounded(raw), label_values(self.policy, labels))

    def points(self, state: CustomerState, today: Day) -> Points:
        rows = self._explainer.dimensions(snapshot_of(state, self.judge, today))
        return {row["name"]: row["points"] for row in rows}


class Simulator:
    """Takes customers one by one; what it holds does not grow with their number."""

    def __init__(self, current: Judge, new: Judge) -> None:
        self._was, self._now = _Side(current), _Side(new)
        self._succession = succession(self._was.policy, new)
        self._at_once = Comparing(self._was.policy, self._now.policy, keep=False)
        self._at_review = Comparing(self._now.policy, self._now.policy, keep=False)
        self._paths: Counter[Path] = Counter()
        self._reviews: Counter[Day] = Counter()
        self._labels = LabelCounts(self._was.policy, self._now.policy)
        self._cases = CountingCases(self._now.policy)
        self._not_graded = self._pending = self._anyway = 0
        self._days: set[Day] = set()

    def add(self, customer: str, state: CustomerState, today: Day) -> None:
        """Count a customer whose partition stands at `today`; `state` is not touched."""
        was, now = self._was, self._now
        self._days.add(today)
        taken = copy_of(state)
        before = was.measure(state, today)
        self._succession.take(taken, today)
        after = now.measure(taken, today)
        tier, at_once = was.name(state.tier), now.name(taken.tier)
        if at_once is None:
            # Nobody loses a grade: who has one keeps one.
            self._not_graded += 1
            return
        reviewed = now.reviews.next(taken, today)
        path = (tier, at_once, str(now.name(reviewed.tier)))
        self._paths[path] += 1
        self._labels.add(before.labels, after.labels, self._way(path))
        self._pending += reviewed.pending
        if reviewed.on is not None:
            self._reviews[reviewed.on] += 1
        if tier is not None and self._goes_down(path):
            alone = was.name(was.reviews.next(state, today).tier)
            self._anyway += direction_of(tier, alone, was.ladder, was.ladder) == "down"
        one = _Customer(customer, (state, taken), (before, after), today)
        self._compare(one, path)
        case = opened(state, taken)
        asked = case or reviewed.case
        if asked is not None:
            ladders = (now.ladder, now.ladder)
            found = self._difference(one, (at_once, now.name(asked.to)), ladders, {})
            falls = self._goes_down(path)
            self._cases.add(asked, found, at_once=case is not None, falls=falls)
        elif open_case(taken) is not None:
            self._cases.wait()

    def _way(self, path: Path) -> Direction | None:
        return direction_of(path[0], path[2], self._was.ladder, self._now.ladder)

    def _goes_down(self, path: Path) -> bool:
        return self._way(path) == "down"

    def _compare(self, one: _Customer, path: Path) -> None:
        """Count the two steps: at once, and at the next review."""
        before, after = one.measured
        labels = differing_labels(before.labels, after.labels)
        was, now = self._was.ladder, self._now.ladder
        self._at_once.add(self._difference(one, path[:2], (was, now), labels))
        self._at_review.add(self._difference(one, path[1:], (now, now), {}))

    def _difference(
        self, one: _Customer, tiers: _Tiers, ladders: tuple[list[str], list[str]], labels: _Labels
    ) -> Difference:
        """A customer at one of the steps, with the reason where there was a grade before."""
        way = direction_of(*tiers, *ladders)
        reason: Reason | None = None
        if way is not None and one.states[0].tier != UNGRADED:
            points = (
                self._was.points(one.states[0], one.today),
                self._now.points(one.states[1], one.today),
            )
            reason = reason_of(*points, way)
        scores = one.measured[0].score, one.measured[1].score
        return Difference(one.name, *tiers, way, *scores, labels, reason)

    def done(self) -> Simulation:
        """What was counted."""
        return Simulation(
            current=self._was.policy,
            new=self._now.policy,
            days=(min(self._days), max(self._days)) if self._days else None,
            not_graded=self._not_graded,
            paths=self._paths,
            at_once=self._at_once.done(),
            at_review=self._at_review.done(),
            reviews=self._reviews,
            pending=self._pending,
            anyway=self._anyway,
            labels=self._labels,
            cases=self._cases.done(),
        )
