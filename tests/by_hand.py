"""What an operator orders, as records: for the time until a topic carries commands.

On the wire a command names its tier; the fact has the rank.
"""

import json
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scoring.calendar import LocalDays, day_of
from scoring.facts import Command, OverrideCleared, OverrideSet, Recalculate
from scoring.policy import Policy
from scoring.units import EpochMs
from streams.intake.decode import Accepted, Intake
from streams.intake.record import RawRecord
from streams.partition.ports import Intaker
from streams.partition.rules import Rules


def taking_commands(rules: Rules) -> Rules:
    """The same rules with an intake that takes commands as well."""
    return replace(rules, intaker=_Commands(rules.judge.grader.policy, rules.intaker))


class _Commands:
    """Decodes commands, and leaves every other record to the real intake."""

    def __init__(self, policy: Policy, others: Intaker) -> None:
        self._ranks = {tier.name: rank for rank, tier in enumerate(policy.tiers)}
        self._days = LocalDays(ZoneInfo(policy.time_zone))
        self._others = others

    def decode(self, record: RawRecord) -> Intake:
        """What `record` says."""
        value = record.value or b""
        if b'"override.' not in value and b'"grade.' not in value:
            return self._others.decode(record)
        said = json.loads(value)
        at = said["occurred_at"]
        ms = at if isinstance(at, int) else round(datetime.fromisoformat(at).timestamp() * 1000)
        common = (said["event_id"], EpochMs(ms), self._days.of(EpochMs(ms)))
        if said["type"] == Recalculate.TYPE:
            fact: Command = Recalculate(*common)
        elif said["type"] == OverrideCleared.TYPE:
            fact = OverrideCleared(*common)
        else:
            last = said.get("until")
            fact = OverrideSet(
                *common,
                said["kind"],
                self._ranks[said["tier"]],
                said["reason"],
                said["author"],
                None if last is None else day_of(date.fromisoformat(last)),
            )
        return Accepted(said["customer_id"], fact)
