"""A validated document -> a policy: what no single key can tell is checked here."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scoring.facts import INTERACTION_KINDS
from scoring.policy import (
    Dimension,
    Normaliser,
    Policy,
    Reminder,
    ReviewRule,
    ReviewWhen,
    Tier,
    Trigger,
)
from scoring.readings import READINGS
from scoring.units import DECIMALS
from streams.policies.document import (
    DimensionSection,
    PolicyDocument,
    ReminderSection,
    TierSection,
    TriggerSection,
)
from streams.policies.expressions import Expressions
from streams.policies.labels import build_label
from streams.policies.refusal import Refuse, refuse_repeats
from streams.policies.values import is_currency_code

FACT_FIELDS: Final = frozenset({"amount", "channel", "kind", "type", "order_id"})
_KEEP_SHARE = Decimal("0.9")
_CENT = Decimal("0.01")
_MOST = 10**15
"""Largest bound of a tier ranked by a reading."""


class _Builder:
    """Builds one policy; every problem goes to `refuse`."""

    def __init__(self, document: PolicyDocument, refuse: Refuse, expressions: Expressions) -> None:
        self.document = document
        self.refuse = refuse
        self.expressions = expressions

    def tiers(self) -> tuple[Tier, ...]:
        tiers = [self.tier(i, tier) for i, tier in enumerate(self.document.tiers)]
        if tiers[0].enter != 0:
            self.refuse(["tiers", 0, "enter"], "the lowest tier must have enter 0")
        for index, (lower, upper) in enumerate(pairwise(tiers), 1):
            if upper.enter <= lower.enter:
                problem = f"must be above the {lower.enter} of the tier below"
                self.refuse(["tiers", index, "enter"], problem)
            if upper.keep < lower.keep:
                problem = f"must not be below the {lower.keep} of the tier below"
                self.refuse(["tiers", index, "keep"], problem)
        refuse_repeats(self.refuse, [tier.name for tier in tiers], "tiers")
        return tuple(tiers)

    def tier(self, index: int, section: TierSection) -> Tier:
        path: list[str | int] = ["tiers", index]
        enter = self.bound(section.enter, [*path, "enter"])
        if section.keep is not None:
            keep = self.bound(section.keep, [*path, "keep"])
        elif index:
            keep = (enter * _KEEP_SHARE).quantize(_CENT, ROUND_HALF_UP)
        else:
            keep = Decimal(0)
        if keep > enter:
            self.refuse([*path, "keep"], "must not be above enter")
        return Tier(section.name, enter, keep, section.label)

    def bound(self, bound: Decimal, path: Sequence[str | int]) -> Decimal:
        most = _MOST if self.document.by else 100
        if not 0 <= bound <= most:
            what = "a value" if self.document.by else "a score"
            self.refuse(path, f"{what} from 0 to {most} is needed")
            # Not as it is: to quantize an endless number fails.
            return max(min(bound, Decimal(10 * _MOST)), Decimal(-1))
        if bound != bound.quantize(_CENT):
            self.refuse(path, "at most two decimals")
        return bound

    def dimension(self, index: int, section: DimensionSection) -> Dimension:
        path: list[str | int] = ["score", index]
        given = {
            "cap": section.cap,
            "decay": section.decay,
            "share": section.share,
            "steps": section.steps,
        }
        chosen = [name for name, value in given.items() if value is not None]
        if len(chosen) != 1:
            here = ", ".join(chosen) or "none"
            problem = f"exactly one of cap, decay, share and steps is needed; here is {here}"
            self.refuse(path, problem)
        steps = tuple((step.from_, step.value) for step in section.steps or ())
        if list(steps) != sorted(steps):
            lows = ", ".join(f"{low:g}" for low, _ in steps)
            self.refuse([*path, "steps"], f"`from` must go up; here are {lows}")
        normaliser: Normaliser = chosen[0] if chosen else "share"  # type: ignore[assignment]
        return Dimension(
            name=section.name,
            reading=self.expressions.reading(section.reading, [*path, "reading"]),
            normaliser=normaliser,
            weight=float(section.weight),
            limit=float(section.cap or section.decay or 0.0),
            steps=steps,
            missing=None if section.missing == "skip" else float(section.missing),
        )

    def trigger(self, index: int, section: TriggerSection) -> Trigger:
        path: list[str | int] = ["move", "triggers", index]
        if section.calendar and "tick" not in section.fires_on:
            self.refuse([*path, "calendar"], "a calendar needs fires_on: tick")
        if not (section.promote or section.demote):
            self.refuse(path, "permits nothing: set promote, demote or both to true")
        steps = self.document.move.steps if section.steps is None else section.steps
        return Trigger(
            name=section.name,
            fires_on=frozenset(section.fires_on),
            promote=section.promote,
            demote=section.demote,
            when=self.expressions.condition(section.when, [*path, "when"], FACT_FIELDS),
            calendar=section.calendar,
            steps=None if steps == "all" else steps,
            ignore_hold=section.ignore_hold,
        )

    def reminder(self, index: int, section: ReminderSection) -> Reminder:
        path: list[str | int] = ["reminders", index]
        when = self.expressions.condition(section.when, [*path, "when"], frozenset())
        days = self.days(section.after_days, [*path, "after_days"], down=False)
        return Reminder(section.name, section.since, days, when)

    def warn_before_days(self) -> tuple[int, ...]:
        section = self.document.warnings
        if section is None:
            return ()
        return self.days(section.before_days, ["warnings", "before_days"], down=True)

    def days(self, days: list[int], path: Sequence[str | int], *, down: bool) -> tuple[int, ...]:
        if days != sorted(set(days), reverse=down):
            shown = ", ".join(str(day) for day in days)
            self.refuse(path, f"the days must go {'down' if down else 'up'}; here are {shown}")
        return tuple(days)

    def review_when(self) -> ReviewWhen | None:
        section = self.document.review_when
        if section is None:
            return None
        above = ["review_when", "rules"]
        refuse_repeats(self.refuse, [rule.name for rule in section.rules], *above)
        rules = [
            ReviewRule(
                name=rule.name,
                on=rule.on,
                when=self.expressions.condition(rule.when, [*above, index, "when"], FACT_FIELDS),
                levels=rule.levels or 1,
            )
            for index, rule in enumerate(section.rules)
        ]
        return ReviewWhen(tuple(rules), section.default, section.after_days)

    def surroundings(self) -> None:
        """Zone, currency, rates, patterns and benefits."""
        document = self.document
        try:
            ZoneInfo(document.time_zone)
        except (OSError, ValueError, ZoneInfoNotFoundError):
            self.refuse(["time_zone"], "not an IANA time zone such as Asia/Shanghai")
        if document.currency not in DECIMALS:
            known = ", ".join(DECIMALS)
            self.refuse(["currency"], f"unknown currency; known are {known}")
        for code, rate in document.rates.items():
            if not is_currency_code(code) or rate <= 0:
                self.refuse(["rates", code], "a rate above 0 is needed, for a code such as USD")
        for index, pattern in enumerate(document.exclude):
            try:
                re.compile(pattern)
            except re.error as error:
                self.refuse(["exclude", index], f"not a regular expression: {error}")
        tiers = [tier.name for tier in document.tiers]
        for name in document.benefits:
            if name not in tiers:
                self.refuse(["benefits", name], f"no such tier; tiers are {', '.join(tiers)}")

    def policy(self, fingerprint: str) -> Policy:
        document = self.document
        labels = document.labels.items()
        self.surroundings()
        if not document.score and document.by is None:
            self.refuse(["score"], "score or by is needed to rank customers")
        by = self.expressions.reading(document.by, ["by"]) if document.by else None
        if by is not None and READINGS[by.name].unit == "ratio":
            self.refuse(["by"], "rank by an amount, a count or days, not by a ratio")
        refuse_repeats(self.refuse, [d.name for d in document.score], "score")
        triggers = document.move.triggers
        refuse_repeats(self.refuse, [t.name for t in triggers], "move", "triggers")
        refuse_repeats(self.refuse, [r.name for r in document.reminders], "reminders")
        return Policy(
            policy_id=document.policy,
            version=document.version,
            time_zone=document.time_zone,
            currency=document.currency,
            tiers=self.tiers(),
            dimensions=tuple(self.dimension(i, d) for i, d in enumerate(document.score)),
            by=by,
            triggers=tuple(self.trigger(i, t) for i, t in enumerate(triggers)),
            labels=tuple(build_label(n, s, self.refuse, self.expressions) for n, s in labels),
            hold_days=document.move.hold_days,
            max_move_share=document.move.max_move_share,
            eligible=document.eligible,
            erased=document.erased,
            rates=dict(document.rates),
            exclude=tuple(document.exclude),
            kinds=tuple(document.kinds),
            benefits={
                tier: tuple(benefit.model_dump(exclude_none=True) for benefit in given)
                for tier, given in document.benefits.items()
            },
            reminders=tuple(self.reminder(i, r) for i, r in enumerate(document.reminders)),
            warn_before_days=self.warn_before_days(),
            review_when=self.review_when(),
            fingerprint=fingerprint,
        )


def build_policy(
    document: PolicyDocument, fingerprint: str, refuse: Refuse, *, any_kind: bool = False
) -> Policy:
    """Build the policy; it is of use only if nothing went to `refuse`.

    With `any_kind` no kind of interaction is called unknown.
    """
    kinds = None if any_kind else frozenset({*INTERACTION_KINDS, *document.kinds})
    return _Builder(document, refuse, Expressions(refuse, kinds)).policy(fingerprint)
