"""Erases customers of one partition, and knows who of those at hand was erased before."""

from collections import defaultdict
from collections.abc import Sequence

from scoring.customer import UNGRADED, CustomerState
from scoring.merging import is_alias, seen
from streams.intake.commands import Erase
from streams.intake.outcomes import Intake, Ordered, Rejected
from streams.intake.record import RawRecord
from streams.partition.batch import Batch
from streams.partition.cache import CustomerCache
from streams.partition.erasures import Erasure, ErasureKeyUnfit
from streams.partition.farewells import Ending, bid_farewell
from streams.partition.ports import PartitionMeta, PartitionStore, cause_of
from streams.partition.rules import Rules
from streams.partition.screening import Screening, names_in


class Eraser:
    """What a partition's processor asks about the erased; it shares meta and cache with it.

    Raises:
        ErasureKeyUnfit: customers were erased under a key that is not the worker's.
    """

    def __init__(
        self,
        partition: int,
        rules: Rules,
        store: PartitionStore,
        meta: PartitionMeta,
        cache: CustomerCache,
    ) -> None:
        known = rules.pseudonyms
        if meta.erasure_key and (known is None or known.fingerprint != meta.erasure_key):
            raise ErasureKeyUnfit(partition, given=known is not None)
        self._partition = partition
        self._rules = rules
        self._store = store
        self._meta = meta
        self._cache = cache
        self._erased: dict[str, Erasure] = {}
        """Those of the customers at hand who were erased."""

    async def recall(
        self,
        screening: Screening,
        customers: set[str],
        records: Sequence[RawRecord],
        intakes: Sequence[Intake],
    ) -> None:
        """Where new customers belong, and who of those at hand was erased.

        Whoever has a state lives and is asked about only when erased again, so that known
        customers cost nothing; and a partition that never erased anybody asks for nobody.
        """
        rules = self._rules
        place, count = rules.partitioner, rules.partitions
        new = self._cache.missing(customers)
        screening.places = {name: place(name.encode(), count) for name in new}
        screening.partitions = count
        screening.refuses_erased = rules.judge.grader.policy.erased == "refuse"
        self._erased = {}
        if rules.pseudonyms is None:
            return
        screening.erases = True
        orders = [i for i in intakes if type(i) is Ordered and type(i.fact) is Erase]
        wanted: dict[int, set[str]] = defaultdict(set)
        for name, belongs in screening.places.items():
            wanted[belongs].add(name)
        wanted[self._partition].update(order.customer for order in orders)
        for record, intake in zip(records, intakes, strict=True):
            if type(intake) is Rejected:
                for name in names_in(record):
                    wanted[place(name.encode(), count)].add(name)
        await self._look_up(wanted)
        screening.spared = {(o.customer, o.fact.event_id) for o in orders if self.spares(o)}
        if screening.refuses_erased:
            screening.erased = {n for n in self._erased if self._cache.get(n) is None}

    async def _look_up(self, wanted: dict[int, set[str]]) -> None:
        """Ask for names by partition, of this one only if anybody was erased here."""
        pseudonyms = self._rules.pseudonyms
        assert pseudonyms is not None  # noqa: S101 - asked for by `recall`
        if not self._meta.erasure_key:
            wanted.pop(self._partition, None)
        for partition, names in wanted.items():
            hashes = [pseudonyms.customer(name) for name in names]
            found = await self._store.erased(partition, hashes)
            self._erased |= {n: e for n, e in zip(names, found, strict=True) if e is not None}

    def last_version(self, customer: str) -> int:
        """The version a new life goes on from: 0 for who was never erased."""
        before = self._erased.get(customer)
        return 0 if before is None else before.version

    def is_gone(self, customer: str) -> bool:
        """Whether a customer at hand who has no state was erased."""
        return customer in self._erased

    def hashes(self, record: RawRecord) -> list[str]:
        """The pseudonyms of the erased customers a record names."""
        pseudonyms = self._rules.pseudonyms
        assert pseudonyms is not None  # noqa: S101 - else nobody is erased
        return [pseudonyms.customer(name) for name in sorted(names_in(record) & {*self._erased})]

    def spares(self, ordered: Ordered) -> bool:
        """Whether a customer has come back since they were erased by this very command."""
        before, pseudonyms = self._erased.get(ordered.customer), self._rules.pseudonyms
        if before is None or pseudonyms is None or self._cache.get(ordered.customer) is None:
            return False
        return before.command == pseudonyms.event(ordered.fact.event_id)

    def erase(self, record: RawRecord, ordered: Ordered, batch: Batch) -> str:
        """Remove a customer and say so; there may be nothing left to do."""
        rules, customer = self._rules, ordered.customer
        assert rules.pseudonyms is not None  # noqa: S101 - screened
        state = self._cache.get(customer)
        answer = rules.answers.erased(record, ordered)
        if state is None and customer in self._erased:
            batch.rows.append(answer)
            return "duplicate"
        version = 0
        if state is not None:
            batch.touch(customer, state)
            version = self._tell(record, ordered, state, batch)
            self._cache.forget([customer])
        command = rules.pseudonyms.event(ordered.fact.event_id)
        erasure = self._erased[customer] = Erasure(version, command)
        batch.erase(customer, rules.pseudonyms.customer(customer), erasure)
        self._meta.erasure_key = rules.pseudonyms.fingerprint
        batch.rows += [answer, rules.audit.entry(record, ordered, None, None)]
        return "erased"

    def _tell(self, record: RawRecord, ordered: Ordered, state: CustomerState, batch: Batch) -> int:
        """Publish that a customer is gone, if anything was ever published; the last version."""
        today = self._meta.day
        assert today is not None  # noqa: S101 - the command moved the day
        if state.tier == UNGRADED and not is_alias(state):
            return state.version
        version = state.version + 1
        said = Ending("customer.erased", version, today, ordered.fact.occurred_ms)
        cause = cause_of(record, ordered.fact, self._rules.names)
        bid_farewell(self._rules, batch, ordered.customer, seen(state), said, cause)
        return version
