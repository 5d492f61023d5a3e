"""Python source that finds the first day on which time alone can change something.

Too early costs one evaluation; too late is a bug. So every estimate here errs to the early side.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from scoring.analysis import Sensitivity, edges_of
from scoring.customer import MARGIN, REFUNDS
from scoring.emit import Emitter, scaled
from scoring.ledger import next_edge
from scoring.readings import KIND_READINGS, READINGS, Drift
from scoring.syntax import ReadingCall
from scoring.units import NEVER

MAYBE_NEGATIVE: Final = f"s.columns and ({REFUNDS} in s.columns or {MARGIN} in s.columns)"
"""Source: only what is taken back makes a row negative, or a margin below zero."""

_SINCE: Final = {"last_purchase": "s.last_purchase", "last_active": "s.last_active"}
_TENURE: Final = "s.first_day if s.registered is None else s.registered"


class Horizon:
    """Adds lines to a function over (s: CustomerState, D: Day) that lower a variable `due`.

    No text of the policy enters them.

    >>> code = Emitter(100); horizon = Horizon(code)
    >>> horizon.add(Sensitivity(bounds={"last_purchase": {90}})); code.lines
    ... # doctest: +NORMALIZE_WHITESPACE
    ['since = s.last_purchase', 'if since is not None:', '    age = D - since',
     '    if age < 90:', '        if since + 90 < due: due = since + 90']
    """

    def __init__(self, code: Emitter) -> None:
        self._code = code
        self._edges: list[list[int]] = []

    @property
    def names(self) -> Mapping[str, object]:
        """What the lines call, for `function_of`."""
        return {"NEVER": NEVER, "EDGES": self._edges, "next_edge": next_edge}

    def add(self, found: Sensitivity) -> None:
        """Lower `due` to the first day on which what was analysed may turn."""
        if found.daily:
            self._code.lines.append("due = D + 1")
            return
        for drift, bounds in sorted(found.bounds.items()):
            self._bounds(drift, sorted(bounds))
        self.rows("due", found.windows, "")
        falling = {c: n for c, n in found.thresholds.items() if c not in found.windows}
        self._thresholds(falling)

    def _thresholds(self, falling: Mapping[ReadingCall, float]) -> None:
        """Lower `due` to the next row that leaves a window, unless its sums are below all bounds.

        Readings over the same rows and days share the look at them.
        """
        alike: dict[object, list[ReadingCall]] = {}
        for call in sorted(falling, key=str):
            reading = READINGS[call.name]
            kind = KIND_READINGS.get(call.name, call.kind)
            alike.setdefault((reading.sources, kind, call.window), []).append(call)
        for calls in alike.values():
            reached = " or ".join(self._reached(call, falling[call]) for call in calls)
            self._code.lines.append(f"if {reached}:")
            self.rows("due", calls, "    ")

    def _reached(self, call: ReadingCall, least: float) -> str:
        """Source: whether a reading may stand at or above its least bound."""
        reading = READINGS[call.name]
        bound = scaled(least, self._code.scale) if reading.unit == "money" else least
        condition = f"{self._code.reading(call)} >= {bound!r}"
        return condition if reading.on_exit != "spend" else f"{condition} or {MAYBE_NEGATIVE}"

    def rows(self, name: str, calls: Iterable[ReadingCall], indent: str) -> None:
        """Lower `name` to the next day a row enters or leaves a window."""
        counted: list[ReadingCall] = []
        others: list[ReadingCall] = []
        for call in calls:
            (counted if READINGS[call.name].sources == ("kinds",) else others).append(call)
        for source, ages in edges_of(others).items():
            if source == "purchases":
                self._next(name, "s.days", ages, indent)
            elif source == "categories":
                self._next(name, "sorted(s.categories.values())", ages, indent)
            else:
                self._code.lines.append(f"{indent}if {source} in s.columns:")
                self._next(name, f"s.columns[{source}][0]", ages, f"{indent}    ")
        self._kinds(name, counted, indent)

    def _kinds(self, name: str, calls: Iterable[ReadingCall], indent: str) -> None:
        """The rows of interactions: of all kinds, or of the kind that is counted."""
        by_kind: dict[str | None, list[ReadingCall]] = {}
        for call in calls:
            by_kind.setdefault(KIND_READINGS.get(call.name, call.kind), []).append(call)
        for kind, counted in by_kind.items():
            ages = edges_of(counted)["kinds"]
            if kind is None:
                self._code.lines.append(f"{indent}for days, _ in s.kinds.values():")
                self._next(name, "days", ages, f"{indent}    ")
            else:
                key = self._code.constant(kind)
                self._code.lines.append(f"{indent}if {key} in s.kinds:")
                self._next(name, f"s.kinds[{key}][0]", ages, f"{indent}    ")

    def _next(self, name: str, days: str, ages: list[int], indent: str) -> None:
        self._edges.append(ages)
        self._code.lines += [
            f"{indent}d = next_edge({days}, D, EDGES[{len(self._edges) - 1}])",
            f"{indent}if d < {name}: {name} = d",
        ]

    def _bounds(self, drift: Drift, bounds: list[int]) -> None:
        add = self._code.lines.append
        add(f"since = {_SINCE.get(drift, _TENURE)}")
        add("if since is not None:")
        add("    age = D - since")
        for index, bound in enumerate(bounds):
            add(f"    {'elif' if index else 'if'} age < {bound}:")
            add(f"        if since + {bound} < due: due = since + {bound}")
