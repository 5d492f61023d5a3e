"""What changes from one policy to another, in words and as data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from streams.policies.comparable import ORDER, Comparable, Expression, Node, comparable, worded
from streams.policies.load import ReadPolicy

_PLACES = {
    "score": "score {0}",
    "tiers": "{0}",
    "triggers": "trigger {0}",
    "labels": "label {0}",
    "benefits": "benefits of {0}",
    "rates": "rate of {0}",
    "reminders": "reminder {0}",
    "review_rules": "review rule {0}",
}
_THINGS = {"tiers": "tier {0}", "benefits": "benefits of {0}"}
"""How a thing is named when all of it comes or goes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `was` and `now` are as the documents say it, None where absent."""

    path: tuple[str, ...]
    """`("tiers", "silver", "enter")`: entries by their name, not by their position."""
    was: Node | None
    now: Node | None

    @property
    def change(self) -> Literal["added", "removed", "changed"]:
        """What happened at the path."""
        if self.was is None:
            return "added"
        return "removed" if self.now is None else "changed"

    @property
    def text(self) -> str:
        """The difference in words.

        >>> Difference(("tiers", "silver", "enter"), "55", "60").text
        'silver: enter 55 -> 60'
        >>> Difference(("rates", "EUR"), None, "8.2").text
        'rate of EUR: added (8.2)'
        """
        head = self._head()
        if self.change == "changed":
            return f"{head}{worded(self.was)} -> {worded(self.now)}"
        given = self.was if self.now is None else self.now
        return f"{head}{self.change} ({worded(given)})"

    def _head(self) -> str:
        section, *rest = self.path
        if not rest:
            return f"{section}: "
        entry, *inside = rest
        if entry == ORDER:
            return f"order of {section}: "
        whole = not inside and self.change != "changed"
        place = _THINGS.get(section) if whole else None
        place = place or _PLACES.get(section, section + " {0}")
        return f"{place.format(entry)}: " + "".join(f"{part} " for part in inside)

    def as_json(self) -> dict[str, Any]:
        """The difference for programs."""
        return {
            "path": list(self.path),
            "change": self.change,
            "was": _plain(self.was),
            "now": _plain(self.now),
            "text": self.text,
        }


def differences(was: ReadPolicy, now: ReadPolicy) -> list[Difference]:
    """Everything that grades, publishes or shows otherwise, in the order of the document."""
    return list(_compared((), comparable(was), comparable(now)))


def _compared(path: tuple[str, ...], was: Comparable, now: Comparable) -> Iterator[Difference]:
    for key in [*was, *(key for key in now if key not in was)]:
        old, new = was.get(key), now.get(key)
        if key == ORDER:
            old, new = _common(old, now), _common(new, was)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _compared((*path, key), old, new)
        elif old != new:
            yield Difference((*path, key), old, new)


def _common(order: Node | None, other: Comparable) -> Node | None:
    """The order of those entries both have: what came or went is told as such."""
    return tuple(name for name in order if name in other) if isinstance(order, tuple) else None


def _plain(node: Node | None) -> Any:
    if isinstance(node, Expression):
        return node.text
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return list(node) if isinstance(node, tuple) else node
