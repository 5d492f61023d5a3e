"""Create topics on any Kafka, so that they are there before anyone asks for them."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from streams.embedded.errors import PartitionCountError, TopicError

_OK = 0
_NO_LEADER = -1
_PATIENCE = 15.0
_POLL = 0.02
_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic that must exist."""

    name: str
    partitions: int = 1
    config: Mapping[str, str] = field(default_factory=dict)
    """Topic settings such as `cleanup.policy`; used when the topic is created."""
    replicas: int = 1

    def __post_init__(self) -> None:
        if self.partitions < 1 or self.replicas < 1:
            raise TopicError(self.name, "needs a partition and a replica at least")


async def create_topics(
    bootstrap: str, specs: Iterable[TopicSpec], security: Mapping[str, Any] = _NONE
) -> tuple[str, ...]:
    """Create what is missing and wait until it can be used; the names created.

    A topic that exists is fine if it has as many partitions as asked for; its settings
    are left alone. Tansu stores settings without checking or obeying them, and creates
    a topic by itself, of four partitions, when a client so much as asks for its
    metadata: call this before any client starts.

    Raises:
        PartitionCountError: a topic exists with another number of partitions.
        TopicError: the broker refused a topic.
    """
    wanted = list(specs)
    if not wanted:
        return ()
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **security)
    try:
        await admin.start()
        created = await _create(admin, wanted)
        await _until_usable(admin, wanted)
    finally:
        await admin.close()
    return created


async def _create(admin: Any, wanted: Sequence[TopicSpec]) -> tuple[str, ...]:
    """Ask for all topics at once; the names of those that were not there."""
    answer = await admin.create_topics([_request(spec) for spec in wanted])
    created = []
    for name, code, message in answer.topic_errors:
        if code == _OK:
            created.append(name)
        elif code != TopicAlreadyExistsError.errno:
            raise TopicError(name, message or for_code(code).__name__)
    return tuple(created)


def _request(spec: TopicSpec) -> NewTopic:
    """The topic as the admin client wants it."""
    config = dict(spec.config)
    return NewTopic(spec.name, spec.partitions, spec.replicas, topic_configs=config)


async def _until_usable(admin: Any, wanted: Sequence[TopicSpec]) -> None:
    """Wait until every topic shows all its partitions, each with a leader."""
    deadline = time.monotonic() + _PATIENCE
    while missing := _not_usable(await admin.describe_topics(), wanted):
        if time.monotonic() > deadline:
            raise TopicError(missing[0], f"has no leader after {_PATIENCE:g} s")
        await asyncio.sleep(_POLL)


def _not_usable(described: Iterable[Mapping[str, Any]], wanted: Sequence[TopicSpec]) -> list[str]:
    """The names of topics that lack a partition or a leader."""
    partitions = {
        topic["topic"]: topic["partitions"] for topic in described if topic["error_code"] == _OK
    }
    missing = []
    for spec in wanted:
        found = partitions.get(spec.name, ())
        if found and len(found) != spec.partitions:
            raise PartitionCountError(spec.name, spec.partitions, len(found))
        if not found or any(part["leader"] == _NO_LEADER for part in found):
            missing.append(spec.name)
    return missing
