"""What all partitions of a worker share, and the refusal of an outdated commit."""

from dataclasses import dataclass, field

from scoring.advance import Judge
from scoring.notices import Notices
from scoring.succession import Succession
from streams.errors import RegradeError
from streams.partition.breaker import Flood
from streams.partition.erasures import Pseudonyms
from streams.partition.ports import (
    Answers,
    Audit,
    Codec,
    Desk,
    Herald,
    Intaker,
    Partitioner,
    Scribe,
)
from streams.topic_names import TopicNames


class StaleCommit(RegradeError):
    """Somebody else has committed: what this worker holds of the partition is old."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        super().__init__(f"partition {partition} was committed to by another worker")


@dataclass(frozen=True, slots=True)
class Heir:
    """How customers come from the version before to the one in force."""

    succession: Succession
    scribe: Scribe
    """Writes what it moves."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What all partitions of a worker share."""

    judge: Judge
    intaker: Intaker
    scribe: Scribe
    answers: Answers
    audit: Audit
    desk: Desk
    codec: Codec
    partitioner: Partitioner
    partitions: int
    names: TopicNames = field(default_factory=TopicNames)
    pseudonyms: Pseudonyms | None = None
    """None while no key is set: then nobody can be erased."""
    notices: Notices | None = None
    """None when the policy has none: nothing is asked per fact then."""
    herald: Herald | None = None
    """Writes the notices; there with them."""
    flood: Flood | None = None
    """None where every refused record may become a dead letter."""
    heir: Heir | None = None
    """While customers graded by the version before may be left."""
