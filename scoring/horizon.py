"""Python source that finds the first day on which time alone can change something.

Too early costs one evaluation; too late is a bug. So every estimate here errs to the early side.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import inf, nextafter
from typing import Final

from scoring.analysis import Level, Sensitivity, edges_of
from scoring.customer import MARGIN, REFUNDS
from scoring.emit import Emitter, scaled
from scoring.ledger import falls_below, next_edge
from scoring.readings import KIND_READINGS, READINGS, Drift
from scoring.syntax import ReadingCall
from scoring.units import NEVER

_TAKEN_BACK: Final = {"spend": REFUNDS, "orders": REFUNDS, "trend": REFUNDS, "margin": MARGIN}


def negative(calls: Iterable[ReadingCall]) -> str:
    """Source: whether a row of one of these readings may be below zero, so that time raises it.

    Only what is taken back makes a purchase row negative. The rows themselves are not asked:
    of busy customers there are too many.

    >>> negative([ReadingCall("orders", 30), ReadingCall("trend", 90)])
    '5 in s.columns'
    """
    codes = {_TAKEN_BACK[call.name] for call in calls}
    return " or ".join(f"{code} in s.columns" for code in sorted(codes))


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
        return {
            "NEVER": NEVER,
            "EDGES": self._edges,
            "falls_below": falls_below,
            "next_edge": next_edge,
        }

    def add(self, found: Sensitivity) -> None:
        """Lower `due` to the first day on which what was analysed may turn."""
        if found.daily:
            self._code.lines.append("due = D + 1")
            return
        for drift, bounds in sorted(found.bounds.items()):
            self._bounds(drift, sorted(bounds), "")
        for guard, ages in found.guarded:
            self._code.lines.append(f"if {self._code.condition(guard)}:")
            for drift, bounds in sorted(ages.items()):
                self._bounds(drift, sorted(bounds), "    ")
        self.rows("due", found.windows, "")
        seen = {rows for call in found.windows for rows in _rows_of(call)}
        for call, levels in sorted(found.thresholds.items(), key=str):
            if not seen.issuperset(_rows_of(call)):
                self._falling(call, levels)
        for call, ceilings in sorted(found.trends.items(), key=str):
            if call not in found.windows:
                self._trend(call, ceilings)

    def _falling(self, call: ReadingCall, levels: set[Level]) -> None:
        """Lower `due` to the day on which a reading falls below the highest level it reaches."""
        # A sum of rows that are not below zero never falls below nothing.
        above = sorted(least for least in map(self._least_of(call), levels) if least > 0)
        either_sign = READINGS[call.name].on_exit == "spend"
        if either_sign:
            self._if_negative(call)
        if not above:
            return
        indent = ""
        if either_sign:
            self._code.lines.append("else:")
            indent = "    "
        value, column = self._code.reading(call), self._column(call)
        if column is None:
            self._code.lines.append(f"{indent}if {value} >= {above[0]!r}:")
            self.rows("due", [call], indent + "    ")
            return
        bounds = self._code.constant(above)
        lines = (
            f"at = bisect_right({bounds}, {value})",
            "if at:",
            f"    d = falls_below({column}, {bounds}[at - 1], {call.window})",
            "    if d < due: due = d",
        )
        self._code.lines += [indent + line for line in lines]

    def _if_negative(self, call: ReadingCall) -> None:
        """Where a row may be below zero, lower `due` to the next one that enters or leaves."""
        self._code.lines.append(f"if {negative([call])}:")
        self.rows("due", [call], "    ")

    def _trend(self, call: ReadingCall, bounds: set[float]) -> None:
        """Lower `due` to the next row that can move a trend over one of its upper bounds.

        A row that grows too old for the later window lowers it, and lets it be where it was
        null; any other row raises it, or makes it null. Of a bound not met only the first
        matters, of one that is met only the second.
        """
        window, ending, add = int(call.window or 0), call.ending, self._code.lines.append
        value = self._code.reading(call)
        self._if_negative(call)
        add("else:")
        add(f"    if {value} is None or {value} >= {min(bounds)!r}:")
        self._next("due", "s.days", [ending + window], "        ")
        add(f"    if {value} is not None and {value} <= {max(bounds)!r}:")
        rising = [ending + 2 * window]
        self._next("due", "s.days", [ending, *rising] if ending else rising, "        ")

    def _least_of(self, call: ReadingCall) -> Callable[[Level], float]:
        """What a reading, in the units of its rows, is at least when it has reached a level."""
        scale = self._code.scale if READINGS[call.name].unit == "money" else 1

        def least(level: Level) -> float:
            number = scaled(level.number, scale)
            return nextafter(number, inf) if level.above else number

        return least

    def _column(self, call: ReadingCall) -> str | None:
        """Source: the days and the values that a reading is the sum of, if it is of one column."""
        (source,) = READINGS[call.name].sources
        if source == "kinds":
            kind = KIND_READINGS.get(call.name, call.kind)
            return None if kind is None else f"s.kinds[{self._code.constant(kind)}]"
        if source == "purchases":
            return None if call.name == "active_days" else f"(s.days, s.{call.name})"
        return None if source == "categories" else f"s.columns[{source}]"

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
        """Lower `name` to the next day a row comes to one of the ages."""
        if len(ages) == 1:
            (age,) = ages
            # As `next_edge` finds it: a call would cost more than the search.
            rows, at = days, self._code.first_row(age) if days == "s.days" else None
            lines = []
            if at is None:
                rows, at = "rows", "at"
                lines = [f"rows = {days}", f"at = bisect_right(rows, D - {age})"]
            lines += [
                f"if {at} < len({rows}) and {rows}[{at}] + {age} < {name}:",
                f"    {name} = {rows}[{at}] + {age}",
            ]
        else:
            self._edges.append(ages)
            lines = [
                f"d = next_edge({days}, D, EDGES[{len(self._edges) - 1}])",
                f"if d < {name}: {name} = d",
            ]
        self._code.lines += [indent + line for line in lines]

    def _bounds(self, drift: Drift, bounds: list[int], indent: str) -> None:
        lines = [f"since = {_SINCE.get(drift, _TENURE)}", "if since is not None:"]
        lines.append("    age = D - since")
        for index, bound in enumerate(bounds):
            lines.append(f"    {'elif' if index else 'if'} age < {bound}:")
            lines.append(f"        if since + {bound} < due: due = since + {bound}")
        self._code.lines += [indent + line for line in lines]


def _rows_of(call: ReadingCall) -> Iterator[object]:
    """The rows whose leaving its window a reading is about."""
    kind = KIND_READINGS.get(call.name, call.kind)
    for source in READINGS[call.name].sources:
        yield source, kind, call.window, call.ending
