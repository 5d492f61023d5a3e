"""Customers by tier and by what else tells them apart: labels, attributes, categories bought."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from scoring.customer import UNGRADED, CustomerState
from scoring.merging import is_alias
from scoring.units import Day
from streams.api.programme import Programme
from streams.api.programmes import Programmes
from streams.clock import Clock
from streams.storage.look_up import LookUp

CATEGORY = "category"
MOST_VALUES = 50
"""An attribute with more values tells single customers apart, and is no axis."""
_WINDOW_DAYS = 365
_KEPT_S = 30.0


class Cell(NamedTuple):
    """Where a customer is counted."""

    axis: str
    """`label:<name>`, `attribute:<name>`, or `category`: bought from in the last year."""
    value: str
    tier: str


class Breakdown:
    """Counts over all customers, along every axis at once."""

    def __init__(self) -> None:
        self.counts: Counter[Cell] = Counter()
        self._values: dict[str, set[str]] = {}
        self._too_many: set[str] = set()

    def add(self, state: CustomerState, programme: Programme, day: Day) -> None:
        """Count a customer; of a category they may have several, of all else one."""
        tier = programme.tiers[state.tier]
        for axis, value in _places(state, programme, day):
            if axis not in self._too_many:
                self.counts[Cell(axis, value, tier)] += 1
                self._note(axis, value)

    def _note(self, axis: str, value: str) -> None:
        known = self._values.setdefault(axis, set())
        known.add(value)
        if axis.startswith("attribute:") and len(known) > MOST_VALUES:
            self._too_many.add(axis)
            del self._values[axis]
            self.counts = Counter({c: n for c, n in self.counts.items() if c.axis != axis})

    @property
    def axes(self) -> list[str]:
        """Everything customers are told apart by."""
        return sorted(self._values)

    def rows(self, axis: str) -> list[tuple[str, dict[str, int]]]:
        """Customers by tier for each value of an axis, the value of most customers first."""
        found: dict[str, dict[str, int]] = {value: {} for value in self._values.get(axis, ())}
        for cell, count in self.counts.items():
            if cell.axis == axis:
                found[cell.value][cell.tier] = count
        return sorted(found.items(), key=lambda row: (-sum(row[1].values()), row[0]))


class Breakdowns:
    """Looks at all customers, one pass at a time, and keeps what it found for half a minute."""

    def __init__(self, look_up: LookUp, programmes: Programmes, clock: Clock) -> None:
        self._look_up = look_up
        self._programmes = programmes
        self._clock = clock
        self._passing = asyncio.Lock()
        self._last = (float("-inf"), Breakdown())

    async def now(self, partitions: int) -> Breakdown:
        """The counts; those who ask during a pass wait for it together.

        Raises:
            StoreUnavailable: nobody answers.
        """
        async with self._passing:
            at, found = self._last
            if self._clock.monotonic() - at > _KEPT_S:
                found = await self._pass(partitions)
                self._last = (self._clock.monotonic(), found)
            return found

    async def _pass(self, partitions: int) -> Breakdown:
        found = Breakdown()
        async for page in self._look_up.pages(partitions):
            for _, stored in page:
                if stored.blob is None or stored.day is None or stored.policy is None:
                    continue
                state = await self._programmes.state(stored, partitions)
                if state.tier != UNGRADED and not is_alias(state):
                    programme = await self._programmes.of(stored.policy, partitions)
                    found.add(state, programme, stored.day)
        return found


def _places(state: CustomerState, programme: Programme, day: Day) -> Iterator[tuple[str, str]]:
    for label, at in zip(programme.policy.labels, state.labels, strict=True):
        if at >= 0:
            yield f"label:{label.name}", label.rules[at].value
    for name, value in state.attributes.items():
        if value is not None:
            yield f"attribute:{name}", str(value)
    for name, last in state.categories.items():
        if last > day - _WINDOW_DAYS:
            yield CATEGORY, name
