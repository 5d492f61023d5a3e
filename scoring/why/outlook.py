"""What time alone will do: a copy of the customer, ticked by the engine's own `advance`."""

from typing import Final, NamedTuple

from scoring.advance import Judge, advance, rounded
from scoring.calendar import LAST_DAY, date_of
from scoring.changes import Change
from scoring.customer import UNGRADED, CustomerState
from scoring.explain import major
from scoring.facts import Tick
from scoring.movement import target_of
from scoring.override import computed_of
from scoring.readings import READINGS
from scoring.units import Day
from scoring.why.copies import copy_of
from scoring.why.explanation import Move, OutlookDay, ReadingMove
from scoring.why.gap import HORIZON
from scoring.why.ranks import as_told, label_values

OUTLOOK_ROWS: Final = 12
"""How many days of an outlook are told unless asked otherwise."""


class Glance(NamedTuple):
    """A grade on one day, as far as time can change it."""

    score: float | None
    value: float | None
    tier: int
    computed: int
    target: int
    labels: list[int]
    windowed: list[float | None]
    """The windowed readings tiers rest on; the others change every day."""
    ends: list[float | None]
    """Per drifting dimension the normalised value where it stands still, else None."""


class Outlook:
    """Looks ahead for the customers of one policy.

    Ann bought for 120 on January 1st. On the 31st that leaves the window of 30 days:

    >>> from decimal import Decimal
    >>> from scoring.compile import compile_policy
    >>> from scoring.due import plan_of
    >>> from scoring.policy import Policy, Tier, Trigger
    >>> from scoring.syntax import ReadingCall
    >>> tiers = Tier("bronze", Decimal(0), Decimal(0)), Tier("silver", Decimal(100), Decimal(90))
    >>> daily = Trigger("daily", frozenset({"tick"}), demote=True)
    >>> spend = ReadingCall("spend", 30)
    >>> policy = Policy("shop", 1, "UTC", "EUR", tiers, by=spend, triggers=(daily,))
    >>> grader = compile_policy(policy)
    >>> ann = CustomerState(tier=1, days=[Day(0)], orders=[1], spend=[120_00])
    >>> [day] = Outlook(Judge(grader, plan_of(grader))).days(ann, Day(0))
    >>> str(day.on), day.readings
    ('1970-01-31', [ReadingMove(reading='spend(30)', from_=120.0, to=0.0)])
    >>> day.moves
    [Move(what='tier', from_='silver', to='bronze', trigger='daily')]
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        policy = judge.grader.policy
        self._by = policy.by
        self._windowed = [
            at for at, d in enumerate(policy.dimensions) if READINGS[d.reading.name].windowed
        ]
        self._drifting = [
            (at, d.normaliser == "steps")
            for at, d in enumerate(policy.dimensions)
            if READINGS[d.reading.name].drift is not None
        ]
        self._calls = [policy.dimensions[at].reading for at in self._windowed]
        if policy.by is not None and READINGS[policy.by.name].windowed:
            self._calls.append(policy.by)

    def days(
        self, state: CustomerState, today: Day, *, rows: int = OUTLOOK_ROWS, within: int = HORIZON
    ) -> list[OutlookDay]:
        """The first `rows` days after `today`, `within` days at most, that time makes special.

        On such a day the tier, its target or a label moves, a windowed reading of the score or
        the ranking changes, or a drifting dimension takes a step or comes to its end: more than
        that days are counted. `state` must have been ticked through `today`; it is not touched.
        """
        found: list[OutlookDay] = []
        if state.tier == UNGRADED:
            return found
        copy = copy_of(state)
        before = self.glance(copy, today)
        for day in range(today + 1, min(today + within, LAST_DAY) + 1):
            if len(found) >= rows:
                break
            decision = advance(copy, Tick(Day(day)), self._judge, Day(day))
            now = self.glance(copy, Day(day))
            if decision.changes or _moved(before, now):
                found.append(self._told(Day(day), before, now, decision.changes))
            before = now
        return found

    def glance(self, state: CustomerState, day: Day) -> Glance:
        """The grade as of a day through which the state was ticked."""
        grader = self._judge.grader
        raw, value, labels = grader.measure(state, day)
        details = grader.details(state, day)
        windowed = [details[at][0] for at in self._windowed]
        if len(self._calls) > len(windowed):
            windowed.append(value)
        computed = computed_of(state)
        return Glance(
            score=rounded(raw),
            value=value,
            tier=state.tier,
            computed=computed,
            target=target_of(grader, value, computed),
            labels=labels,
            windowed=windowed,
            ends=[_end(details[at][1], steps=steps) for at, steps in self._drifting],
        )

    def _told(self, day: Day, before: Glance, now: Glance, changes: list[Change]) -> OutlookDay:
        grader = self._judge.grader
        tiers = grader.policy.tiers
        moved: dict[str, ReadingMove] = {}
        for call, old, new in zip(self._calls, before.windowed, now.windowed, strict=True):
            if old != new:
                told = (major(grader, call.name, value) for value in (old, new))
                moved[str(call)] = ReadingMove(str(call), *told)
        return OutlookDay(
            on=date_of(day),
            score=now.score,
            value=as_told(grader, now.value),
            tier=tiers[now.tier].name,
            computed_tier=tiers[now.computed].name,
            target=tiers[now.target].name,
            labels=label_values(grader.policy, now.labels),
            readings=list(moved.values()),
            moves=[Move(c.label or "tier", c.from_, c.to, c.trigger) for c in changes],
        )


def _moved(before: Glance, now: Glance) -> bool:
    """Whether more has changed than a reading that drifts."""
    if before[2:7] != now[2:7]:
        return True
    arrived = zip(before.ends, now.ends, strict=True)
    return any(new is not None and new != old for old, new in arrived)


def _end(share: float | None, *, steps: bool) -> float | None:
    """A normalised value that will stay for days: a step, nothing, or full marks."""
    return share if steps or share in (0.0, 1.0) else None
