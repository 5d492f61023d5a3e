"""The one path of a partition: decode, move the day, advance each fact, commit once.

Orders, ticks and time written into the log all come through `PartitionProcessor.process`.
"""

import secrets
from collections.abc import Sequence

from scoring.advance import Decision, advance, snapshot_of
from scoring.cases import takes
from scoring.customer import CustomerState
from scoring.facts import Fact, ReviewResolved, Tick
from scoring.merging import advance_tied, is_alias, wake_in_time
from scoring.notices import Notice
from scoring.units import Day
from streams.intake.commands import COMMANDS_TOPIC, Erase
from streams.intake.outcomes import (
    Accepted,
    Arrived,
    DayReached,
    Intake,
    Ordered,
    Rejected,
    Repeated,
)
from streams.intake.record import RawRecord
from streams.intake.transfers import FactHanded
from streams.partition.batch import Batch
from streams.partition.breaker import Breaker
from streams.partition.cache import CustomerCache
from streams.partition.channel import Channel, first_erasing
from streams.partition.due_queue import DueQueue
from streams.partition.eraser import Eraser
from streams.partition.merger import MERGING, Merger, belongs, refusal
from streams.partition.ports import (
    Cause,
    PartitionMeta,
    PartitionStore,
    Standing,
    cause_of,
)
from streams.partition.reign import NextVersion
from streams.partition.rules import Rules, StaleCommit
from streams.partition.screening import Screening
from streams.partition.sweep import Sweep, succeed

_TAKEN = ("folded", "ticked")
_NO_CASE = Rejected(
    "no_case", "no such case is open: it was decided or withdrawn, or proposes another tier by now"
)

DUE_AT_ONCE = 4000
"""Most due customers in one commit: more are ticked in slices."""


