"""Which version of the policy grades a partition, and how far it has reached its customers."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from scoring.units import Day, EpochMs

FIRST: Final = EpochMs(0)
"""From when a first policy is in force, that nobody published."""


@dataclass(slots=True)
class Reign:
    """Part of a partition's meta: a version is taken, and customers reached, by commits."""

    policy: str = ""
    """The tag of the version in force, as `bootstrap.policy_tag` writes it."""
    since: EpochMs = FIRST
    """From when it is in force, as published."""
    generation: int = 0
    """How many versions were taken after the first one."""
    previous: str = ""
    """The tag of the version before: that of the customers not reached yet."""
    taken_on: Day | None = None
    """The partition day as of which customers are brought to this version."""
    sweeping: bool = False
    """Whether there may be customers who were not reached yet."""
    reached: int = 0
    """Graded customers brought to this version since it was taken."""
    total: int = 0
    """Graded customers there were when it was taken."""


class NextVersion(NamedTuple):
    """A published version that a partition is to take."""

    tag: str
    text: str
    """The document, whole."""
    since: EpochMs
    author: str
    reason: str
    rollback: bool = False
    """Whether it was in force before, and is again."""
