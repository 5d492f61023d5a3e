"""Tiers, labels and moves as tables, from the counters of all partitions. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from scoring.calendar import iso
from scoring.policy import Label, Policy
from scoring.units import Day
from streams.storage.overview import Moves

HISTORY_DAYS = 30


def history(
    now: Mapping[str, int], moved: Mapping[Day, Moves], last: Day, days: int = HISTORY_DAYS
) -> dict[str, list[tuple[Day, int]]]:
    """Customers per tier at the end of each of the last days: today's, less what moved since.

    >>> moves = {Day(10): {("silver", "gold", "crossing"): 2}, Day(9): {(None, "gold", "f"): 1}}
    >>> history({"silver": 5, "gold": 7}, moves, Day(10), days=3)
    {'silver': [(8, 7), (9, 7), (10, 5)], 'gold': [(8, 4), (9, 5), (10, 7)]}
    """
    at = Counter(now)
    rows: dict[str, list[tuple[Day, int]]] = {name: [] for name in now}
    for day in range(last, last - days, -1):
        for name, found in rows.items():
            found.append((Day(day), max(0, at[name])))
        for (from_, to, _), count in moved.get(Day(day), {}).items():
            if from_ is not None:
                at[from_] += count
            if to is not None:
                at[to] -= count
    return {name: found[::-1] for name, found in rows.items()}


def tier_rows(
    policy: Policy, counts: Mapping[str, int], moved: Mapping[Day, Moves], last: Day | None
) -> list[dict[str, Any]]:
    """Every tier, the lowest first, with its customers now, yesterday and before."""
    now = {tier.name: max(0, counts.get(f"tier:{tier.name}", 0)) for tier in policy.tiers}
    total = sum(now.values())
    told = {} if last is None else history(now, moved, last)
    rows = []
    for rank, tier in enumerate(policy.tiers):
        count, before = now[tier.name], told.get(tier.name, [])
        rows.append(
            {
                "name": tier.name,
                "rank": rank,
                "label": tier.label,
                "enter": float(tier.enter),
                "keep": float(tier.keep),
                "count": count,
                "share": count / total if total else 0.0,
                "yesterday": before[-2][1] if before else 0,
                "history": [{"day": iso(day), "count": n} for day, n in before],
            }
        )
    return rows


def label_rows(policy: Policy, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Every label of the policy with its values and how many customers have each."""
    return [
        {
            "name": label.name,
            "label": label.label,
            "group": None if label.tag is None else "/".join(label.tag.group),
            "definition": None if label.tag is None else label.tag.definition,
            "values": _values(label, counts),
        }
        for label in policy.labels
    ]


def _values(label: Label, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    found = [max(0, counts.get(f"label:{label.name}:{rule.value}", 0)) for rule in label.rules]
    total = sum(found)
    return [
        {
            "value": rule.value,
            "label": rule.label,
            "count": count,
            "share": count / total if total else 0.0,
        }
        for rule, count in zip(label.rules, found, strict=True)
    ]


def move_rows(moved: Mapping[Day, Moves], order: Sequence[str]) -> list[dict[str, Any]]:
    """The moves of some days, by day, then in the order of tiers."""
    ranks: dict[str | None, int] = {name: rank for rank, name in enumerate(order)}
    return [
        {"day": iso(day), "from": from_, "to": to, "trigger": trigger, "count": count}
        for day in sorted(moved)
        for (from_, to, trigger), count in sorted(
            moved[day].items(),
            key=lambda move: (ranks.get(move[0][0], -1), ranks.get(move[0][1], -1), move[0][2]),
        )
    ]
