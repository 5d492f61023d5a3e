"""Customers with a history, graded in this process without Kafka."""

from collections.abc import Iterable, Iterator
from itertools import islice

from scoring.policy import Policy
from streams.bootstrap import rules_of
from streams.intake.record import LogRecord
from streams.partition.cache import CustomerCache
from streams.partition.ports import PartitionMeta, PartitionStore, Published
from streams.partition.processor import PartitionProcessor
from streams.partition.runner import CHUNK, TOPICS
from streams.replay.event import WireEvent

_EVERYBODY = 2**62


def log_records(events: Iterable[WireEvent]) -> Iterator[LogRecord]:
    """The events as they would come from the log of one partition."""
    offsets = dict.fromkeys(TOPICS, 0)
    for event in events:
        offset = offsets[event.topic]
        offsets[event.topic] += 1
        yield LogRecord(event.topic, 0, offset, event.timestamp_ms, event.key, event.value)


async def grade(
    events: Iterable[WireEvent], policy: Policy, store: PartitionStore
) -> PartitionMeta:
    """Take events into partition 0 of a store, in their order, all of it published."""
    meta = await store.claim(0, "benchmark", 1)
    rules = rules_of(policy, 1, mode="replay")
    cache = CustomerCache(_EVERYBODY)
    processor = PartitionProcessor(0, rules, store, meta, cache)
    records = log_records(events)
    while chunk := list(islice(records, CHUNK)):
        await processor.process(chunk)
        tail = processor.meta.tail
        await store.trim(0, Published(meta.owner, meta.incarnation, tail, {}))
    return processor.meta
