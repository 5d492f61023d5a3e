"""A validated document -> a policy: what no single key can tell is checked here."""

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scoring.analysis import readings_of
from scoring.errors import ExpressionError
from scoring.expressions import parse_condition, parse_number
from scoring.facts import INTERACTION_KINDS
from scoring.fold import RETAINED_DAYS
from scoring.policy import Dimension, Label, Normaliser, Policy, Rule, Tag, Tier, Trigger
from scoring.readings import READINGS
from scoring.syntax import Node, ReadingCall
from scoring.units import DECIMALS
from streams.policies.document import (
    DimensionSection,
    LabelSection,
    PolicyDocument,
    RuleSection,
    TierSection,
    TriggerSection,
)

Refuse = Callable[[Sequence[str | int], str], None]
FACT_FIELDS = frozenset({"amount", "channel", "kind", "type", "order_id"})
_KEEP_SHARE = Decimal("0.9")
_CENT = Decimal("0.01")
_MOST = 10**15
"""Largest bound of a tier ranked by a reading."""


class _Builder:
    """Builds one policy; every problem goes to `refuse`."""

    def __init__(self, document: PolicyDocument, refuse: Refuse) -> None:
        self.document = document
        self.refuse = refuse
        self.kinds = {*INTERACTION_KINDS, *document.kinds}

    def condition(
        self, text: str | None, path: Sequence[str | int], fields: frozenset[str]
    ) -> Node | None:
        if text is None:
            return None
        try:
            node = parse_condition(text, fields)
        except ExpressionError as error:
            self.refuse(path, str(error))
            return None
        for call in readings_of(node):
            self.check_reading(call, path)
        return node

    def reading(self, text: str, path: Sequence[str | int]) -> ReadingCall:
        try:
            node = parse_number(text)
        except ExpressionError as error:
            self.refuse(path, str(error))
            return ReadingCall("lifetime_orders")
        if not isinstance(node, ReadingCall):
            self.refuse(path, "one reading is needed here, such as spend(365)")
            return ReadingCall("lifetime_orders")
        self.check_reading(node, path)
        return node

    def check_reading(self, call: ReadingCall, path: Sequence[str | int]) -> None:
        span = int(call.window or 0) + call.ending
        if call.name == "trend":
            span += int(call.window or 0)
        if span > RETAINED_DAYS:
            self.refuse(
                path,
                f"{call} looks back {span} days, but rows are kept {RETAINED_DAYS} days",
            )
        if call.kind is not None and call.kind not in self.kinds:
            known = ", ".join(sorted(self.kinds))
            self.refuse(path, f"unknown kind {call.kind!r}; known are {known}")

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
        self.unique([tier.name for tier in tiers], "tiers")
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
            problem = "exactly one of cap, decay, share and steps is needed"
            self.refuse(path, problem)
        steps = tuple((step.from_, step.value) for step in section.steps or ())
        if list(steps) != sorted(steps):
            self.refuse([*path, "steps"], "steps must go up")
        normaliser: Normaliser = chosen[0] if chosen else "share"  # type: ignore[assignment]
        return Dimension(
            name=section.name,
            reading=self.reading(section.reading, [*path, "reading"]),
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
            when=self.condition(section.when, [*path, "when"], FACT_FIELDS),
            calendar=section.calendar,
            steps=None if steps == "all" else steps,
            ignore_hold=section.ignore_hold,
        )

    def label(self, name: str) -> Label:
        section = self.document.labels[name]
        if isinstance(section, list):
            return Label(name, self.rules(section, "labels", name))
        rules = self.rules(section.values, "labels", name, "values")
        return Label(name, rules, self.tag(name, section), section.label)

    def rules(self, sections: list[RuleSection], *above: str) -> tuple[Rule, ...]:
        rules = []
        for index, section in enumerate(sections):
            path: list[str | int] = [*above, index]
            if section.when is None and index < len(sections) - 1:
                self.refuse(path, "only the last value may have no `when`")
            node = self.condition(section.when, [*path, "when"], frozenset())
            rules.append(Rule(section.value, node, section.label))
        self.unique([rule.value for rule in rules], *above)
        return tuple(rules)

    def tag(self, name: str, section: LabelSection) -> Tag | None:
        given = (section.group, section.definition, section.source)
        if section.group and section.definition and section.source:
            first, second = section.group
            return Tag((first, second), section.definition, section.source)
        if any(given):
            for key in ("group", "definition", "source"):
                if getattr(section, key) is None:
                    problem = "is missing; a tag has group, definition and source"
                    self.refuse(["labels", name, key], problem)
        return None

    def unique(self, names: list[str], *path: str) -> None:
        for index, name in enumerate(names):
            if name in names[:index]:
                self.refuse([*path, index], f"the name {name!r} is used twice")

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
            if not re.fullmatch("[A-Z]{3}", code) or rate <= 0:
                self.refuse(["rates", code], "a rate above 0 for a code such as USD")
        for index, pattern in enumerate(document.exclude):
            try:
                re.compile(pattern)
            except re.error as error:
                self.refuse(["exclude", index], f"not a regular expression: {error}")
        tiers = [tier.name for tier in document.tiers]
        for name in document.benefits:
            if name not in tiers:
                self.refuse(["benefits", name], f"tiers are {', '.join(tiers)}")

    def policy(self, fingerprint: str) -> Policy | None:
        document = self.document
        self.surroundings()
        if not document.score and document.by is None:
            self.refuse(["score"], "score or by is needed to rank customers")
        if document.currency not in DECIMALS:
            return None
        by = self.reading(document.by, ["by"]) if document.by else None
        if by is not None and READINGS[by.name].unit == "ratio":
            self.refuse(["by"], "rank by an amount, a count or days")
        self.unique([d.name for d in document.score], "score")
        self.unique([t.name for t in document.move.triggers], "move", "triggers")
        return Policy(
            policy_id=document.policy,
            version=document.version,
            time_zone=document.time_zone,
            currency=document.currency,
            tiers=self.tiers(),
            dimensions=tuple(self.dimension(i, d) for i, d in enumerate(document.score)),
            by=by,
            triggers=tuple(self.trigger(i, t) for i, t in enumerate(document.move.triggers)),
            labels=tuple(self.label(name) for name in document.labels),
            hold_days=document.move.hold_days,
            eligible=document.eligible,
            rates=dict(document.rates),
            exclude=tuple(document.exclude),
            kinds=tuple(document.kinds),
            benefits={
                tier: tuple(benefit.model_dump(exclude_none=True) for benefit in given)
                for tier, given in document.benefits.items()
            },
            fingerprint=fingerprint,
        )


def build_policy(document: PolicyDocument, fingerprint: str, refuse: Refuse) -> Policy | None:
    """Build the policy; problems go to `refuse`, None when it could not be built."""
    return _Builder(document, refuse).policy(fingerprint)
