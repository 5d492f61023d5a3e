"""A policy turned into plain functions over (customer, day): made once, called per fact."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scoring.attributes import attribute_number, attribute_text
from scoring.customer import CustomerState
from scoring.emit import Emitter
from scoring.facts import Fact, Tick
from scoring.ledger import total, total_between
from scoring.policy import Policy, Trigger, centipoints
from scoring.readings import READINGS
from scoring.syntax import Node
from scoring.triggers import with_built_in
from scoring.units import Day

Measure = Callable[[CustomerState, Day], tuple[float | None, float | None, list[int]]]
"""-> unrounded score, what tiers are ranked by (centipoints or reading), label values."""
Details = Callable[[CustomerState, Day], list[tuple[float | None, float | None]]]
"""-> per dimension (reading, normalised); money in minor units, None where null."""
When = Callable[[CustomerState, Day, Fact | Tick], bool]


@dataclass(frozen=True, slots=True)
class Grader:
    """A policy and its compiled functions: what `advance` is given."""

    policy: Policy
    measure: Measure
    details: Details
    triggers: tuple[Trigger, ...]
    """The policy's, ended by the built-in ones."""
    whens: tuple[When | None, ...]
    """Per trigger its condition."""
    enter: tuple[float, ...]
    """Per tier, in the unit of the ranking value."""
    keep: tuple[float, ...]


def compile_policy(policy: Policy) -> Grader:
    """Compile `policy`. The source is built from its parsed tree, never from its text."""
    triggers = with_built_in(policy.triggers)
    return Grader(
        policy,
        _measure(policy),
        _details(policy),
        triggers,
        tuple(condition_of(policy, t.when) if t.when else None for t in triggers),
        *_bounds(policy),
    )


def _bounds(policy: Policy) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if policy.by is None:
        enter = tuple(float(centipoints(t.enter)) for t in policy.tiers)
        return enter, tuple(float(centipoints(t.keep)) for t in policy.tiers)
    scale = policy.scale if READINGS[policy.by.name].unit == "money" else 1
    enter = tuple(float(t.enter * scale) for t in policy.tiers)
    return enter, tuple(float(t.keep * scale) for t in policy.tiers)


def _measure(policy: Policy) -> Measure:
    code = Emitter(policy.scale)
    lines = code.lines
    if policy.dimensions:
        weights = sum(d.weight for d in policy.dimensions)
        lines.append(f"t = 0.0; w = {weights!r}")
        for dimension in policy.dimensions:
            code.dimension(dimension, detailed=False)
        lines.append("raw = 100.0 * t / w if w else 0.0")
        lines.append("score = int((raw + 1e-9) * 100.0 + 0.5)")
    else:
        lines.append("raw = score = None")
    rank = code.reading(policy.by) if policy.by is not None else "score"
    sources = []
    for label in policy.labels:
        chain = "-1"
        for index, rule in reversed(list(enumerate(label.rules))):
            if rule.when is None:
                chain = str(index)
            else:
                # No brackets: Python nests only so many.
                chain = f"{index} if {code.condition(rule.when)} else {chain}"
        sources.append(chain)
    lines.append(f"return raw, {rank}, [{', '.join(sources)}]")
    function: Measure = function_of(code, "s, D")
    return function


def _details(policy: Policy) -> Details:
    code = Emitter(policy.scale)
    code.lines.append("out = []")
    for dimension in policy.dimensions:
        code.dimension(dimension, detailed=True)
    code.lines.append("return out")
    function: Details = function_of(code, "s, D")
    return function


def condition_of(policy: Policy, condition: Node) -> When:
    """A condition of a policy as a function."""
    code = Emitter(policy.scale)
    source = code.condition(condition)
    code.lines.append(f"return {source}")
    function: When = function_of(code, "s, D, f")
    return function


def function_of(code: Emitter, arguments: str, **names: object) -> Any:
    """The function whose lines `code` has collected; it may use `names`, too."""
    body = "\n".join(f"    {line}" for line in code.lines)
    scope: dict[str, Any] = {
        "K": tuple(code.constants),
        "attribute_number": attribute_number,
        "attribute_text": attribute_text,
        "bisect_left": bisect_left,
        "bisect_right": bisect_right,
        "fact_field": fact_field,
        "total": total,
        "total_between": total_between,
        "volatility": volatility,
        **names,
    }
    source = compile(f"def compiled({arguments}):\n{body}\n", "<policy>", "exec")
    exec(source, scope)  # noqa: S102 - our own source, from a closed tree
    return scope["compiled"]


def volatility(orders: list[int], spend: list[int]) -> float | None:
    """Population standard deviation / mean of the spend of days with an order.

    >>> volatility([1, 1], [100, 300])
    0.5
    >>> volatility([1], [100]) is None
    True
    """
    daily = [amount for count, amount in zip(orders, spend, strict=True) if count > 0]
    if len(daily) < 2 or sum(daily) <= 0:  # noqa: PLR2004 - one day has no spread
        return None
    mean = sum(daily) / len(daily)
    return math.sqrt(sum((x - mean) ** 2 for x in daily) / len(daily)) / mean


def fact_field(fact: object, name: str, scale: int) -> float | str | None:
    """A field of a fact for a trigger's condition; None where the fact has none."""
    if name == "type":
        return None if isinstance(fact, Tick) else str(getattr(fact, "TYPE", ""))
    value: float | str | None = getattr(fact, name, None)
    if name == "amount" and value is not None:
        return float(value) / scale
    return value