class PartitionProcessor:
    """Owns the state of one partition between its claim and its release."""

    def __init__(
        self,
        partition: int,
        rules: Rules,
        store: PartitionStore,
        meta: PartitionMeta,
        cache: CustomerCache,
    ) -> None:
        self.partition = partition
        self.meta = meta
        self._rules = rules
        self._store = store
        self._cache = cache
        # After a claim customers due by the partition day may still wait for their tick.
        self._owing = meta.day is not None
        self.wall: Day | None = None
        """The day outside, by which a notice may be out of date; None where nobody asks."""
        self._many = False
        self._breaker = None if rules.flood is None else Breaker(partition, rules.flood)
        self._eraser = Eraser(partition, rules, store, meta, cache)
        self._channel = Channel(partition, rules, meta)
        self._merger = Merger(rules, meta, cache, self._eraser, self._channel, self._publish)
        self._sweep = Sweep(partition, rules, store, meta)

    @property
    def owing(self) -> bool:
        """Whether customers due by the partition day may still wait for their tick."""
        return self._owing

    @property
    def sweeping(self) -> bool:
        """Whether there may be customers whom the version in force has not reached."""
        return self.meta.reign.sweeping

    async def process(
        self,
        records: Sequence[RawRecord],
        latest: Day | None = None,
        *,
        at_once: int | None = None,
    ) -> list[Batch]:
        """Take in records in their order and tick who is due by the day they reach.

        `latest` is the last day allowed; None allows what the partition day allows.
        With `at_once` this is one commit: if so many or more are due, they are left to
        `tick_some`, except whom the records are about.

        Raises:
            StaleCommit: the last commit was not applied; reload before going on.
            FloodRefused: nearly all is refused; nothing of the records was committed.
        """
        decode = self._rules.intaker.decode
        intakes = [decode(record) for record in records]
        cut = first_erasing(intakes)
        if cut < len(records):
            return [
                *await self.process(records[:cut], latest, at_once=at_once),
                *await self.process(records[cut:], latest, at_once=at_once),
            ]
        self._channel.sift(intakes)
        customers = {i.customer for i in intakes if isinstance(i, Accepted | Arrived)}
        await self._load(customers)
        screening = Screening(self.partition, self.meta.day, latest)
        await self._eraser.recall(screening, customers, records, intakes)
        days = screening.screen(records, intakes)
        if self._breaker is not None:
            self._breaker.look(intakes, records)
        top = days[-1] if days else self.meta.day
        queue = await self._due_if_few(top, DUE_AT_ONCE if at_once is None else at_once)
        batch = Batch()
        if self.meta.day is not None:
            # Who is left from a commit cut short comes before every fact.
            self._tick_through(self.meta.day, queue, batch)
        for record, intake in zip(records, intakes, strict=True):
            self._take(record, intake, queue, batch)
        await self._commit(batch, records)
        self._cache.trim()
        if at_once is not None:
            return [batch]
        return [batch, *await self._tick_all()]

    async def reach(self, day: Day) -> list[Batch]:
        """Move the partition day to `day` and tick every customer due until then."""
        self.wall = day
        return [*await self.tick_some(DUE_AT_ONCE, day), *await self._tick_all()]

    async def tick_some(self, at_once: int, day: Day | None = None) -> list[Batch]:
        """Tick the next `at_once` customers due by the partition day, in day order.

        With `day` the partition day moves there first. One commit; none when nothing is
        to be done.

        Raises:
            StaleCommit: the last commit was not applied; reload before going on.
        """
        today = self.meta.day
        if today is not None and (day is None or day < today):
            day = today
        if day is None:
            return []
        found = await self._store.due(self.partition, day, at_once)
        self._owing = self._many = len(found) == at_once
        if not found and day == today:
            return []
        loaded = await self._load({customer for customer, _ in found})
        # Of the days after the last one found not everybody is known.
        queue = DueQueue(found[-1][1] if self._many else day, found)
        batch = Batch()
        self._tick_through(day, queue, batch)
        await self._commit(batch, ())
        # A night of ticks must not push out who is busy by day.
        self._cache.forget(loaded)
        return [batch]

    async def take_version(self, version: NextVersion) -> list[Batch]:
        """Let a version of the policy grade from here on; a processor of its own goes on.

        Nobody may be owed a tick, and the last sweep must be over. One commit.

        Raises:
            StaleCommit: the last commit was not applied; reload before going on.
        """
        batch = Batch(text=version.text)
        await succeed(self.meta, version, self.partition, self._store)
        batch.rows.append(self._rules.audit.taken(self.partition, self.meta.reign, version))
        return [await self._commit(batch, ())]

    async def sweep_some(self, at_once: int) -> list[Batch]:
        """Bring up to `at_once` customers to the version in force, and through days owed since.

        One commit; none when nothing is to be done.

        Raises:
            StaleCommit: the last commit was not applied; reload before going on.
        """
        if not self.sweeping:
            return []
        names = await self._sweep.next(at_once)
        loaded = await self._load(set(names))
        batch = Batch()
        for customer in names:
            state = self._cache.get(customer)
            if state is not None and self._sweep.behind(state):
                self._catch_up(customer, state, batch)
        if self._sweep.finish() or batch.touched:
            await self._commit(batch, ())
        self._cache.forget(loaded)
        return [batch] if batch.touched else []

    async def _tick_all(self) -> list[Batch]:
        batches = []
        while self._owing:
            batches += await self.tick_some(DUE_AT_ONCE)
        return batches

    async def _load(self, customers: set[str]) -> list[str]:
        """Hold these customers; those of them that were not held before."""
        cache = self._cache
        missing = cache.missing(customers)
        if not missing:
            return missing
        decode = self._rules.codec.decode
        blobs = await self._store.load(self.partition, missing)
        for customer, blob in zip(missing, blobs, strict=True):
            if blob is not None:
                cache.put(customer, decode(blob))
        return missing

    async def _due_if_few(self, top: Day | None, at_once: int) -> DueQueue:
        """Who is due until `top`; nobody when they are too many for one commit.

        Then the day moves without them. What a tick says depends on the customer and the
        day it was due, so it may come later, if it comes before the customer's next fact.
        """
        today = self.meta.day
        if top is None or today is None:
            return DueQueue(top or Day(0), ())
        top = max(top, today)
        if self._many or (top == today and not self._owing):
            return DueQueue(top, ())
        found = await self._store.due(self.partition, top, at_once)
        self._owing = self._many = len(found) == at_once
        if self._many:
            return DueQueue(top, ())
        await self._load({customer for customer, _ in found})
        return DueQueue(top, found)

    def _take(self, record: RawRecord, intake: Intake, queue: DueQueue, batch: Batch) -> None:
        if type(intake) is Accepted:
            day, meta = intake.fact.day, self.meta
            if meta.day is None or day > meta.day:
                self._tick_through(day, queue, batch)
            if meta.watermark is None or intake.fact.occurred_ms > meta.watermark:
                meta.watermark = intake.fact.occurred_ms
            outcome = self._fold(record, intake, queue, batch)
        elif type(intake) is Ordered:
            outcome = self._obey(record, intake, queue, batch)
        elif type(intake) is Arrived:
            outcome = self._arrive(record, intake, queue, batch)
        elif type(intake) is Rejected:
            self._reject(record, intake, batch)
            outcome = "rejected"
        elif type(intake) is DayReached:
            self._tick_through(intake.day, queue, batch)
            outcome = "day"
        elif type(intake) is Repeated:
            outcome = "duplicate"
        else:
            outcome = "excluded"
        batch.outcomes[record.topic, outcome] += 1

    def _fold(
        self,
        record: RawRecord,
        accepted: Accepted,
        queue: DueQueue,
        batch: Batch,
        via: FactHanded | None = None,
    ) -> str:
        """Take a fact in; `via` says that it came for somebody merged into the customer."""
        customer, fact = accepted
        state = self._cache.get(customer)
        if state is None:
            version, generation = self._eraser.last_version(customer), self.meta.reign.generation
            state = CustomerState(version=version, generation=generation)
            self._cache.put(customer, state)
        self._catch_up(customer, state, batch)
        peer = None if via is None else via.peer
        decision = self._advance(customer, state, fact, batch, peer)
        if decision.changes:
            self._publish(
                customer, state, decision, cause_of(record, fact, self._rules.names), batch
            )
        if state.ties is not None and decision.outcome == "folded":
            value = record.value if via is None else via.fact
            self._merger.hand_on(customer, state, fact, value or b"", batch)
        queue.push(customer, state.due)
        if decision.outcome == "conflict":
            problem = "the order is known with another amount; the first stands"
            self._reject(record, Rejected("conflict", problem), batch)
        return decision.outcome

    def _obey(self, record: RawRecord, ordered: Ordered, queue: DueQueue, batch: Batch) -> str:
        """Carry out a command and answer it with the grade after."""
        customer, command = ordered
        held = self._meet(customer, command.day, queue, batch)
        if type(command) is Erase:
            if self._eraser.spares(ordered):
                self._answer(record, ordered, "duplicate", batch)
                return "duplicate"
            self._merger.sever(record, ordered, batch)
            return self._eraser.erase(record, ordered, batch)
        refused = refusal(held, command)
        if refused is not None:
            self._reject(record, refused, batch)
            return "rejected"
        if type(command) in MERGING:
            outcome = self._merger.obey(record, ordered, batch)
            self._wait_for(customer, queue)
            return outcome
        if type(command) is ReviewResolved and not takes(held, command):
            self._reject(record, _NO_CASE, batch)
            return "rejected"
        before = _standing(held)
        outcome = self._fold(record, ordered, queue, batch)
        state = self._answer(record, ordered, outcome, batch)
        if outcome != "duplicate":
            entry = self._rules.audit.entry(record, ordered, before, _standing(state))
            batch.rows.append(entry)
        return outcome

    def _arrive(self, record: RawRecord, arrived: Arrived, queue: DueQueue, batch: Batch) -> str:
        """Carry out what the owner of another partition asks for."""
        customer, fact = arrived
        state = self._meet(customer, fact.day, queue, batch)
        said = fact.said
        if type(said) is not FactHanded:
            outcome = self._merger.receive(record, arrived, batch)
            self._wait_for(customer, queue)
            return outcome
        if state is None or not belongs(state, said):
            return "duplicate"
        if fact.inner is None:
            self._reject(record, Rejected("bad_field", "this policy refuses the fact"), batch)
            return "rejected"
        return self._fold(record, Accepted(customer, fact.inner), queue, batch, said)

    def _wait_for(self, customer: str, queue: DueQueue) -> None:
        state = self._cache.get(customer)
        if state is not None:
            queue.push(customer, state.due)

    def _meet(self, customer: str, day: Day, queue: DueQueue, batch: Batch) -> CustomerState | None:
        """A customer ticked through the day of what comes for them; None for a stranger."""
        self._tick_through(day, queue, batch)
        held = self._cache.get(customer)
        if held is not None:
            self._catch_up(customer, held, batch)
        return held

    def _answer(
        self, record: RawRecord, ordered: Ordered, outcome: str, batch: Batch
    ) -> CustomerState:
        """Tell the grade of a customer as it is now."""
        state, today = self._cache.get(ordered.customer), self.meta.day
        assert state is not None and today is not None  # noqa: S101, PT018 - held and ticked
        grade = snapshot_of(state, self._rules.judge, today)
        answer = self._rules.answers.answer(record, ordered, outcome, (state, grade))
        batch.rows.append(answer)
        return state

    def _reject(self, record: RawRecord, rejected: Rejected, batch: Batch) -> None:
        if rejected.reason == "erased":
            hashes = self._eraser.hashes(record)
            batch.rows.append(self._rules.scribe.empty_letter(record, rejected, hashes))
        else:
            batch.rows.append(self._rules.scribe.dead_letter(record, rejected))
        batch.rejected[record.topic, rejected.reason] += 1
        if record.topic == self._rules.names.full(COMMANDS_TOPIC):
            answer = self._rules.answers.refusal(record, rejected)
            if answer is not None:
                batch.rows.append(answer)

    def _tick_through(self, day: Day, queue: DueQueue, batch: Batch) -> None:
        """Move the partition day to `day`, ticking who is due on the way, in day order."""
        meta = self.meta
        today = meta.day
        if today is not None:
            while (entry := queue.pop(max(day, today))) is not None:
                when, customer = entry
                state = self._cache.get(customer)
                if state is None or state.due != when:
                    continue
                if self._sweep.behind(state):
                    self._reach(customer, state, batch)
                else:
                    self._tick(customer, state, when, batch)
                queue.push(customer, state.due)
        if today is None or day > today:
            meta.day = day

    def _catch_up(self, customer: str, state: CustomerState, batch: Batch) -> None:
        """Bring a customer to the version in force and through all days owed, before all else."""
        today = self.meta.day
        assert today is not None  # noqa: S101 - every fact moved the day before
        if self._sweep.behind(state):
            self._reach(customer, state, batch)
        while state.due is not None and state.due <= today:
            self._tick(customer, state, state.due, batch)

    def _reach(self, customer: str, state: CustomerState, batch: Batch) -> None:
        """Let the version in force reach a customer, before any fact or tick since."""
        decision, cause, notices = self._sweep.reach(customer, state, batch)
        self._publish(customer, state, decision, cause, batch)
        self._notify(customer, notices, batch)

    def _tick(self, customer: str, state: CustomerState, due: Day, batch: Batch) -> None:
        """Tick a customer as of the day it was due on, also when that day is past."""
        decision = self._advance(customer, state, Tick(due), batch)
        batch.ticks += 1
        if decision.changes:
            self._publish(customer, state, decision, Cause(tick=due), batch)

    def _advance(
        self,
        customer: str,
        state: CustomerState,
        fact: Fact | Tick,
        batch: Batch,
        via: str | None = None,
    ) -> Decision:
        batch.touch(customer, state)
        today = fact.day if isinstance(fact, Tick) else self.meta.day
        assert today is not None  # noqa: S101 - every fact moved the day before
        judge, notices = self._rules.judge, self._rules.notices
        if state.ties is None:
            decision = advance(state, fact, judge, today)
        else:
            decision = advance_tied(state, fact, judge, today, via)
        if notices is not None and decision.outcome in _TAKEN and not is_alias(state):
            self._notify(customer, notices.after(state, fact, today), batch)
        if state.ties is not None:
            wake_in_time(state)
        return decision

    def _notify(self, customer: str, notices: Sequence[Notice], batch: Batch) -> None:
        """Publish notices, except those whose next step is due by now as well."""
        herald, wall = self._rules.herald, self.wall
        if herald is None:
            return
        for notice in notices:
            if wall is None or notice.next_on is None or notice.next_on > wall:
                batch.rows.append(herald.notice(customer, notice))

    def _publish(
        self,
        customer: str,
        state: CustomerState,
        decision: Decision,
        cause: Cause,
        batch: Batch,
    ) -> None:
        heir = self._rules.heir
        scribe = self._rules.scribe if heir is None or cause.policy is None else heir.scribe
        for change in decision.changes:
            batch.rows.append(scribe.change(customer, change, cause))
            batch.count_change(change)
            if change.label is None:
                batch.rows.append(scribe.current(customer, change))
            if change.type == "tier.assigned":
                policy = self._rules.judge.grader.policy
                batch.count_first_labels(policy, state.labels)

    async def _commit(self, batch: Batch, records: Sequence[RawRecord]) -> Batch:
        meta = self.meta
        names = self._rules.names
        for topic, offset in {record.topic: record.offset for record in records}.items():
            meta.next[names.topic(topic)] = offset + 1
        for (_, outcome), count in batch.outcomes.items():
            batch.counts[f"in:{outcome}"] += count
        meta.tail += len(batch.rows)
        commit = batch.commit(meta, secrets.token_hex(16), self._rules.codec, self._rules.desk)
        if await self._store.commit(self.partition, commit) == "stale":
            raise StaleCommit(self.partition)
        meta.commit = commit.commit
        self._cache.used(batch.touched)
        return batch


def _standing(state: CustomerState | None) -> Standing | None:
    return None if state is None else Standing(state.tier, state.override, state.case)
