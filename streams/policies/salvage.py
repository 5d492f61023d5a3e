"""A misshapen document made whole, so that what it means can be checked as well.

What is broken gets a harmless stand-in; problems at a stand-in are not the author's.
"""

from copy import deepcopy
from itertools import count
from typing import Any, Final

from streams.policies.tree import Path

_NAME, _DROP = object(), object()
_TIER: Final = {"name": _NAME, "enter": 0}
_TRIGGER: Final = {"name": _NAME, "fires_on": ["any", "tick"], "promote": True}
_RULE: Final = {"value": _NAME, "when": "1 < 2"}
_STAND_INS: Final[dict[tuple[str, ...], Any]] = {
    ("policy",): _NAME,
    ("version",): 1,
    ("exclude", "#"): "x",
    ("kinds", "#"): _NAME,
    ("by",): "lifetime_orders",
    ("score", "#"): {"name": _NAME, "reading": "lifetime_orders", "cap": 1, "weight": 1},
    ("score", "#", "name"): _NAME,
    ("score", "#", "reading"): "lifetime_orders",
    ("score", "#", "weight"): 1,
    ("score", "#", "cap"): 1,
    ("score", "#", "decay"): 1,
    ("score", "#", "share"): True,
    ("score", "#", "steps"): [{"from": 0, "value": 0}],
    ("tiers",): [_TIER, _TIER | {"enter": 1}],
    ("tiers", "#"): _TIER,
    ("tiers", "#", "name"): _NAME,
    ("tiers", "#", "enter"): 0,
    ("tiers", "#", "keep"): 0,
    ("move",): {"triggers": [_TRIGGER]},
    ("move", "triggers"): [_TRIGGER],
    ("move", "triggers", "#"): _TRIGGER,
    ("move", "triggers", "#", "name"): _NAME,
    ("move", "triggers", "#", "fires_on"): ["any", "tick"],
    ("move", "triggers", "#", "promote"): True,
    ("move", "triggers", "#", "demote"): True,
    ("labels", "*"): [{"value": _NAME}],
    ("labels", "*", "#"): _RULE,
    ("labels", "*", "#", "value"): _NAME,
    ("labels", "*", "#", "when"): "1 < 2",
    ("labels", "*", "group"): "base/personal",
    ("labels", "*", "definition"): "x",
    ("labels", "*", "source"): "x",
    ("labels", "*", "values"): [{"value": _NAME}],
    ("labels", "*", "values", "#"): _RULE,
    ("labels", "*", "values", "#", "value"): _NAME,
    ("labels", "*", "values", "#", "when"): "1 < 2",
    ("benefits", "*"): [],
    ("reminders", "#"): {"name": _NAME, "since": "last_active", "after_days": [1]},
    ("reminders", "#", "name"): _NAME,
    ("reminders", "#", "since"): "last_active",
    ("reminders", "#", "after_days"): [1],
    ("review_when", "default"): "reject",
    ("review_when", "after_days"): 1,
    ("review_when", "rules"): [{"name": _NAME}],
    ("review_when", "rules", "#"): {"name": _NAME},
    ("review_when", "rules", "#", "name"): _NAME,
}
_OPTIONAL: Final = {
    *(("time_zone",), ("currency",), ("rates",), ("rates", "*"), ("exclude",), ("kinds",)),
    *(("eligible",), ("score",), ("labels",), ("benefits",)),
    *(("reminders",), ("reminders", "#", "when"), ("warnings",)),
    ("review_when",),
    *(("review_when", "rules", "#", key) for key in ("on", "when", "levels")),
    *(("score", "#", "missing"), ("score", "#", "label")),
    *(("tiers", "#", "share"), ("tiers", "#", "label")),
    *(("move", "hold_days"), ("move", "steps"), ("move", "max_move_share")),
    *(("move", "triggers", "#", key) for key in ("when", "calendar", "steps", "ignore_hold")),
    *(("labels", "*", "#", "label"), ("labels", "*", "label")),
    ("labels", "*", "values", "#", "label"),
}
_PLACES: Final = {**_STAND_INS, **dict.fromkeys(_OPTIONAL, _DROP)}
_DEPENDENTS: Final = {
    ("tiers",): [("benefits",)],
    ("tiers", "#"): [("benefits",)],
    ("tiers", "#", "name"): [("benefits",)],
}
"""What cannot be judged either, beside what is broken."""


class Salvage:
    """A document whose broken parts are replaced, and which parts those were."""

    def __init__(self, plain: dict[Any, Any], broken: list[tuple[Path, str]]) -> None:
        self.document = deepcopy(plain)
        self._names = count(1)
        self._untold: list[tuple[str | int, ...]] = []
        for path, kind in sorted(broken, key=lambda one: len(one[0])):
            if kind in ("extra_forbidden", "invalid_key"):
                self._put(tuple(path), _DROP)
            else:
                self._mend(tuple(path), is_key=kind == "key")

    @property
    def any_kind(self) -> bool:
        """Whether the list of kinds is broken, so that none can be called unknown."""
        return any(path[0] == "kinds" for path in self._untold)

    def hides(self, path: Path) -> bool:
        """Whether a problem of meaning comes from a stand-in, not from the author.

        >>> found = Salvage({"version": "x"}, [(("version",), "int_type")])
        >>> found.document, found.hides(["version"]), found.hides(["tiers"])
        ({'version': 1}, True, False)
        """
        given = tuple(path)
        return any(given[: len(untold)] == untold for untold in self._untold)

    def _mend(self, path: tuple[str | int, ...], *, is_key: bool) -> None:
        for length in range(len(path), 0, -1):
            place = path[:length]
            pattern = _pattern(place)
            if pattern in _PLACES:
                self._put(place, _DROP if is_key else _PLACES[pattern])
                self._untold.append(place)
                self._untold += _DEPENDENTS.get(pattern, [])
                if pattern == ("tiers", "#", "enter"):
                    self._put((*place[:-1], "keep"), _DROP)
                    self._untold.append((*place[:-1], "keep"))
                return

    def _put(self, path: tuple[str | int, ...], stand_in: Any) -> None:
        *above, last = path
        node: Any = self.document
        for part in above:
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                return
        if stand_in is not _DROP:
            try:
                node[last] = self._named(stand_in)
            except (IndexError, TypeError):
                return
        elif isinstance(node, dict):
            node.pop(last, None)

    def _named(self, stand_in: Any) -> Any:
        """A copy of a stand-in with names nobody else has."""
        if stand_in is _NAME:
            return f"unnamed-{next(self._names)}"
        if isinstance(stand_in, dict):
            return {key: self._named(value) for key, value in stand_in.items()}
        return [self._named(one) for one in stand_in] if isinstance(stand_in, list) else stand_in


def _pattern(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The place of a path: `#` for a position, `*` for a key that is the author's own."""
    pattern = ["#" if isinstance(part, int) else part for part in path]
    if len(pattern) > 1 and pattern[0] in ("rates", "labels", "benefits"):
        pattern[1] = "*"
    return tuple(pattern)
