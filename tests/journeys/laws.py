"""What must hold after every replay, whatever happened to the processes meanwhile."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from aiokafka.structs import ConsumerRecord
from journeys.programme import Programme

from scoring.policy import Policy
from streams.demo.verify import mismatches
from streams.intake.partitioner import partition_of
from streams.outbox.scribe import CURRENT_TIER
from streams.replay.event import WireEvent
from streams.replay.memory import run_in_memory
from streams.replay.results import Results


@dataclass(frozen=True, slots=True)
class History:
    """Events, and what the engine in memory makes of them."""

    events: list[WireEvent]
    expected: Results

    @classmethod
    async def of(cls, events: list[WireEvent], policy: Policy) -> "History":
        """Grade events in memory."""
        return cls(events, await run_in_memory(events, policy))


async def check_all(programme: Programme, history: History) -> None:
    """Nothing was lost, repeated or told twice in different words."""
    customers = await programme.customers()
    changes, current = await programme.changes(), await programme.published(CURRENT_TIER)
    check_changes(changes, customers, history)
    check_current(current, customers)
    check_places([*changes, *current], programme.partitions)
    counts = await programme.counts()
    taken = sum(n for name, n in counts.items() if name.startswith("in:"))
    # A broker that crashes may store a batch twice: then the log itself holds repeats.
    repeats = counts["in:duplicate"]
    # A replay ends with one more record in every partition.
    assert taken - repeats == len(history.events) + programme.partitions, counts
    tiers = {tier: counts[f"tier:{tier}"] for tier in history.expected.tiers()}
    assert tiers == history.expected.tiers()


def check_changes(
    records: Sequence[ConsumerRecord],
    customers: list[dict[str, Any]],
    history: History,
) -> None:
    """Customers and published changes are those of the engine in memory."""
    changes = once_each(records)
    stream = Results(customers, list(changes.values()))
    assert mismatches(stream, history.expected) == 0
    check_versions(records)
    check_chain(changes)


def check_current(records: Sequence[ConsumerRecord], customers: list[dict[str, Any]]) -> None:
    """What compaction keeps, the last row of each customer, is the tier they hold."""
    kept = {record.key.decode(): orjson.loads(record.value) for record in records}
    assert {one["customer_id"]: one["tier"] for one in customers} == {
        customer: body["tier"] for customer, body in kept.items()
    }


def check_places(records: Sequence[ConsumerRecord], partitions: int) -> None:
    """A customer's rows are where every client looks for them: where the key leads."""
    for record in records:
        assert record.partition == partition_of(record.key, partitions)


def once_each(records: Sequence[ConsumerRecord]) -> dict[str, bytes]:
    """The changes by id; a repeated one must have the same key, bytes and headers."""
    told: dict[str, bytes] = {}
    seen: dict[bytes, tuple[object, ...]] = {}
    for record in records:
        headers = dict(record.headers)
        text = (record.topic, record.key, record.value, headers)
        assert seen.setdefault(headers["ce_id"], text) == text
        told.setdefault(headers["ce_id"].decode(), record.value)
    return told


def check_once(records: Sequence[ConsumerRecord]) -> None:
    """Each change stands once on its topic."""
    ids = Counter(dict(record.headers)["ce_id"] for record in records)
    assert {name: n for name, n in ids.items() if n > 1} == {}


def check_versions(records: Sequence[ConsumerRecord]) -> None:
    """Versions of a customer appear in order on each topic, and are 1..n together."""
    versions: dict[str, set[int]] = defaultdict(set)
    latest: dict[tuple[str, str], int] = defaultdict(int)
    for record in records:
        change = orjson.loads(record.value)
        customer, version = change["customer_id"], change["version"]
        if version not in versions[customer]:
            assert version > latest[record.topic, customer]
            latest[record.topic, customer] = version
        versions[customer].add(version)
    for found in versions.values():
        assert found == set(range(1, len(found) + 1))


def check_chain(changes: dict[str, bytes]) -> None:
    """Each change begins where the one before it, of the same tier or label, ended."""
    bodies = sorted(map(orjson.loads, changes.values()), key=lambda body: int(body["version"]))
    stands: dict[tuple[str, str | None], str] = {}
    for body in bodies:
        customer, label = body["customer_id"], body.get("label")
        if label is None or (customer, label) in stands:
            assert body["from"] == stands.get((customer, label))
        stands[customer, label] = body["to"]
