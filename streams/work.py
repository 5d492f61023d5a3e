"""Run one worker until it is told to stop."""

import asyncio

import uvloop
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.app import TopicsUnfit, create_app, create_worker
from streams.bootstrap import calm_collector, policy_tag
from streams.errors import KafkaUnreachable, RegradeError
from streams.group_history import history
from streams.kafka_security import kafka_security
from streams.keeper import WorkerPlan
from streams.partition.runner import TOPICS
from streams.partition.surroundings import StoreLost
from streams.policies.library import Library
from streams.policies.load import Version, load_version
from streams.policies.publication import GRADING_POLICY
from streams.policies.topic import opened
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.redis_store import RedisStore
from streams.topics import OUTPUTS
from streams.versions import check_first


class GroupNotNamed(RegradeError):
    """Programmes on the same facts would divide the partitions among them."""

    def __init__(self, group: str) -> None:
        self.group = group
        super().__init__(
            "REGRADE_FACTS_PREFIX makes this programme read the facts of others, and "
            f"REGRADE_GROUP is {group!r}, which another may have too: each would see only some of "
            "them. Set REGRADE_GROUP to a name of its own."
        )


async def input_partitions(settings: Settings) -> int:
    """The partition count of the input topics.

    Raises:
        KafkaUnreachable: nobody answers.
        TopicsUnfit: a topic is missing, or they differ.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka, **kafka_security(settings))
    try:
        await admin.start()
    except KafkaError:
        await admin.close()
        raise KafkaUnreachable(settings.kafka) from None
    try:
        # Asked for by name some brokers create them: list what is there instead.
        present = set(await admin.list_topics())
        names = [settings.names.full(topic) for topic in TOPICS]
        outputs = [settings.names.full(topic) for topic in (*OUTPUTS, GRADING_POLICY)]
        missing = [name for name in (*names, *outputs) if name not in present]
        if missing:
            raise TopicsUnfit(f"missing topics: {', '.join(missing)}")
        found = await admin.describe_topics(names)
    finally:
        await admin.close()
    counts = {topic["topic"]: len(topic["partitions"]) for topic in found}
    if len(set(counts.values())) != 1:
        shown = ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))
        raise TopicsUnfit(f"input topics need equal partition counts, found {shown}")
    return next(iter(counts.values()))


async def preflight(settings: Settings, first: Version) -> int:
    """Check everything that can be checked before joining the group; the partition count.

    Raises:
        RegradeError: with what is wrong and what to do.
    """
    _check_group(settings)
    partitions = await input_partitions(settings)
    tag = policy_tag(first.policy)
    source = settings.names.source
    store = RedisStore(connect(settings.redis), settings.key_prefix, tag, first.text, source)
    try:
        await store.prepare(durable=settings.publish_after == "durable")
        if not await store.verify(partitions):
            await check_history(settings, partitions)
        await _check_policy(settings, first, store, partitions)
    finally:
        await store.close()
    return partitions


def _check_group(settings: Settings) -> None:
    """A programme that shares its facts must not share the group of who else reads them.

    Raises:
        GroupNotNamed: it has the name that every programme has at first.
    """
    if settings.names.shares_facts and settings.group == Settings.model_fields["group"].default:
        raise GroupNotNamed(settings.group)


async def check_history(settings: Settings, partitions: int) -> None:
    """Where nothing is stored, nothing may have been read.

    Raises:
        StoreLost: the group has read records.
    """
    records = await history(settings, range(partitions))
    if records:
        what = f"with REGRADE_PREFIX={settings.prefix!r}"
        raise StoreLost(what, f"group {settings.group}", records)


async def _check_policy(
    settings: Settings, first: Version, store: RedisStore, partitions: int
) -> None:
    """Refuse a first policy that is not the one in force, where none was ever published."""
    library = Library(first)
    async with opened(settings) as topic:
        for record in await topic.to_the_end():
            library.take(*record)
    for partition in range(partitions):
        meta = await store.read_meta(partition)
        if meta is not None:
            check_first(meta.reign.policy, meta.reign.generation, library)


def run_worker(settings: Settings) -> None:
    """Start a worker; returns never, exits the process when it is stopped."""
    policy = load_version(settings.policy)
    partitions = asyncio.run(preflight(settings, policy))
    calm_collector()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    app = create_app(WorkerPlan(settings, policy, partitions))
    worker = create_worker(app)
    try:
        worker.execute_from_commandline()
    except (SystemExit, asyncio.CancelledError):
        # Faust logs what crashed the worker and keeps it: the last line is for people.
        for service in (app, worker):
            if isinstance(service.crash_reason, RegradeError):
                raise service.crash_reason from None
        raise
