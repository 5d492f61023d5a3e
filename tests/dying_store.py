"""A store in memory whose workers die in the middle of what they do."""

from random import Random

from streams.partition.ports import Commit, Verdict
from streams.storage.memory_store import MemoryStore


class KilledError(Exception):
    """The worker is gone; what the store holds stays."""


class DyingStore(MemoryStore):
    """A store whose worker may die just after, or just before, a commit is applied."""

    def __init__(self, policy: str, deaths: Random) -> None:
        """`deaths` draws when."""
        super().__init__(policy)
        self._deaths = deaths
        self._left = 20

    async def commit(self, partition: int, commit: Commit) -> Verdict:
        """Apply it, or not, and perhaps be gone."""
        fate = self._deaths.choice(["before", "after", "", "", ""]) if self._left else ""
        self._left -= bool(fate)
        if fate == "before":
            raise KilledError
        verdict = await super().commit(partition, commit)
        if fate == "after":
            raise KilledError
        return verdict
