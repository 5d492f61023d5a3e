"""The labels: ordered rules, of which the first true one gives the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle.expressions import condition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from oracle.readings import Scope

    Rule = tuple[Any, Callable[[Scope], bool]]


def rules_of(label: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> list[Rule]:
    """Read the rules of one label; a rule without `when` is always true."""
    entries = label["values"] if isinstance(label, dict) else label
    return [(entry["value"], _when(entry)) for entry in entries]


def label_of(rules: Sequence[Rule], scope: Scope) -> Any:
    """Return the value of the first true rule, or None when there is none."""
    return next((value for value, when in rules if when(scope)), None)


def _when(entry: Mapping[str, Any]) -> Callable[[Scope], bool]:
    """Read the condition of a rule."""
    if "when" not in entry:
        return lambda _: True
    return condition(entry["when"], with_fields=False)
