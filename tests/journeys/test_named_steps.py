"""Workers that die at every step of a policy switch, a sweep, a merge and its end (R38, R53).

What is left at the end is what an engine in memory makes of it that nobody disturbs.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from journeys.laws import check_once, check_versions
from journeys.patience import until
from journeys.programme import Programme, die
from journeys.regrade_command import regrade
from journeys.test_killed_night import blobs, story
from journeys.test_merging import calm, check_topics, facts, settled, states, storm
from journeys.test_policy_live import SECOND, orders, reached, settings_of, written
from journeys.wire_input import PARTITIONS, Sent, send

from scoring.policy import Policy
from scoring.units import EpochMs
from streams.bootstrap import policy_tag, rules_of
from streams.clock import SystemClock
from streams.intake.record import LogRecord
from streams.outbox.scribe import CHANGES
from streams.partition.cache import CustomerCache
from streams.partition.ports import PartitionMeta
from streams.partition.processor import PartitionProcessor
from streams.partition.reign import NextVersion
from streams.policies.load import load_version
from streams.storage.memory_store import MemoryStore

pytestmark = pytest.mark.long

CUSTOMERS = 2400
SWITCH = ("before-take=kill", "after-take=kill@2", "after-take=kill@2")
SWEEP = ("before-sweep=kill@2", "after-sweep=kill@3", "after-publish=kill@2")
MERGE = (
    "before-handover=kill",
    "after-handover=kill",
    "before-transfer=kill",
    "after-transfer=kill",
    "before-receipt=kill",
    "after-receipt=kill",
)
PARTED = ("after-handover=kill", "after-receipt=kill")


@pytest.mark.timeout(180)
async def test_a_version_reaches_everybody_once_over_deaths_at_every_step(stack, tmp_path):
    """Each change stands once; states and stories are those of a sweep without deaths."""
    names = [f"k{number}" for number in range(CUSTOMERS)]
    async with Programme(stack, tmp_path, "kills", REGRADE_CLOCK="wall") as programme:
        worker = await programme.worker()
        first, later = orders(0, names), orders(CUSTOMERS, names[:5])
        await send(stack.bootstrap, programme.prefix, first)
        await programme.taken(len(first))
        worker.kill()
        second = written(tmp_path, SECOND)
        done = await regrade("policy", "publish", second, settings=settings_of(programme))
        assert done.code == 0, done.err
        await die(programme, SWITCH)
        reigns = [meta.reign for meta in await programme.metas()]
        assert {reign.generation for reign in reigns} == {1}
        assert any(reign.sweeping for reign in reigns)
        await send(stack.bootstrap, programme.prefix, later)
        await die(programme, SWEEP)
        await programme.worker()
        await reached(programme, "grocery-usd v2")
        await programme.taken(len(first) + len(later))
        reigns = [meta.reign for meta in await programme.metas()]
        assert sum(reign.reached for reign in reigns) == CUSTOMERS
        told = await programme.changes()
        check_once(told)
        check_versions(told)
        stories = by_customer([orjson.loads(record.value) for record in told])
        quiet = Undisturbed(programme.policy, Path(second), PARTITIONS)
        for partition in range(PARTITIONS):
            await quiet.live(partition, first, later)
        assert await blobs(programme) == quiet.blobs
        assert stories == by_customer(quiet.told)
        moved = [one for s in stories.values() for one in s if one["mode"] == "sweep"]
        assert len({one["customer_id"] for one in moved}) == CUSTOMERS


def by_customer(bodies: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What was told of each, in order, but for the places of records."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for body in sorted(bodies, key=lambda one: int(one["version"])):
        mode = body["mode"] if "policy" in body["cause"] else ""
        found[body["customer_id"]].append(story(body) | {"mode": mode})
    return found


class Undisturbed:
    """Partitions in memory that take a version, and all their customers to it, at once."""

    def __init__(self, first: Policy, second: Path, partitions: int) -> None:
        self.first = first
        self.version = load_version(str(second))
        self.partitions = partitions
        self.blobs: dict[str, bytes] = {}
        self.told: list[dict[str, Any]] = []

    async def live(self, partition: int, before: Sequence[Sent], after: Sequence[Sent]) -> None:
        """Records, the version, a sweep, records."""
        second = self.version.policy
        store = MemoryStore(policy_tag(self.first))
        meta = await store.claim(partition, "calm", self.partitions)

        def built(meta: PartitionMeta, policy: Policy, previous: Policy | None):
            rules = rules_of(policy, self.partitions, mode="live", previous=previous)
            return PartitionProcessor(partition, rules, store, meta, CustomerCache(9999))

        processor = built(meta, self.first, None)
        await processor.process(self.log(partition, before))
        tag, text = policy_tag(second), self.version.text
        await processor.take_version(NextVersion(tag, text, EpochMs(1), "kim", ""))
        processor = built(processor.meta, second, self.first)
        while processor.sweeping:
            await processor.sweep_some(1000)
        await processor.process(self.log(partition, after))
        names = await store.customers(partition)
        kept = await store.load(partition, names)
        self.blobs |= {name: blob for name, blob in zip(names, kept, strict=True) if blob}
        rows = [row for _, row in await store.outbox(partition) if row.topic in CHANGES]
        self.told += [json.loads(row.value or b"") for row in rows]

    def log(self, partition: int, sent: Sequence[Sent]) -> list[LogRecord]:
        """Those of the records that belong to a partition."""
        place = rules_of(self.first, self.partitions, mode="live").partitioner
        return [
            LogRecord(one.topic, partition, at, one.timestamp_ms, one.key, one.value)
            for at, one in enumerate(sent)
            if one.key and place(one.key, self.partitions) == partition
        ]


@pytest.mark.timeout(180)
async def test_merges_and_their_ends_survive_deaths_at_every_step(stack, tmp_path):
    """Handed over, on the way, taken in: every account is exact, every command answered once."""
    waves = storm(SystemClock().now_ms())
    async with Programme(stack, tmp_path, "steps", REGRADE_CLOCK="wall") as programme:
        sent = 0
        for wave, points in zip(waves, (MERGE, (), PARTED, ()), strict=True):
            for worker in programme.workers if points else ():
                worker.kill()
            await send(stack.bootstrap, programme.prefix, wave)
            sent += len(wave)
            await die(programme, points)
            if points:
                await programme.worker()
            await until(partial(settled, programme, sent), "all handed over")
        town = await calm(programme, waves)
        calmly = await town.states()
        found = await states(programme)
        assert {n: facts(s) for n, s in found.items()} == {n: facts(s) for n, s in calmly.items()}
        assert {n: s.tier for n, s in found.items()} == {n: s.tier for n, s in calmly.items()}
        check_once(await programme.changes())
        await check_topics(programme)
