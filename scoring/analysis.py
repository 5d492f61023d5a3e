"""What time alone can do to an expression: boundaries, windows, or anything every day."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from scoring.customer import CustomerState
from scoring.readings import READINGS, Drift, Source
from scoring.syntax import Arithmetic, Comparison, Junction, Negation, Node, Number, ReadingCall
from scoring.units import Day

_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


class Level(NamedTuple):
    """What a falling reading must reach for a comparison to be as it is above."""

    number: float
    above: bool
    """More than the number is needed."""


@dataclass(slots=True)
class Sensitivity:
    """On which days an expression may change its value with no new fact."""

    bounds: dict[Drift, set[int]] = field(default_factory=dict)
    """Ages, in days, at which a comparison with a drifting reading turns."""
    windows: set[ReadingCall] = field(default_factory=set)
    """Windowed readings: any row that enters or leaves may matter."""
    thresholds: dict[ReadingCall, set[Level]] = field(default_factory=dict)
    """Readings that time can only lower, with the levels below which a comparison turns."""
    trends: dict[ReadingCall, set[float]] = field(default_factory=dict)
    """Trends that may be at most so much: rows that enter a window lower them, others raise."""
    guarded: list[tuple[Node, dict[Drift, set[int]]]] = field(default_factory=list)
    """Bounds that matter only while a condition holds."""
    daily: bool = False
    """A drifting reading is part of a calculation: look every day."""

    def add(self, node: Node) -> None:
        """Take in a condition or a number."""
        match node:
            case Comparison(op, left, right):
                self._comparison(op, left, right)
            case Junction():
                self._junction(node)
            case Negation(item):
                self.add(item)
            case _:
                for call in readings_of(node):
                    self._use(call)

    def _junction(self, node: Junction) -> None:
        """Take in parts: ages only while they matter.

        They do not to an `and` of which another part is false, nor to an `or` of which one is
        true: on the day on which that part may turn, all is looked at again.
        """
        ages = [item for item in node.items if _is_age(item)]
        others = tuple(item for item in node.items if item not in ages)
        for item in others or ages:
            self.add(item)
        if ages and others:
            found = Sensitivity()
            for item in ages:
                found.add(item)
            rest = Junction(node.op, others)
            self.guarded.append((rest if node.op == "and" else Negation(rest), found.bounds))

    def _comparison(self, op: str, left: Node, right: Node) -> None:
        found = drift_bound(op, left, right)
        if found is not None:
            drift, op, bound = found
            self.bounds.setdefault(drift, set()).update(_turns(op, bound))
            return
        threshold = _threshold(op, left, right) or _threshold(_MIRRORED[op], right, left)
        if threshold is not None:
            call, levels = threshold
            self.thresholds.setdefault(call, set()).update(levels)
            return
        trend = _trend_bound(op, left, right) or _trend_bound(_MIRRORED[op], right, left)
        if trend is not None:
            self.trends.setdefault(trend[0], set()).add(trend[1])
            return
        self.add(left)
        self.add(right)

    def _use(self, call: ReadingCall) -> None:
        reading = READINGS[call.name]
        if reading.drift is not None:
            self.daily = True
        elif reading.windowed:
            self.windows.add(call)


def _is_age(node: Node) -> bool:
    return isinstance(node, Comparison) and bool(drift_bound(node.op, node.left, node.right))


def _threshold(op: str, left: Node, right: Node) -> tuple[ReadingCall, set[Level]] | None:
    """A reading that only falls as rows leave its window, compared with a number."""
    if isinstance(left, ReadingCall) and isinstance(right, Number) and not left.ending:
        reading = READINGS[left.name]
        if reading.windowed and reading.on_exit in ("falls", "spend"):
            at, above = Level(right.value, above=False), Level(right.value, above=True)
            turns = {">=": {at}, "<": {at}, ">": {above}, "<=": {above}}
            return left, turns.get(op, {at, above})
    return None


def _trend_bound(op: str, left: Node, right: Node) -> tuple[ReadingCall, float] | None:
    """A trend that is to be at most a number."""
    if isinstance(left, ReadingCall) and isinstance(right, Number) and op in ("<", "<="):
        return (left, right.value) if left.name == "trend" else None
    return None


def leaves_of(node: Node) -> Iterator[Node]:
    """Every part of an expression that has no parts."""
    match node:
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            yield from leaves_of(left)
            yield from leaves_of(right)
        case Junction(_, items):
            for item in items:
                yield from leaves_of(item)
        case Negation(item):
            yield from leaves_of(item)
        case _:
            yield node


def readings_of(node: Node) -> Iterator[ReadingCall]:
    """Every reading in an expression."""
    for leaf in leaves_of(node):
        if isinstance(leaf, ReadingCall):
            yield leaf


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


def edges_of(calls: Iterable[ReadingCall]) -> dict[Source, list[int]]:
    """Per ledger column the ages, in days, at which a row enters or leaves a window.

    >>> edges_of([ReadingCall("trend", 90), ReadingCall("orders", 30)])
    {'purchases': [30, 90, 180]}
    """
    found: dict[Source, set[int]] = {}
    for call in calls:
        window = int(call.window or 0)
        ages = {call.ending + window} | ({call.ending} if call.ending else set())
        if call.name == "trend":
            ages.add(call.ending + 2 * window)
        for source in READINGS[call.name].sources:
            found.setdefault(source, set()).update(ages)
    return {source: sorted(found[source]) for source in sorted(found, key=str)}


def since_of(state: CustomerState, drift: Drift) -> Day | None:
    """The day a drifting reading counts from.

    >>> since_of(CustomerState(first_day=Day(3)), "tenure")
    3
    """
    if drift == "last_purchase":
        return state.last_purchase
    if drift == "last_active":
        return state.last_active
    return state.first_day if state.registered is None else state.registered
