"""The versions of the policy there are: on `grading-policy`, and beside the states they graded."""

import asyncio
from typing import Any, NamedTuple

from streams.bootstrap import policy_tag
from streams.instants import rfc3339
from streams.partition.reign import Reign
from streams.policies.library import Library
from streams.policies.load import Version, load_version, parse_policy
from streams.policies.publication import Publication, standing
from streams.policies.topic import opened
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.look_up import LookUp

_PATIENCE_S = 10.0


class Known(NamedTuple):
    """What was published, and what grades."""

    published: list[Publication]
    """Believed, in the order of the topic."""
    refused: dict[int, str]
    """Why workers do not believe a record, by its offset."""
    reigns: list[Reign]
    """By partition; empty when no worker ever ran."""
    texts: dict[str, Version]
    """Every version that is published, grades or graded, by its tag."""

    @property
    def in_force(self) -> list[Version]:
        """The versions that grade partitions now: one, but for the moment of a change."""
        tags = sorted({reign.policy for reign in self.reigns if reign.policy})
        return [self.texts[tag] for tag in tags if tag in self.texts]

    def as_json(self) -> dict[str, Any]:
        """For programs; versions in the order they were published."""
        stands = standing(self.published)
        return {
            "versions": [
                {
                    "version": one.version,
                    "fingerprint": one.fingerprint,
                    "published_at": rfc3339(one.published_at),
                    "effective_from": rfc3339(one.since),
                    "author": one.author,
                    "reason": one.reason,
                    "rollback": one.rollback,
                    "withdrawn": one not in stands,
                }
                for one in sorted(self.published, key=lambda one: one.published_at)
            ],
            "partitions": [
                {
                    "partition": partition,
                    "policy": reign.policy,
                    "sweeping": reign.sweeping,
                    "reached": reign.reached,
                    "customers": reign.total,
                }
                for partition, reign in enumerate(self.reigns)
            ],
            "refused": [{"offset": at, "problem": why} for at, why in self.refused.items()],
        }


def known(settings: Settings) -> Known:
    """Look at the topic and at the store.

    Raises:
        PolicyTopicSilent, StoreUnavailable: nobody answers.
    """
    return asyncio.run(_known(settings))


async def _known(settings: Settings) -> Known:
    look_up = LookUp(connect(settings.redis, _PATIENCE_S, 1), settings.key_prefix)
    try:
        partitions = await look_up.partitions() or 0
        reigns = await look_up.reigns(partitions)
        kept = await look_up.policy_texts(partitions)
    finally:
        await look_up.close()
    texts = {tag: Version(text, parse_policy(text, tag)) for tag, text in kept.items()}
    first = load_version(settings.policy)
    grading = {reign.policy for reign in reigns}
    if policy_tag(first.policy) in grading:
        texts.setdefault(policy_tag(first.policy), first)
    # What REGRADE_POLICY says here need not be what it says to the workers.
    library = Library(next((texts[tag] for tag in grading if tag in texts), first))
    for tag in kept:
        library.learn(tag, texts[tag])
    async with opened(settings) as topic:
        for offset, value in await topic.to_the_end():
            library.take(offset, value)
    texts |= {
        one.tag: Version(one.text, library.policy(one.tag))
        for one in library.published
        if one.tag not in texts
    }
    return Known(library.published, library.refused, reigns, texts)
