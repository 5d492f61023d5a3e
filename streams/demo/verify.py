"""The check at the end: the same rows graded again in memory, difference by difference."""

from collections.abc import Iterable
from typing import Any

import orjson

from streams.replay.results import Results


def mismatches(stream: Results, memory: Results) -> int:
    """How many grades and changes differ, or stand on one side only."""
    return _differ(
        {row["customer_id"]: row for row in stream.customers},
        {row["customer_id"]: row for row in memory.customers},
    ) + _differ(_by_id(stream.changes), _by_id(memory.changes))


def _by_id(bodies: Iterable[bytes]) -> dict[str, Any]:
    found = {}
    for body in bodies:
        change = orjson.loads(body)
        cause = change["cause"]
        change["cause"] = {k: cause[k] for k in ("event_id", "tick") if k in cause}
        found[change["id"]] = change
    return found


def _differ(left: dict[str, Any], right: dict[str, Any]) -> int:
    return sum(left.get(key) != right.get(key) for key in {*left, *right})
