"""The topics of the program: their names and how they must be set up."""

from streams.embedded.topics import TopicSpec
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.audit import AUDIT
from streams.outbox.reminders import REMINDERS
from streams.outbox.scribe import CURRENT_TIER, DEAD_LETTERS, LABEL_CHANGES, TIER_CHANGES
from streams.partition.runner import TOPICS
from streams.policies.publication import GRADING_POLICY
from streams.topic_names import TopicNames

OUTPUTS = (
    TIER_CHANGES,
    LABEL_CHANGES,
    CURRENT_TIER,
    REMINDERS,
    COMMAND_RESULTS,
    AUDIT,
    DEAD_LETTERS,
)
FOREVER_DAYS = -1
MAX_ROW_BYTES = 10 * 1024 * 1024
"""Largest row published: a dead letter is a record as large as the inputs allow, and its reason."""

_MS_PER_DAY = 86_400_000


def topic_specs(
    prefix: str,
    partitions: int,
    replicas: int = 1,
    retention_days: int = FOREVER_DAYS,
    facts: str | None = None,
) -> list[TopicSpec]:
    """Every topic; inputs share one partition count, and only `current-tier` is compacted.

    `facts` is the prefix of the fact topics, if it is another one.

    A replay brings old timestamps: retention shorter than their age deletes them at once.
    """
    names = TopicNames(prefix, facts)
    retention = retention_days if retention_days < 0 else retention_days * _MS_PER_DAY
    config = {"cleanup.policy": "delete", "retention.ms": str(retention)}
    own = {
        DEAD_LETTERS: config | {"max.message.bytes": str(MAX_ROW_BYTES)},
        CURRENT_TIER: {"cleanup.policy": "compact"},
    }
    specs = [
        TopicSpec(names.full(name), partitions, own.get(name, config), replicas)
        for name in (*TOPICS, *OUTPUTS)
    ]
    # One partition: versions have an order.
    policies = {"cleanup.policy": "compact", "max.message.bytes": str(MAX_ROW_BYTES)}
    return [*specs, TopicSpec(names.full(GRADING_POLICY), 1, policies, replicas)]
