"""Functions made from the lines an `Emitter` has collected, and what those lines call."""

import math
from bisect import bisect_left, bisect_right
from operator import mul
from typing import Any

from scoring.attributes import attribute_number, attribute_text
from scoring.emit import Emitter
from scoring.facts import Tick
from scoring.ledger import total, total_between, total_of_all


def function_of(code: Emitter, arguments: str, **names: object) -> Any:
    """The function whose lines `code` has collected; it may use `names`, too.

    >>> code = Emitter(100); code.lines.append("return s + BONUS")
    >>> function_of(code, "s", BONUS=2)(40)
    42
    """
    body = "\n".join(f"    {line}" for line in code.lines)
    scope: dict[str, Any] = {
        "K": tuple(code.constants),
        "above_zero": (0).__lt__,
        "attribute_number": attribute_number,
        "attribute_text": attribute_text,
        "bisect_left": bisect_left,
        "bisect_right": bisect_right,
        "fact_field": fact_field,
        "total": total,
        "total_between": total_between,
        "total_of_all": total_of_all,
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
    daily = spend
    if orders and min(orders) <= 0:
        daily = [amount for count, amount in zip(orders, spend, strict=True) if count > 0]
    days, whole = len(daily), sum(daily)
    if days < 2 or whole <= 0:  # noqa: PLR2004 - one day has no spread
        return None
    # In whole numbers up to the root: nothing is lost to rounding.
    return math.sqrt(days * sum(map(mul, daily, daily)) - whole * whole) / whole


def fact_field(fact: object, name: str, scale: int) -> float | str | None:
    """A field of a fact for a trigger's condition; None where the fact has none."""
    if name == "type":
        return None if isinstance(fact, Tick) else str(getattr(fact, "TYPE", ""))
    value: float | str | None = getattr(fact, name, None)
    if name == "amount" and value is not None:
        return float(value) / scale
    return value
