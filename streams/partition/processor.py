"""The one path of a partition: decode, move the day, advance each fact, commit once.

Orders, ticks and time written into the log all come through `PartitionProcessor.process`.
"""

import secrets
from collections.abc import Sequence

from scoring.advance import Decision, advance, snapshot_of
from scoring.customer import CustomerState
from scoring.facts import Fact, Tick
from scoring.units import Day
from streams.intake.commands import COMMANDS_TOPIC, Erase
from streams.intake.decode import Accepted, DayReached, Intake, Ordered, Rejected
from streams.intake.record import RawRecord
from streams.partition.batch import Batch
from streams.partition.cache import CustomerCache
from streams.partition.due_queue import DueQueue
from streams.partition.eraser import Eraser
from streams.partition.ports import (
    Cause,
    PartitionMeta,
    PartitionStore,
    Standing,
    cause_of,
)
from streams.partition.rules import Rules, StaleCommit
from streams.partition.screening import Screening

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
        self._leftover = meta.day is not None
        self._eraser = Eraser(partition, rules, store, meta, cache)

    async def process(self, records: Sequence[RawRecord], latest: Day | None = None) -> list[Batch]:
        """Take in records in their order; one commit, or several when very many are due.

        `latest` is the last day allowed; None allows what the partition day allows.

        Raises:
            StaleCommit: the last commit was not applied; reload before going on.
        """
        decode = self._rules.intaker.decode
        intakes = [decode(record) for record in records]
        customers = {i.customer for i in intakes if isinstance(i, Accepted)}
        await self._load(customers)
        screening = Screening(self.partition, self.meta.day, latest)
        await self._eraser.recall(screening, customers, records, intakes)
        days = screening.screen(records, intakes)
        done = 0
        batches: list[Batch] = []
        top = days[-1] if days else self.meta.day
        while True:
            queue, last = await self._due_through(top)
            end = len(records)
            if last is not None:
                # Only who is due before `last` is known in full: stop short of that day.
                end = next((i for i in range(done, end) if days[i] >= last), end)
            batch = Batch()
            if self.meta.day is not None:
                # Who is left from a commit cut short comes before every fact.
                self._tick_through(self.meta.day, queue, batch)
            if last is not None and end == done:
                self._tick_through(last, queue, batch)
            else:
                for at in range(done, end):
                    self._take(records[at], intakes[at], queue, batch)
            batches.append(await self._commit(batch, records[done:end]))
            done = end
            if done == len(records) and not self._leftover:
                # Not sooner: what is cached may be needed by the next part.
                self._cache.trim()
                return batches

    async def reach(self, day: Day) -> list[Batch]:
        """Move the partition day to `day`, ticking every customer due until then."""
        batches = []
        while True:
            queue, last = await self._due_through(day)
            batch = Batch()
            self._tick_through(day if last is None else last, queue, batch)
            batches.append(await self._commit(batch, ()))
            if last is None:
                self._cache.trim()
                return batches

    async def _load(self, customers: set[str]) -> None:
        cache = self._cache
        missing = cache.missing(customers)
        if not missing:
            return
        decode = self._rules.codec.decode
        blobs = await self._store.load(self.partition, missing)
        for customer, blob in zip(missing, blobs, strict=True):
            if blob is not None:
                cache.put(customer, decode(blob))

    async def _due_through(self, top: Day | None) -> tuple[DueQueue, Day | None]:
        """Who is due until `top`; and the last day found when not all could be taken."""
        today = self.meta.day
        if top is None or today is None or (top <= today and not self._leftover):
            return DueQueue(top or Day(0), ()), None
        found = await self._store.due(self.partition, max(top, today), DUE_AT_ONCE)
        await self._load({customer for customer, _ in found})
        self._leftover = len(found) == DUE_AT_ONCE
        last = max(found[-1][1], today) if self._leftover else None
        return DueQueue(max(top, today), found), last

    def _take(self, record: RawRecord, intake: Intake, queue: DueQueue, batch: Batch) -> None:
        if type(intake) is Accepted:
            day = intake.fact.day
            if self.meta.day is None or day > self.meta.day:
                self._tick_through(day, queue, batch)
            outcome = self._fold(record, intake, queue, batch)
        elif type(intake) is Ordered:
            outcome = self._obey(record, intake, queue, batch)
        elif type(intake) is Rejected:
            self._reject(record, intake, batch)
            outcome = "rejected"
        elif type(intake) is DayReached:
            self._tick_through(intake.day, queue, batch)
            outcome = "day"
        else:
            outcome = "excluded"
        batch.outcomes[record.topic, outcome] += 1

    def _fold(self, record: RawRecord, accepted: Accepted, queue: DueQueue, batch: Batch) -> str:
        customer, fact = accepted
        state = self._cache.get(customer)
        if state is None:
            state = CustomerState(version=self._eraser.last_version(customer))
            self._cache.put(customer, state)
        decision = self._advance(customer, state, fact, batch)
        if decision.changes:
            self._publish(
                customer, state, decision, cause_of(record, fact, self._rules.topic_prefix), batch
            )
        queue.push(customer, state.due)
        if decision.outcome == "conflict":
            problem = "the order is known with another amount; the first stands"
            self._reject(record, Rejected("conflict", problem), batch)
        return decision.outcome

    def _obey(self, record: RawRecord, ordered: Ordered, queue: DueQueue, batch: Batch) -> str:
        """Carry out a command and answer it with the grade after."""
        customer, command = ordered
        self._tick_through(command.day, queue, batch)
        if type(command) is Erase:
            if self._eraser.spares(ordered):
                self._answer(record, ordered, "duplicate", batch)
                return "duplicate"
            return self._eraser.erase(record, ordered, batch)
        before = _standing(self._cache.get(customer))
        outcome = self._fold(record, ordered, queue, batch)
        state = self._answer(record, ordered, outcome, batch)
        if outcome != "duplicate":
            entry = self._rules.audit.entry(record, ordered, before, _standing(state))
            batch.rows.append(entry)
        return outcome

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
        if record.topic == self._rules.topic_prefix + COMMANDS_TOPIC:
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
                meta.day = today = max(when, today)
                decision = self._advance(customer, state, Tick(today), batch)
                batch.ticks += 1
                if decision.changes:
                    self._publish(customer, state, decision, Cause(tick=today), batch)
                queue.push(customer, state.due)
        if today is None or day > today:
            meta.day = day

    def _advance(
        self, customer: str, state: CustomerState, fact: Fact | Tick, batch: Batch
    ) -> Decision:
        batch.touch(customer, state)
        today = self.meta.day
        assert today is not None  # noqa: S101 - every fact moved the day before
        return advance(state, fact, self._rules.judge, today)

    def _publish(
        self,
        customer: str,
        state: CustomerState,
        decision: Decision,
        cause: Cause,
        batch: Batch,
    ) -> None:
        for change in decision.changes:
            batch.rows.append(self._rules.scribe.change(customer, change, cause))
            batch.count_change(change)
            if change.label is None:
                batch.rows.append(self._rules.scribe.current(customer, change))
            if change.type == "tier.assigned":
                policy = self._rules.judge.grader.policy
                batch.count_first_labels(policy, state.labels)

    async def _commit(self, batch: Batch, records: Sequence[RawRecord]) -> Batch:
        meta = self.meta
        prefix = self._rules.topic_prefix
        for record in records:
            meta.next[record.topic.removeprefix(prefix)] = record.offset + 1
        for (_, outcome), count in batch.outcomes.items():
            batch.counts[f"in:{outcome}"] += count
        meta.tail += len(batch.rows)
        commit = batch.commit(meta, secrets.token_hex(16), self._rules.codec)
        if await self._store.commit(self.partition, commit) == "stale":
            raise StaleCommit(self.partition)
        meta.commit = commit.commit
        self._cache.used(batch.touched)
        return batch


def _standing(state: CustomerState | None) -> Standing | None:
    return None if state is None else Standing(state.tier, state.override)
