"""The topics of the program: their names and how they must be set up."""

from streams.embedded.topics import TopicSpec
from streams.outbox.scribe import DEAD_LETTERS, LABEL_CHANGES, TIER_CHANGES
from streams.partition.runner import TOPICS

OUTPUTS = (TIER_CHANGES, LABEL_CHANGES, DEAD_LETTERS)


def topic_specs(prefix: str, partitions: int, replicas: int = 1) -> list[TopicSpec]:
    """Every topic; inputs share one partition count, and none of them is compacted."""
    # A replay brings old timestamps: default retention would delete it at once.
    config = {"cleanup.policy": "delete", "retention.ms": "-1"}
    return [TopicSpec(prefix + name, partitions, config, replicas) for name in (*TOPICS, *OUTPUTS)]
