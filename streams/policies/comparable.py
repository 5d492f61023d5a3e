"""A policy as nested mappings, entries by name: two of them can be compared key by key."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from scoring.expressions import parse_condition, parse_number
from scoring.syntax import Node as Parsed
from streams.policies.build import FACT_FIELDS
from streams.policies.document import LabelSection, ReminderSection, RuleSection, Section
from streams.policies.load import ReadPolicy


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression: compared by what it means, shown as it is written."""

    text: str = field(compare=False)
    parsed: Parsed


Node = str | tuple[str, ...] | Expression | dict[str, "Node"]
Comparable = dict[str, Node]
ORDER = "(order)"
"""The key of the order of a section's entries; no name can be so."""


def comparable(read: ReadPolicy) -> Comparable:
    """Everything of a policy that can differ; defaults filled in, what is absent left out.

    The order of entries is one value of its section, for it decides between them.
    """
    document, policy = read.document, read.policy
    top = _scalars(document)
    if document.by is not None:
        top["by"] = _number(document.by)
    move = _scalars(document.move)
    asked = document.review_when
    return top | {
        "rates": {code: _shown(rate) for code, rate in document.rates.items()},
        "score": _named((d.name, _dimension(d)) for d in document.score),
        "tiers": _named(
            (section.name, _scalars(section) | {"keep": _shown(tier.keep)} | _names(section.label))
            for section, tier in zip(document.tiers, policy.tiers, strict=True)
        ),
        "move": move,
        "triggers": _named((t.name, _trigger(t)) for t in document.move.triggers),
        "labels": {name: _label(section) for name, section in document.labels.items()},
        "benefits": {
            tier: _named((b.name, _scalars(b) | _names(b.label)) for b in given)
            for tier, given in document.benefits.items()
        },
        "reminders": _named((r.name, _reminder(r)) for r in document.reminders),
        "review_when": {} if asked is None else _scalars(asked),
        "review_rules": _named((r.name, _trigger(r)) for r in (asked.rules if asked else ())),
        "warnings": {} if document.warnings is None else _days(document.warnings),
    }


def worded(node: Node | None) -> str:
    """A value as it is shown to people.

    >>> worded({"enter": "90", "fires_on": ("a", "b")})
    'enter 90, fires_on a, b'
    """
    match node:
        case None:
            return "none"
        case Expression():
            return node.text
        case tuple():
            return ", ".join(node) or "none"
        case dict():
            said = (f"{key} {worded(value)}" for key, value in node.items() if key != ORDER)
            return ", ".join(said) or "plain"
        case _:
            return node


def _scalars(section: Section) -> Comparable:
    """The plain values of a section; nested ones are told elsewhere."""
    found: Comparable = {}
    for name, value in section:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            if value:
                found[name] = tuple(value)
        elif isinstance(value, str | int | float | Decimal) and name not in ("name", "by"):
            found[name] = _shown(value)
    return found


def _shown(value: str | float | Decimal) -> str:
    """A number without needless zeros; two ways to write one number are one."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _named(entries: Iterable[tuple[str, Comparable]]) -> Comparable:
    found: Comparable = dict(entries)
    return found | ({ORDER: tuple(found)})


def _names(label: dict[str, str]) -> Comparable:
    return {f"label.{language}": name for language, name in label.items()}


def _dimension(section: Any) -> Comparable:
    found = _scalars(section) | {"reading": _number(section.reading)} | _names(section.label)
    if section.steps:
        steps = (f"{_shown(s.from_)}: {_shown(s.value)}" for s in section.steps)
        found["steps"] = tuple(steps)
    return found


def _trigger(section: Any) -> Comparable:
    found = _scalars(section)
    if section.when is not None:
        found["when"] = Expression(section.when, parse_condition(section.when, FACT_FIELDS))
    return found


def _reminder(section: ReminderSection) -> Comparable:
    found = _scalars(section) | _days(section)
    if section.when is not None:
        found["when"] = Expression(section.when, parse_condition(section.when))
    return found


def _days(section: Section) -> Comparable:
    """The lists of days of a section."""
    lists = ((name, value) for name, value in section if isinstance(value, list))
    return {name: tuple(str(day) for day in days) for name, days in lists}


def _label(section: list[RuleSection] | LabelSection) -> Comparable:
    if isinstance(section, list):
        return _rules(section)
    found = _scalars(section) | _names(section.label)
    if section.group:
        found["group"] = "/".join(section.group)
    return found | _rules(section.values)


def _rules(sections: list[RuleSection]) -> Comparable:
    values: Comparable = {}
    for section in sections:
        when = section.when
        said: Comparable = {
            "when": "otherwise" if when is None else Expression(when, parse_condition(when))
        }
        values[section.value] = said | _names(section.label)
    named: Comparable = {f"value {name}": said for name, said in values.items()}
    return named | {ORDER: tuple(named)}


def _number(text: str) -> Expression:
    return Expression(text, parse_number(text))
