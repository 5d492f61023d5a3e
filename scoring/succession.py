"""A customer taken from one version of the policy to the next, told in changes."""

from typing import NamedTuple

from msgspec.structs import replace

from scoring.advance import Judge, advance, snapshot_of
from scoring.changes import Change
from scoring.customer import CustomerState
from scoring.facts import PolicyTaken
from scoring.policy import Policy
from scoring.translate import Lost, Translator
from scoring.triggers import POLICY
from scoring.units import Day


class Succession(NamedTuple):
    """From one version to the next one."""

    old: Policy
    judge: Judge
    """The newer version."""
    translator: Translator

    def take(self, state: CustomerState, today: Day) -> list[Change]:
        """Translate `state`, in place, and grade it by the newer version as of `today`.

        What the newer version has no name for is told first, then what the grading moved.
        """
        lost = self.translator.translate(state, today)
        changes = self._told(state, lost, today) if lost.labels or lost.tier is not None else []
        return changes + advance(state, PolicyTaken(today), self.judge, today).changes

    def _told(self, state: CustomerState, lost: Lost, today: Day) -> list[Change]:
        policy = self.judge.grader.policy
        # The labels are the translated ones: the grading that follows tells what they become.
        snapshot = replace(snapshot_of(state, self.judge, today), labels=list(state.labels))
        changes = []
        if lost.tier is not None:
            state.version += 1
            changes.append(
                Change(
                    "tier.upgraded" if lost.up else "tier.downgraded",
                    state.version,
                    self.old.tiers[lost.tier].name,
                    policy.tiers[state.tier].name,
                    today,
                    None,
                    snapshot,
                    self._trigger(),
                    rank_from=lost.tier,
                    rank_to=state.tier,
                )
            )
        for label, value in lost.labels:
            state.version += 1
            changes.append(
                Change(
                    "label.changed",
                    state.version,
                    value,
                    None,
                    today,
                    None,
                    snapshot,
                    label=label,
                )
            )
        return changes

    def _trigger(self) -> str:
        """The name of the trigger that a new version fires."""
        triggers = self.judge.grader.triggers
        return next(trigger.name for trigger in triggers if POLICY in trigger.fires_on)


def succession(old: Policy, judge: Judge) -> Succession:
    """Prepared from `old` to the policy of `judge`.

    >>> from decimal import Decimal
    >>> from scoring.compile import compile_policy
    >>> from scoring.due import plan_of
    >>> from scoring.policy import Tier
    >>> from scoring.syntax import ReadingCall
    >>> ranked = ReadingCall("lifetime_orders", None, None, 0)
    >>> zero = Decimal(0)
    >>> before = Policy("shop", 1, "UTC", "CNY", (Tier("low", zero, zero), Tier("top", zero, zero)))
    >>> tiers = (Tier("low", zero, zero), Tier("high", Decimal(9), Decimal(9)))
    >>> grader = compile_policy(Policy("shop", 2, "UTC", "CNY", tiers, by=ranked))
    >>> ann = CustomerState(tier=1, first_day=Day(3))
    >>> told = succession(before, Judge(grader, plan_of(grader))).take(ann, Day(9))
    >>> [(change.from_, change.to, change.trigger) for change in told], ann.tier
    ([('top', 'low', 'policy')], 0)
    """
    return Succession(old, judge, Translator(old, judge.grader.policy))
