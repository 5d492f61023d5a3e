"""Counting what a backtest left behind: moves, months, label values. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


_DECODER = msgspec.json.Decoder(ChangeLine)


def change_lines(bodies: Iterable[bytes]) -> Iterator[ChangeLine]:
    """The bodies of changes, each a line of `changes.jsonl`, reduced to what is counted."""
    return map(_DECODER.decode, bodies)


@dataclass(slots=True)
class Tally:
    """Changes counted one by one, in order of publication; none of them is kept.

    >>> first = ChangeLine("tier.assigned", "ann", "2024-01-05", "low", None, "first-grade")
    >>> up = ChangeLine("tier.upgraded", "ann", "2024-02-06", "high", "low", "crossing")
    >>> label = ChangeLine("label.changed", "ann", "2024-02-06", "big", "small", label="size")
    >>> tally = Tally.of([first, up, label])
    >>> tally.moves
    Counter({(None, 'low'): 1, ('low', 'high'): 1})
    >>> tally.by_trigger
    Counter({('2024-01', 'first-grade'): 1, ('2024-02', 'crossing'): 1})
    >>> tally.by_label
    Counter({('2024-02', 'size'): 1})
    >>> tally.first_to_last([{"customer_id": "ann", "tier": "high"}])
    Counter({('low', 'high'): 1})
    """

    moves: Matrix = field(default_factory=Counter)
    """Tier changes by (from, to); from None is a first grade.

    For each tier, what came in less what went out is who is there at the end.
    """
    by_trigger: Monthly = field(default_factory=Counter)
    """Changes that are not of a label."""
    by_label: Monthly = field(default_factory=Counter)
    """With `by_trigger` every change is counted once."""
    steps: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    """(tier, day) -> how many customers more, or less, the tier has from that day on."""
    first: dict[str, str | None] = field(default_factory=dict)
    """Customer -> tier of the first grade."""

    @classmethod
    def of(cls, changes: Iterable[ChangeLine]) -> "Tally":
        """Count changes."""
        tally = cls()
        for change in changes:
            tally.add(change)
        return tally

    def add(self, change: ChangeLine) -> None:
        """Count one change; months and days are those of `effective_on`."""
        day = change.effective_on
        if change.label is not None:
            self.by_label[day[:7], change.label] += 1
            return
        self.by_trigger[day[:7], change.trigger or change.type] += 1
        if not change.type.startswith("tier."):
            return
        self.moves[change.from_, change.to] += 1
        self.steps[change.to, day] += 1
        self.steps[change.from_, day] -= 1
        if change.type == "tier.assigned" or change.customer_id not in self.first:
            self.first[change.customer_id] = change.to

    @property
    def changes(self) -> int:
        """How many were counted."""
        return self.by_trigger.total() + self.by_label.total()

    def first_to_last(self, customers: Iterable[Mapping[str, Any]]) -> Matrix:
        """Graded customers by the tier of their first grade and by the tier they have now."""
        return Counter(
            (self.first[row["customer_id"]], row["tier"])
            for row in customers
            if row["tier"] is not None
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
