"""The versions of the policy a worker knows, and which of them a partition grades by next."""

import asyncio
from collections.abc import Callable

import structlog
from aiokafka.errors import KafkaError

from scoring.calendar import LocalDays
from scoring.policy import Policy
from scoring.units import EpochMs
from streams.bootstrap import local_days, rules_of
from streams.instants import rfc3339
from streams.partition.breaker import Flood
from streams.partition.ports import PartitionMeta, PartitionStore
from streams.partition.reign import NextVersion
from streams.partition.rules import Rules
from streams.partition.surroundings import ClockMode
from streams.policies.library import Library, policy_tag
from streams.policies.load import Version, parse_policy
from streams.policies.publication import Publication
from streams.policies.topic import PolicyTopic
from streams.settings import Settings
from streams.storage.errors import PolicyChanged

log = structlog.get_logger()
REFUSED = "a published policy is refused, the last good one stays in force"


class Versions:
    """Follows `grading-policy`; gives each partition the rules of its own version."""

    def __init__(
        self,
        first: Version,
        settings: Settings,
        partitions: int,
        store: PartitionStore,
        refused: Callable[[], None],
    ) -> None:
        self._library = Library(first)
        self._settings = settings
        self._partitions = partitions
        self._store = store
        self._refused = refused
        self._days: LocalDays = local_days(first.policy)
        self._mode: ClockMode = settings.clock
        self._topic = PolicyTopic(settings)
        self._following: asyncio.Task[None] | None = None
        self._rules: dict[tuple[str, str], Rules] = {}

    async def start(self) -> None:
        """Read what is published, all of it, then follow.

        Raises:
            PolicyTopicSilent: the topic cannot be read.
        """
        await self._topic.start()
        self._take(await self._topic.to_the_end())
        self._following = asyncio.create_task(self._follow(), name="grading-policy")

    async def stop(self) -> None:
        """Follow no longer."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
        await self._topic.stop()

    async def learn(self, partition: int, meta: PartitionMeta) -> None:
        """Make sure that the versions a partition needs are at hand.

        Raises:
            PolicyChanged: another policy graded it, and none was ever published.
        """
        reign, library = meta.reign, self._library
        check_first(reign.policy, reign.generation, library)
        for tag in filter(None, (reign.policy, reign.previous)):
            if library.knows(tag):
                continue
            text = await self._store.policy_text(partition, tag)
            if text is None:
                raise PolicyChanged(tag, policy_tag(library.first))
            for one in library.learn(tag, Version(text, parse_policy(text, tag))):
                self._refused()
                log.error(REFUSED, error=f"{one.tag} was published as another text of {tag}")

    def next(self, meta: PartitionMeta, now_ms: EpochMs) -> NextVersion | None:
        """The version a partition is to take now, if another than it has."""
        if not self._library.published:
            return None
        found = self._library.in_force(lambda one: self._has_begun(one, meta, now_ms))
        reign = meta.reign
        if found is None or found.tag == reign.policy or found.since <= reign.since:
            return None
        text, author, reason = found.text, found.author, found.reason
        return NextVersion(found.tag, text, found.since, author, reason, found.rollback)

    def policy(self, meta: PartitionMeta) -> Policy:
        """The policy by which a partition grades."""
        return self._library.policy(meta.reign.policy)

    def rules(self, meta: PartitionMeta) -> Rules:
        """Everything by which a partition grades."""
        reign = meta.reign
        previous = reign.previous if reign.sweeping else ""
        known = self._rules.get((reign.policy, previous))
        if known is None:
            settings = self._settings
            known = self._rules[reign.policy, previous] = rules_of(
                self.policy(meta),
                self._partitions,
                mode="live" if settings.clock == "wall" else "replay",
                names=settings.names,
                erasure_key=settings.erasure_key.get_secret_value(),
                flood=Flood(settings.flood_share, settings.flood_window),
                previous=self._library.policy(previous) if previous else None,
                record_bytes=settings.record_bytes,
            )
        return known

    def _has_begun(self, publication: Publication, meta: PartitionMeta, now_ms: EpochMs) -> bool:
        """Whether a version reigns by now, and the partition's own day has come as far.

        In event mode the wall clock is not asked.
        """
        instant, wall = publication.effective_from, self._mode == "wall"
        if wall and publication.since > now_ms:
            return False
        if instant is None:
            return True
        return wall if meta.day is None else self._days.of(instant) <= meta.day

    async def _follow(self) -> None:
        while True:
            try:
                self._take(await self._topic.more())
            except KafkaError as error:
                log.warning("grading-policy cannot be read for now", error=repr(error))
                await asyncio.sleep(1)

    def _take(self, records: list[tuple[int, bytes | None]]) -> None:
        for offset, value in records:
            publication = self._library.take(offset, value)
            if publication is None:
                self._refused()
                log.error(REFUSED, offset=offset, error=self._library.refused[offset])
            else:
                since = rfc3339(publication.since)
                log.info("a policy was published", policy=publication.tag, since=since)


def check_first(stored: str, generation: int, library: Library) -> None:
    """Whether the first policy of a worker fits what is stored.

    Raises:
        PolicyChanged: another policy graded it, and none was ever published.
    """
    first = library.first
    known = stored == policy_tag(first) or generation or library.published
    if not known or not stored.startswith(f"{first.policy_id} v"):
        raise PolicyChanged(stored, policy_tag(first))
