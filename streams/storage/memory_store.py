"""`PartitionStore` in memory: the twin of `RedisStore`, held to the same contract suite."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from scoring.units import Day
from streams.partition.erasures import Erasure
from streams.partition.ports import Commit, OutboxRow, PartitionMeta, Published, Verdict
from streams.partition.reign import Reign
from streams.storage.errors import PartitionGone, PartitionsChanged


@dataclass(slots=True)
class _Partition:
    meta: PartitionMeta | None = None
    partitions: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    states: dict[str, bytes] = field(default_factory=dict)
    erased: dict[str, Erasure] = field(default_factory=dict)
    cases: dict[str, bytes] = field(default_factory=dict)
    due: dict[str, Day] = field(default_factory=dict)
    by_day: dict[Day, set[str]] = field(default_factory=lambda: defaultdict(set))
    outbox: dict[int, OutboxRow] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    moves: dict[Day, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )


class MemoryStore:
    """Customer state of all partitions, gone with the process."""

    def __init__(self, policy: str, text: str = "") -> None:
        """`policy` and its `text` are those of partitions that nothing graded yet."""
        self._policy = policy
        self._text = text
        self._partitions: dict[int, _Partition] = defaultdict(_Partition)

    async def claim(
        self, partition: int, owner: str, partitions: int, *, begun: bool = False
    ) -> PartitionMeta:
        """Take over a partition: earlier owners' commits are refused from here on.

        Raises:
            PartitionGone: it was `begun`, and is not there any more; nothing was written.
        """
        here = self._partitions[partition]
        if here.meta is None:
            if begun:
                raise PartitionGone(partition)
            here.meta = PartitionMeta(owner, "", reign=Reign(self._policy))
            here.partitions = partitions
        if here.partitions != partitions:
            raise PartitionsChanged(str(here.partitions), partitions)
        if self._text and here.meta.reign.policy == self._policy:
            here.texts.setdefault(self._policy, self._text)
        here.meta.owner = owner
        here.meta.commit = secrets.token_hex(16)
        here.meta.epoch += 1
        return deepcopy(here.meta)

    async def read_meta(self, partition: int) -> PartitionMeta | None:
        """Where the partition stands, without claiming it."""
        return deepcopy(self._partitions[partition].meta)

    async def load(self, partition: int, customers: Sequence[str]) -> list[bytes | None]:
        """State blobs in the order asked for."""
        states = self._partitions[partition].states
        return [states.get(customer) for customer in customers]

    async def erased(self, partition: int, hashes: Sequence[str]) -> list[Erasure | None]:
        """What is kept of erased customers, in the order asked for; None for who was never."""
        erased = self._partitions[partition].erased
        return [erased.get(name) for name in hashes]

    async def due(self, partition: int, through: Day, limit: int) -> list[tuple[str, Day]]:
        """Customers due on or before a day, earliest day first, then by id."""
        by_day = self._partitions[partition].by_day
        found: list[tuple[str, Day]] = []
        for day in sorted(day for day in by_day if day <= through):
            found += [(customer, day) for customer in sorted(by_day[day])]
            if len(found) >= limit:
                break
        return found[:limit]

    async def due_count(self, partition: int, through: Day) -> int:
        """How many customers are due on or before a day."""
        by_day = self._partitions[partition].by_day
        return sum(len(names) for day, names in by_day.items() if day <= through)

    async def commit(self, partition: int, commit: Commit) -> Verdict:
        """Apply a commit if it builds on the last one. Safe to repeat."""
        here = self._partitions[partition]
        current = here.meta.commit if here.meta else None
        if current == commit.commit:
            return "already"
        if here.meta is None or current != commit.expected:
            return "stale"
        self._set_meta(here, here.meta, commit)
        here.states.update(commit.states)
        for customer, day in commit.due:
            self._set_due(here, customer, day)
        for customer in commit.gone:
            here.states.pop(customer, None)
            self._set_due(here, customer, None)
        here.erased.update(commit.erased)
        for customer, case in commit.cases.items():
            here.cases.pop(customer, None)
            if case is not None:
                here.cases[customer] = case
        first = commit.meta.tail - len(commit.rows) + 1
        here.outbox.update(enumerate(commit.rows, first))
        for name, increment in commit.counts.items():
            here.counts[name] += increment
        for day, moves in commit.moves.items():
            for name, increment in moves.items():
                here.moves[day][name] += increment
        return "applied"

    async def scan(self, partition: int, place: str, count: int) -> tuple[str, list[str]]:
        """Some customers from a place on, and the next place; "" is the first and the last."""
        after = [name for name in sorted(self._partitions[partition].states) if name > place]
        return after[count - 1] if len(after) > count else "", after[:count]

    async def policy_text(self, partition: int, tag: str) -> str | None:
        """The document of a version that grades or graded the partition."""
        return self._partitions[partition].texts.get(tag)

    @staticmethod
    def _set_meta(here: _Partition, meta: PartitionMeta, commit: Commit) -> None:
        meta.commit = commit.commit
        meta.next = dict(commit.meta.next)
        meta.day = commit.meta.day
        meta.watermark = commit.meta.watermark
        meta.tail = commit.meta.tail
        meta.erasure_key = commit.meta.erasure_key
        meta.sent, meta.received = dict(commit.meta.sent), dict(commit.meta.received)
        meta.reign = replace(commit.meta.reign)
        if commit.text is not None:
            here.texts.setdefault(meta.reign.policy, commit.text)

    @staticmethod
    def _set_due(here: _Partition, customer: str, day: Day | None) -> None:
        before = here.due.pop(customer, None)
        if before is not None:
            here.by_day[before].discard(customer)
            if not here.by_day[before]:
                del here.by_day[before]
        if day is not None:
            here.due[customer] = day
            here.by_day[day].add(customer)

    async def outbox(self, partition: int) -> list[tuple[int, OutboxRow]]:
        """Rows not yet known to be published, with their sequence."""
        return sorted(self._partitions[partition].outbox.items())

    async def trim(self, partition: int, published: Published) -> bool:
        """Forget the rows that are published; False if they are not ours to forget."""
        here, told = self._partitions[partition], published
        after = told.incarnation if told.next_incarnation is None else told.next_incarnation
        meta = here.meta
        if meta is None or meta.owner != told.owner or told.through > meta.tail:
            return False
        if meta.incarnation not in {told.incarnation, after}:
            return False
        meta.head = max(meta.head, told.through)
        meta.incarnation = after
        meta.ends.update(told.ends)
        for sequence in [s for s in here.outbox if s <= told.through]:
            del here.outbox[sequence]
        return True

    async def counts(self, partition: int) -> dict[str, int]:
        """The partition's counters."""
        return dict(self._partitions[partition].counts)

    async def cases(self, partition: int) -> dict[str, bytes]:
        """Every open case, as it is listed, by customer."""
        return dict(self._partitions[partition].cases)

    async def customers(self, partition: int) -> list[str]:
        """The ids of all customers of a partition, sorted."""
        return sorted(self._partitions[partition].states)
