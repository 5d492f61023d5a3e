"""The end of a customer's tier: what is told of it, and what it takes out of the counters."""

from typing import NamedTuple

from scoring.changes import Farewell, FarewellType
from scoring.customer import UNGRADED
from scoring.merging import Seen
from scoring.units import Day, EpochMs
from streams.partition.batch import Batch
from streams.partition.ports import Cause
from streams.partition.rules import Rules


class Ending(NamedTuple):
    """Why a tier ends, and when."""

    why: FarewellType
    version: int
    today: Day
    occurred_ms: EpochMs
    into: str | None = None
    """Whose alias the customer is from now on."""


def bid_farewell(
    rules: Rules, batch: Batch, customer: str, before: Seen, said: Ending, cause: Cause
) -> None:
    """Publish that the tier seen before ends."""
    policy = rules.judge.grader.policy
    graded = before.tier != UNGRADED
    farewell = Farewell(
        said.why,
        said.version,
        policy.tiers[before.tier].name if graded else None,
        before.tier if graded else None,
        said.today,
        said.occurred_ms,
        said.into,
    )
    batch.rows += rules.scribe.farewell(customer, farewell, cause)
    batch.count_farewell(policy, farewell, before.labels)
