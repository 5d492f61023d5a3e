"""Counting what a backtest left behind: moves, months, label values. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

Matrix = Counter[tuple[str | None, str | None]]
"""(row, column) -> how many; None where there is no tier."""

Monthly = Counter[tuple[str, str]]
"""(month as YYYY-MM, what is counted) -> how many."""


class ChangeLine(msgspec.Struct, frozen=True, gc=False):
    """The fields of a published change that are counted."""

    type: str
    customer_id: str
    effective_on: str
    """The local day, ISO 8601."""
    to: str | None
    from_: str | None = msgspec.field(name="from")
    trigger: str | None = None
    label: str | None = None

    @property
    def of_tier(self) -> bool:
        """Whether a tier was set by it."""
        return self.type.startswith("tier.")


_DECODER = msgspec.json.Decoder(ChangeLine)


def change_lines(bodies: Iterable[bytes]) -> list[ChangeLine]:
    """The bodies of changes, each a line of `changes.jsonl`, reduced to what is counted."""
    return [_DECODER.decode(body) for body in bodies]


def moves(changes: Iterable[ChangeLine]) -> Matrix:
    """Every tier change from -> to, not every customer; None -> tier is a first grade.

    For each tier, what came in less what went out is who is there at the end.

    >>> up = ChangeLine("tier.upgraded", "ann", "2024-01-05", "gold", "silver")
    >>> moves([up, up])
    Counter({('silver', 'gold'): 2})
    """
    return Counter((change.from_, change.to) for change in changes if change.of_tier)


def first_to_last(changes: Iterable[ChangeLine], customers: Iterable[Mapping[str, Any]]) -> Matrix:
    """Graded customers by the tier of their first grade and by the tier they have now.

    >>> first = ChangeLine("tier.assigned", "ann", "2024-01-05", "silver", None)
    >>> up = ChangeLine("tier.upgraded", "ann", "2024-01-06", "gold", "silver")
    >>> first_to_last([first, up], [{"customer_id": "ann", "tier": "gold"}])
    Counter({('silver', 'gold'): 1})
    """
    first: dict[str, str | None] = {}
    for change in changes:
        if change.type == "tier.assigned" or (change.of_tier and change.customer_id not in first):
            first[change.customer_id] = change.to
    return Counter(
        (first[row["customer_id"]], row["tier"]) for row in customers if row["tier"] is not None
    )


def by_trigger(changes: Iterable[ChangeLine]) -> Monthly:
    """Changes that are not of a label, by month of `effective_on` and trigger.

    >>> by_trigger([ChangeLine("tier.assigned", "ann", "2024-01-05", "low", None, "first-grade")])
    Counter({('2024-01', 'first-grade'): 1})
    """
    return Counter(
        (change.effective_on[:7], change.trigger or change.type)
        for change in changes
        if change.label is None
    )


def by_label(changes: Iterable[ChangeLine]) -> Monthly:
    """Label changes by month of `effective_on` and name of the label.

    >>> by_label([ChangeLine("label.changed", "ann", "2024-01-05", "high", "low", label="risk")])
    Counter({('2024-01', 'risk'): 1})
    """
    return Counter(
        (change.effective_on[:7], change.label) for change in changes if change.label is not None
    )


def months(counts: Iterable[tuple[str, str]]) -> list[str]:
    """Every month from the first counted to the last, those without a change too.

    >>> months([("2023-11", "review"), ("2024-02", "review")])
    ['2023-11', '2023-12', '2024-01', '2024-02']
    """
    found = sorted(month for month, _ in counts)
    if not found:
        return []
    first, last = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (found[0], found[-1]))
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, last + 1)]


def label_values(
    customers: Iterable[Mapping[str, Any]], known: Mapping[str, Sequence[str]]
) -> dict[str, dict[str | None, int]]:
    """Graded customers by label and value, values in the order of the policy, then null.

    `known` holds the values of each label; a null is listed only where somebody has it.

    >>> label_values([{"tier": "low", "labels": {"risk": None}}], {"risk": ["high"]})
    {'risk': {'high': 0, None: 1}}
    """
    found: dict[str, dict[str | None, int]] = {
        label: dict.fromkeys(values, 0) for label, values in known.items()
    }
    for row in customers:
        if row["tier"] is not None:
            for label, value in row["labels"].items():
                counts = found[label]
                counts[value] = counts.get(value, 0) + 1
    return found


def share(part: int, whole: int) -> float | None:
    """A part of a whole, 0 to 1 in six decimals; None of nothing.

    >>> share(1, 3), share(0, 0)
    (0.333333, None)
    """
    return round(part / whole, 6) if whole else None
