"""What a replay left behind: every customer's grade, every change, every refusal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import orjson

from scoring.advance import snapshot_of
from scoring.calendar import date_of
from scoring.customer import UNGRADED, CustomerState
from scoring.explain import Explainer, major
from scoring.merging import is_alias
from scoring.units import Day
from streams.outbox.scribe import EventScribe
from streams.partition.ports import PartitionMeta
from streams.partition.rules import Rules
from streams.replay.event import RejectedRow

_AT_ONCE = 5000


class ReadableStore(Protocol):
    """A store whose customers can be listed."""

    async def read_meta(self, partition: int) -> PartitionMeta | None:
        """Where the partition stands."""

    async def customers(self, partition: int) -> list[str]:
        """The ids of all customers of a partition, sorted."""

    async def load(self, partition: int, customers: Sequence[str]) -> list[bytes | None]:
        """State blobs in the order asked for."""


class Grade(NamedTuple):
    """One customer at the end of a replay."""

    row: dict[str, Any]
    """The line of `customers.jsonl`."""
    points: tuple[float | None, ...]
    """What each dimension of the policy gives, 0 to 100; None for one left out."""


@dataclass(slots=True)
class Results:
    """Everything a replay is compared by."""

    customers: list[dict[str, Any]] = field(default_factory=list)
    """By id: customer_id, tier, score, labels, readings, version, as_of."""
    changes: list[bytes] = field(default_factory=list)
    """Change bodies, as published, in order of publication."""
    reminders: list[bytes] = field(default_factory=list)
    """Bodies of reminders and warnings, in order of publication."""
    rejected: list[RejectedRow] = field(default_factory=list)
    """By line."""
    points: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    """Customer -> points of each dimension of the policy, in its order; not written."""

    def take(self, grades: Iterable[Grade]) -> None:
        """Keep the grades, already sorted by id."""
        for row, points in grades:
            self.customers.append(row)
            self.points[row["customer_id"]] = points

    def write(self, folder: Path) -> None:
        """Write `customers.jsonl`, `changes.jsonl` and `rejected.jsonl`.

        `reminders.jsonl` only if there are any: most policies have none.
        """
        folder.mkdir(parents=True, exist_ok=True)
        _write_lines(folder / "customers.jsonl", self.customers)
        with (folder / "changes.jsonl").open("wb") as file:
            file.writelines(body + b"\n" for body in self.changes)
        reminders = folder / "reminders.jsonl"
        reminders.unlink(missing_ok=True)
        if self.reminders:
            reminders.write_bytes(b"".join(body + b"\n" for body in self.reminders))
        refused = (row._asdict() for row in sorted(self.rejected))
        _write_lines(folder / "rejected.jsonl", refused)

    def tiers(self) -> dict[str, int]:
        """Graded customers per tier."""
        counts: dict[str, int] = {}
        for customer in self.customers:
            if customer["tier"] is not None:
                counts[customer["tier"]] = counts.get(customer["tier"], 0) + 1
        return counts


def _write_lines(path: Path, rows: Any) -> None:
    with path.open("wb") as file:
        for row in rows:
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


async def read_customers(
    store: ReadableStore, partitions: int, rules: Rules
) -> list[dict[str, Any]]:
    """Every customer's line as of its partition's day, sorted by id."""
    return [row for row, _ in await read_grades(store, partitions, rules)]


async def read_grades(store: ReadableStore, partitions: int, rules: Rules) -> list[Grade]:
    """Every customer's grade as of its partition's day, sorted by id."""
    found: list[Grade] = []
    for partition in range(partitions):
        meta = await store.read_meta(partition)
        if meta is None or meta.day is None:
            continue
        ids = await store.customers(partition)
        for start in range(0, len(ids), _AT_ONCE):
            names = ids[start : start + _AT_ONCE]
            blobs = await store.load(partition, names)
            found += _grades(names, blobs, rules, meta.day)
    return sorted(found, key=lambda grade: str(grade.row["customer_id"]))


def _grades(
    names: Sequence[str], blobs: Sequence[bytes | None], rules: Rules, day: Day
) -> Iterator[Grade]:
    explainer = Explainer(rules.judge.grader)
    for customer, blob in zip(names, blobs, strict=True):
        state = None if blob is None else rules.codec.decode(blob)
        if state is not None and not is_alias(state):
            yield _grade(customer, state, rules, explainer, day)


def _grade(
    customer: str, state: CustomerState, rules: Rules, explainer: Explainer, day: Day
) -> Grade:
    """One customer's grade as of `day`; nulls before the first grade."""
    grader = rules.judge.grader
    snapshot = snapshot_of(state, rules.judge, day)
    graded = state.tier != UNGRADED
    dimensions = explainer.dimensions(snapshot)
    readings = {row["reading"]: row["value"] for row in dimensions}
    by = grader.policy.by
    if by is not None:
        readings[str(by)] = major(grader, by.name, snapshot.value)
    labels = {}
    if graded and isinstance(rules.scribe, EventScribe):
        labels = rules.scribe.labels(snapshot.labels)
    row = {
        "customer_id": customer,
        "tier": grader.policy.tiers[state.tier].name if graded else None,
        "score": snapshot.score if graded else None,
        "labels": labels,
        "readings": readings,
        "version": state.version,
        "as_of": date_of(day).isoformat(),
    }
    return Grade(row, tuple(dimension["points"] for dimension in dimensions))
