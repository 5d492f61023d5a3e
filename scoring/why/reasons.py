"""The door: everything one customer's grade rests on, as of a day."""

from datetime import date
from typing import NamedTuple

from scoring.advance import Judge, rounded
from scoring.calendar import LAST_DAY, date_of
from scoring.changes import Snapshot
from scoring.customer import UNGRADED, CustomerState
from scoring.explain import Explainer
from scoring.movement import target_of
from scoring.override import computed_of
from scoring.units import Centipoints, Day
from scoring.why.copies import as_of
from scoring.why.explanation import (
    Explanation,
    Keep,
    NextTier,
    OutlookDay,
    OverrideRow,
    Pending,
    ReviewRow,
)
from scoring.why.gap import Gap
from scoring.why.labels import LabelReader
from scoring.why.lever import Lever
from scoring.why.one_order import one_order
from scoring.why.outlook import OUTLOOK_ROWS, Outlook
from scoring.why.points import dimension_rows
from scoring.why.ranks import as_told
from scoring.why.standing import Distance, trigger_rows
from scoring.why.what_if import WhatIf


class _Grade(NamedTuple):
    """A customer ticked through `today`, and what the grader says of them."""

    state: CustomerState
    today: Day
    snapshot: Snapshot
    rank: int
    target: int
    held: bool


class Reasons:
    """Explains the customers of one policy; what is the same for all is worked out once.

    Ann bought for 120 on January 1st, and not since. On the 31st nothing is left in the window
    of 30 days, but only the review may demote:

    >>> from decimal import Decimal
    >>> from scoring.compile import compile_policy
    >>> from scoring.due import plan_of
    >>> from scoring.policy import Policy, Tier, Trigger
    >>> from scoring.syntax import ReadingCall
    >>> tiers = Tier("bronze", Decimal(0), Decimal(0)), Tier("silver", Decimal(100), Decimal(90))
    >>> review = Trigger("review", frozenset({"tick"}), demote=True, calendar="monthly")
    >>> spend = ReadingCall("spend", 30)
    >>> policy = Policy("shop", 1, "UTC", "EUR", tiers, by=spend, triggers=(review,))
    >>> grader = compile_policy(policy)
    >>> ann = CustomerState(tier=1, days=[Day(0)], orders=[1], spend=[120_00])
    >>> why = Reasons(Judge(grader, plan_of(grader))).explain(ann, Day(30))
    >>> why.tier, why.value, why.target
    ('silver', 0.0, 'bronze')
    >>> why.pending
    Pending(to='bronze', on=datetime.date(1970, 2, 1), trigger='review')
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._grader = judge.grader
        self._tiers = [tier.name for tier in judge.grader.policy.tiers]
        self._explainer = Explainer(judge.grader)
        self._what_if = WhatIf(judge.grader)
        self._outlook = Outlook(judge)
        self._labels = LabelReader(judge.grader.policy)

    def explain(self, state: CustomerState, day: Day, rows: int = OUTLOOK_ROWS) -> Explanation:
        """Why the customer stands where they stand on `day`, with `rows` days of outlook.

        `state` is as of a partition day that is not after `day`; what time does until then is
        done to a copy. Before the first grade there are readings and points, and nothing else.
        """
        grade = self._grade(as_of(state, self._judge, day), day)
        state, snapshot = grade.state, grade.snapshot
        policy = self._grader.policy
        graded = grade.rank != UNGRADED
        ahead = self._outlook.days(state, day, rows=rows)
        since = state.tier_since
        distance = Distance(grade.rank, grade.target, grade.held)
        return Explanation(
            as_of=date_of(day),
            tier=self._name(state.tier),
            computed_tier=self._name(grade.rank),
            override=self._override(state),
            tier_since=date_of(since) if graded else None,
            score=snapshot.score,
            ranked_by="score" if policy.by is None else str(policy.by),
            value=as_told(self._grader, snapshot.value),
            target=self._name(grade.target) if graded else None,
            dimensions=dimension_rows(
                self._grader, snapshot.dimensions, _centipoints(snapshot.score)
            ),
            keep=Keep(**self._explainer.keep(snapshot)) if graded else None,
            next_tier=self._next_tier(grade) if graded else None,
            hold_until=_date(Day(since + policy.hold_days)) if graded else None,
            held=graded and grade.held,
            pending=self._pending(grade) if graded and grade.target < grade.rank else None,
            review=self._review(state),
            labels=self._labels.rows(state, day, snapshot.labels) if graded else [],
            triggers=trigger_rows(self._grader, state, distance, day) if graded else [],
            outlook=ahead,
            due_on=None if state.due is None else date_of(state.due),
            version=state.version,
        )

    def _grade(self, state: CustomerState, today: Day) -> _Grade:
        raw, value, labels = self._grader.measure(state, today)
        details = self._grader.details(state, today)
        rank = computed_of(state)
        return _Grade(
            state,
            today,
            Snapshot(rank, rounded(raw), value, details, labels, state.due),
            rank,
            target_of(self._grader, value, rank),
            today - state.tier_since < self._grader.policy.hold_days,
        )

    def _name(self, rank: int) -> str | None:
        return None if rank == UNGRADED else self._tiers[rank]

    def _override(self, state: CustomerState) -> OverrideRow | None:
        override = state.override
        if override is None:
            return None
        return OverrideRow(
            kind=override.kind,
            tier=self._tiers[override.rank],
            reason=override.reason,
            author=override.author,
            set_on=date_of(override.set_on),
            until=None if override.until is None else date_of(override.until),
        )

    def _review(self, state: CustomerState) -> ReviewRow | None:
        case = state.case
        if case is None:
            return None
        refused = case.refused
        return ReviewRow(
            status="open" if refused is None else "refused",
            to=self._tiers[case.to],
            rule=case.rule,
            trigger=case.trigger,
            event_id=case.event_id,
            opened_on=date_of(case.opened),
            deadline=date_of(case.deadline),
            refused_on=None if refused is None else date_of(refused.on),
            author=None if refused is None else refused.author,
            reason=None if refused is None else refused.reason,
        )

    def _next_tier(self, grade: _Grade) -> NextTier | None:
        short = self._explainer.next_tier(grade.snapshot)
        if short is None:
            return None
        bound = self._grader.enter[grade.rank + 1]
        gap = Gap(self._what_if, bound, grade.state, grade.today)
        if gap.closed(grade.snapshot.value):
            return NextTier(**short, ways=[], one_order=None)
        calls = dict.fromkeys(self._what_if.calls)
        ways = [Lever(gap, call).way() for call in calls]
        return NextTier(**short, ways=ways, one_order=one_order(gap, self._grader))

    def _pending(self, grade: _Grade) -> Pending:
        """The demotion that will come if nothing happens: found by letting nothing happen."""
        for day in self._outlook.days(grade.state, grade.today, rows=LAST_DAY):
            if self._tiers.index(day.computed_tier) < grade.rank:
                return Pending(day.computed_tier, day.on, _trigger(day))
            if self._tiers.index(day.target) >= grade.rank:
                break
        return Pending(None, None, None)


def _trigger(day: OutlookDay) -> str | None:
    return next((move.trigger for move in day.moves if move.what == "tier"), None)


def _centipoints(score: float | None) -> Centipoints | None:
    return None if score is None else Centipoints(round(score * 100))


def _date(day: Day) -> date | None:
    return date_of(day) if day <= LAST_DAY else None
