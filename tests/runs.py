"""A partition driven from its first record to its last, and what came of it."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from typing import Any

from scoring.calendar import day_of
from scoring.customer import CustomerState
from scoring.policy import Policy
from scoring.units import NEVER, Day
from streams.bootstrap import policy_tag, rules_of
from streams.intake.record import LogRecord
from streams.outbox.reminders import REMINDERS
from streams.outbox.scribe import CHANGES
from streams.partition.batch import Batch
from streams.partition.cache import CustomerCache
from streams.partition.ports import OutboxRow, PartitionMeta
from streams.partition.processor import PartitionProcessor, Rules
from streams.storage.memory_store import MemoryStore
from streams.storage.redis_store import RedisStore

DAY_0 = date(2024, 1, 1)
FIRST = day_of(DAY_0)
"""Day 0 as the engine counts."""
ERASURE_KEY = "the secret of the tests"


@dataclass(slots=True)
class Run:
    """What a partition holds and has said after some records."""

    rules: Rules
    store: MemoryStore | RedisStore
    meta: PartitionMeta
    batches: list[Batch]
    blobs: dict[str, bytes] = field(default_factory=dict)
    rows: list[tuple[int, OutboxRow]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    due: dict[str, Day] = field(default_factory=dict)
    cases: dict[str, bytes] = field(default_factory=dict)

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The bodies of the published changes, in order."""
        rows = (row for _, row in self.rows if row.topic in CHANGES)
        return [json.loads(row.value or b"") for row in rows]

    @property
    def stories(self) -> dict[str, list[dict[str, Any]]]:
        """The bodies of each customer's changes, in order."""
        found: dict[str, list[dict[str, Any]]] = {}
        for change in self.changes:
            found.setdefault(change["customer_id"], []).append(change)
        return found

    @property
    def moves(self) -> list[tuple[Any, ...]]:
        """The changes in short: day of the test, tier or label, from, to, trigger."""
        return [
            (
                (date.fromisoformat(change["effective_on"]) - DAY_0).days,
                change.get("label", "tier"),
                change["from"],
                change["to"],
                change["trigger"],
            )
            for change in self.changes
        ]

    @property
    def notices(self) -> list[dict[str, Any]]:
        """The bodies of reminders and warnings, in order."""
        rows = (row for _, row in self.rows if row.topic == REMINDERS)
        return [json.loads(row.value or b"") for row in rows]

    @property
    def dead_letters(self) -> list[OutboxRow]:
        """The refused records, in order."""
        return [row for _, row in self.rows if row.topic == "dead-letters"]

    @property
    def states(self) -> dict[str, CustomerState]:
        """The customers, decoded."""
        return {name: self.rules.codec.decode(b) for name, b in self.blobs.items()}

    @property
    def outcomes(self) -> Counter[str]:
        """How many records had which outcome."""
        total: Counter[str] = Counter()
        for batch in self.batches:
            for (_, outcome), count in batch.outcomes.items():
                total[outcome] += count
        return total

    @property
    def reasons(self) -> Counter[str]:
        """How many records were refused for which reason."""
        total: Counter[str] = Counter()
        for batch in self.batches:
            for (_, reason), count in batch.rejected.items():
                total[reason] += count
        return total


async def drive(  # noqa: PLR0913 - each way to differ has its test
    given: Policy,
    records: Sequence[LogRecord],
    *,
    chunks: Iterable[int] = (1000,),
    cache: int = 1000,
    reclaims: Iterable[bool] = (False,),
    latest: Day | None = None,
    until: Day | None = None,
    erasure_key: str = ERASURE_KEY,
    store: MemoryStore | RedisStore | None = None,
) -> Run:
    """Take records into an empty partition, some at a time, perhaps claimed anew.

    Then, with `until`, the clock reaches that day.
    """
    rules = _rules(given, erasure_key)
    store = store or MemoryStore(policy_tag(given))
    meta = await store.claim(0, "first", 1)
    processor = PartitionProcessor(0, rules, store, meta, CustomerCache(cache))
    batches: list[Batch] = []
    at = 0
    for size, reclaim in zip(cycle(chunks), cycle(reclaims), strict=False):
        if at >= len(records):
            break
        batches += await processor.process(records[at : at + size], latest)
        at += size
        if reclaim:
            meta = await store.claim(0, "next", 1)
            processor = PartitionProcessor(0, rules, store, meta, CustomerCache(cache))
    if until is not None:
        batches += await processor.reach(until)
    run_ = Run(rules, store, processor.meta, batches)
    names = await store.customers(0)
    blobs = await store.load(0, names)
    run_.blobs = {name: b for name, b in zip(names, blobs, strict=True) if b}
    run_.rows = await store.outbox(0)
    run_.due = dict(await store.due(0, NEVER, len(names) + 1))
    run_.cases = await store.cases(0)
    counts = await store.counts(0)
    # A counter that came back to zero may or may not be there.
    run_.counts = {name: n for name, n in counts.items() if n}
    return run_


_LATEST: dict[str, tuple[Policy, Rules]] = {}


def _rules(given: Policy, erasure_key: str) -> Rules:
    """The rules of a policy, compiled once for all runs under it that follow one another."""
    policy, rules = _LATEST.get(erasure_key, (None, None))
    if policy is not given or rules is None:
        rules = rules_of(given, 1, mode="replay", erasure_key=erasure_key)
        _LATEST[erasure_key] = given, rules
    return rules


def run(given: Policy, records: Sequence[LogRecord], **how: Any) -> Run:
    """As `drive`, from a test that is not async."""
    return asyncio.run(drive(given, records, **how))
