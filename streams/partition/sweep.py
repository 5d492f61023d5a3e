"""Brings the customers of a partition to the version of the policy it has taken.

A version is taken at once, for everybody; each customer follows before the next fact or tick, or
when the sweep comes by, whichever is first. All are judged as of the day on which the partition
took the version, so it makes no difference which it was.
"""

from scoring.advance import Decision
from scoring.customer import UNGRADED, CustomerState
from scoring.facts import PolicyTaken
from scoring.merging import is_alias, seen, take_tied, wake_in_time
from scoring.notices import Notice
from streams.errors import RegradeError
from streams.partition.batch import Batch
from streams.partition.ports import Cause, PartitionMeta, PartitionStore
from streams.partition.reign import NextVersion
from streams.partition.rules import Rules

LOOKED_THROUGH = 5000
"""Keys looked through in one answer of the store, which serves live records as well."""

LOOKS = 16
"""Most answers for one slice: where there are many partitions few of the keys are of this one."""


class GenerationUnknown(RegradeError):
    """A customer was graded by a version that is neither in force nor the one before."""

    def __init__(self, partition: int, generation: int) -> None:
        self.partition = partition
        self.generation = generation
        super().__init__(
            f"a customer of partition {partition} was graded under version number "
            f"{generation} of those the partition took, and was left behind since. The store was "
            "written to by something else, or restored in part. Restore it whole from a backup."
        )


class Sweep:
    """Of one partition; it shares the meta with the processor."""

    def __init__(
        self, partition: int, rules: Rules, store: PartitionStore, meta: PartitionMeta
    ) -> None:
        self._partition = partition
        self._rules = rules
        self._store = store
        self._reign = meta.reign
        self._place: str | None = ""
        """Where to look on; None after the last place."""
        self._found: list[str] = []

    def behind(self, state: CustomerState) -> bool:
        """Whether the version in force has not reached a customer yet."""
        return state.generation != self._reign.generation

    def reach(
        self, customer: str, state: CustomerState, batch: Batch
    ) -> tuple[Decision, Cause, list[Notice]]:
        """Bring a customer to the version in force, as of the day it was taken; what it moved.

        Raises:
            GenerationUnknown: the customer was graded by neither of the two versions.
        """
        reign, heir = self._reign, self._rules.heir
        day = reign.taken_on
        if heir is None or day is None or state.generation != reign.generation - 1:
            raise GenerationUnknown(self._partition, state.generation)
        batch.touch(customer, state)
        reign.reached += seen(state).tier != UNGRADED
        changes = take_tied(heir.succession, state, day)
        state.generation = reign.generation
        told, notices = list[Notice](), self._rules.notices
        if notices is not None and not is_alias(state):
            told = notices.after(state, PolicyTaken(day), day)
        wake_in_time(state)
        version = self._rules.judge.grader.policy.version
        return Decision("ticked", changes), Cause(policy=version), told

    async def next(self, at_once: int) -> list[str]:
        """The next customers to look at; none may mean only that none were in sight."""
        for _ in range(LOOKS):
            if len(self._found) >= at_once or self._place is None:
                break
            self._place, found = await self._store.scan(
                self._partition, self._place, LOOKED_THROUGH
            )
            self._place = self._place or None
            self._found += found
        some, self._found = self._found[:at_once], self._found[at_once:]
        return some

    def finish(self) -> bool:
        """Whether everybody has been looked at, and so the sweep is over."""
        if self._found or self._place is not None:
            return False
        self._reign.sweeping = False
        return True


async def succeed(
    meta: PartitionMeta, version: NextVersion, partition: int, store: PartitionStore
) -> None:
    """Let a version reign in `meta`, which the next commit stores."""
    counts = await store.counts(partition)
    reign = meta.reign
    reign.previous, reign.policy = reign.policy, version.tag
    reign.since = version.since
    reign.generation += 1
    reign.taken_on = meta.day
    reign.total = sum(n for name, n in counts.items() if name.startswith("tier:"))
    reign.reached = 0
    reign.sweeping = meta.day is not None
