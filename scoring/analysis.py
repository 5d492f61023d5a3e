"""What time alone can do to an expression: boundaries, windows, or anything every day."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from scoring.readings import READINGS, Drift
from scoring.syntax import Arithmetic, Comparison, Junction, Negation, Node, Number, ReadingCall

_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(slots=True)
class Sensitivity:
    """On which days an expression may change its value with no new fact."""

    bounds: dict[Drift, set[int]] = field(default_factory=dict)
    """Ages, in days, at which a comparison with a drifting reading turns."""
    windows: set[ReadingCall] = field(default_factory=set)
    """Windowed readings: any row that enters or leaves may matter."""
    daily: bool = False
    """A drifting reading is part of a calculation: look every day."""

    def add(self, node: Node) -> None:
        """Take in a condition or a number."""
        match node:
            case Comparison(op, left, right):
                self._comparison(op, left, right)
            case Junction(_, items):
                for item in items:
                    self.add(item)
            case Negation(item):
                self.add(item)
            case _:
                for call in readings_of(node):
                    self._use(call)

    def _comparison(self, op: str, left: Node, right: Node) -> None:
        found = drift_bound(op, left, right)
        if found is None:
            self.add(left)
            self.add(right)
            return
        drift, op, bound = found
        self.bounds.setdefault(drift, set()).update(_turns(op, bound))

    def _use(self, call: ReadingCall) -> None:
        reading = READINGS[call.name]
        if reading.drift is not None:
            self.daily = True
        elif reading.windowed:
            self.windows.add(call)


def readings_of(node: Node) -> Iterator[ReadingCall]:
    """Every reading in an expression."""
    match node:
        case ReadingCall():
            yield node
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            yield from readings_of(left)
            yield from readings_of(right)
        case Junction(_, items):
            for item in items:
                yield from readings_of(item)
        case Negation(item):
            yield from readings_of(item)
        case _:
            return


def drift_bound(op: str, left: Node, right: Node) -> tuple[Drift, str, float] | None:
    """A comparison of a drifting reading with a number, as (drift, op, number).

    >>> from scoring.expressions import parse_condition
    >>> node = parse_condition("90 <= recency_days")
    >>> drift_bound(node.op, node.left, node.right)
    ('last_purchase', '>=', 90.0)
    """
    if isinstance(left, Number) and isinstance(right, ReadingCall):
        left, right, op = right, left, _MIRRORED[op]
    if isinstance(left, ReadingCall) and isinstance(right, Number):
        drift = READINGS[left.name].drift
        if drift is not None:
            return drift, op, right.value
    return None


def _turns(op: str, bound: float) -> set[int]:
    """The ages at which `age op bound` may turn, as age goes up by one a day."""
    if op in (">=", "<"):
        return {math.ceil(bound)}
    if op in (">", "<="):
        return {math.floor(bound) + 1}
    return {math.floor(bound), math.floor(bound) + 1}


def earliest_age(condition: Node | None) -> dict[Drift, tuple[int, int | None]]:
    """Per drifting reading the (first, last) age at which a condition can be true.

    Only what all of the condition's `and` parts demand; a missing entry is no demand.

    >>> from scoring.expressions import parse_condition
    >>> earliest_age(parse_condition("recency_days == 90 and spend(365) > 0"))
    {'last_purchase': (90, 90)}
    """
    parts: tuple[Node, ...] = ()
    if isinstance(condition, Junction) and condition.op == "and":
        parts = condition.items
    elif condition is not None:
        parts = (condition,)
    ages: dict[Drift, tuple[int, int | None]] = {}
    for part in parts:
        if not isinstance(part, Comparison):
            continue
        found = drift_bound(part.op, part.left, part.right)
        if found is None:
            continue
        drift, op, bound = found
        first, last = ages.get(drift, (0, None))
        if op in (">=", ">", "=="):
            turn = math.ceil(bound) if op != ">" else math.floor(bound) + 1
            first = max(first, turn)
        if op == "==":
            last = first if last is None else min(last, first)
        if first or last is not None:
            ages[drift] = (first, last)
    return ages
