"""A partition graded the slow way: every customer ticked on every day."""

import json
from collections.abc import Sequence
from typing import Any

from scoring.advance import Decision, advance
from scoring.cases import takes
from scoring.customer import CustomerState
from scoring.facts import ReviewResolved, Tick
from scoring.units import Day
from streams.intake.outcomes import Accepted, DayReached
from streams.intake.record import LogRecord
from streams.partition.ports import Cause
from streams.partition.rules import Rules
from streams.partition.screening import FUTURE_DAYS


class DailyPartition:
    """One partition without due days, caches, chunks or a store."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.today: Day | None = None
        self.states: dict[str, CustomerState] = {}
        self.changes: list[dict[str, Any]] = []

    def take(self, records: Sequence[LogRecord]) -> None:
        """Take records one by one."""
        for record in records:
            intake = self.rules.intaker.decode(record)
            if type(intake) is DayReached:
                self._reach(intake.day)
            elif isinstance(intake, Accepted) and self._reach(intake.fact.day):
                cause = Cause(record.topic, record.partition, record.offset, intake.fact.event_id)
                state = self.states.get(intake.customer)
                if type(intake.fact) is ReviewResolved and not takes(state, intake.fact):
                    continue
                state = self.states.setdefault(intake.customer, CustomerState())
                self._judge(intake.customer, state, intake.fact, cause)

    def _reach(self, day: Day) -> bool:
        """Move on day by day, unless the day is too far ahead."""
        if self.today is None:
            self.today = day
        if day > self.today + FUTURE_DAYS:
            return False
        while self.today < day:
            self.today = Day(self.today + 1)
            for customer, state in sorted(self.states.items()):
                tick = Tick(self.today)
                self._judge(customer, state, tick, Cause(tick=self.today))
        return True

    def _judge(self, customer: str, state: CustomerState, fact: Any, cause: Cause) -> None:
        assert self.today is not None
        decision: Decision = advance(state, fact, self.rules.judge, self.today)
        for change in decision.changes:
            row = self.rules.scribe.change(customer, change, cause)
            self.changes.append(json.loads(row.value or b""))
