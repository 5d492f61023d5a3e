"""Drives one partition: waits for records, processes them, publishes what was committed."""

import asyncio
from collections.abc import Awaitable, Sequence

import structlog

from scoring.units import Day, EpochMs
from streams.intake.commands import COMMANDS_TOPIC
from streams.intake.record import RawRecord
from streams.partition.batch import Batch
from streams.partition.merge import Gap, Merge
from streams.partition.pace import ROOM, Pace
from streams.partition.ports import PartitionMeta
from streams.partition.rules import StaleCommit
from streams.partition.surroundings import (
    OffsetOutsideLog,
    Sight,
    StoreLost,
    Surroundings,
    Work,
)
from streams.topic_names import FACT_TOPICS

TOPICS = (*FACT_TOPICS, COMMANDS_TOPIC)
"""Input topics, in the order in which equal timestamps are taken."""

CHUNK = 2000
PAUSE_ABOVE = 4
"""Chunks of one topic that may wait before it is no longer fetched."""

_SECOND = 1.0
_PROOF_S = 0.003
_ROOM_S = 0.005
_TURN_S = 0.05
_SHORT_LOG_S = 5.0
_AFTER_MIDNIGHT_MS = 60_000
_FUTURE_DAYS = 1

log = structlog.get_logger()


class PartitionRunner:
    """One partition, from its claim to its release."""

    def __init__(
        self,
        partition: int,
        meta: PartitionMeta,
        expected: dict[str, int],
        around: Surroundings,
    ) -> None:
        self.partition = partition
        self.processor = around.build(partition, meta)
        self._around = around
        self._start = dict(expected)
        self._merge = Merge(TOPICS, expected)
        self._wake = asyncio.Event()
        self._stopping = False
        self._paused: set[str] = set()
        self._lost = False
        self._short: dict[str, float] = {}
        self._turned_away: set[str] = set()
        self._pace = Pace()
        self._told = -_SECOND
        self._looked_ms = 0.0
        self._answers: dict[str, int | None] = {}
        self._new_day: tuple[Day, float] | None = None
        self._turns = 0

    def next_offset(self, topic: str) -> int | None:
        """The stored next offset of a topic; None for a partition that another worker has."""
        return None if self._lost else self.processor.meta.next.get(topic)

    def lag(self, topic: str, position: int | None, highwater: int) -> int:
        """Records of a topic that are not committed yet, by what the last fetch said."""
        done = self.processor.meta.next.get(topic, self._start[topic])
        if position == highwater and done == self._merge.expected()[topic]:
            return 0  # places before the end of the log are missing: transaction markers
        return max(0, highwater - done)

    def expected(self) -> dict[str, int]:
        """Per topic the offset of the next record wanted from the log."""
        return self._merge.expected()

    def sights(self) -> list[Sight]:
        """What changes while the log is read and while what came of it is worked on."""
        around, name = self._around, f"partition {self.partition}"
        waiting = around.outlet.waiting(self.partition)
        owing = bool(waiting or self.processor.owing) or not self._merge.empty()
        mark = (self.processor.meta.commit, waiting, *self._merge.expected().values())
        # The loop turns once a second even when there is nothing to do.
        seen = [Sight(f"{name}, its loop,", self._turns), Sight(f"{name}, its work,", mark, owing)]
        for topic in TOPICS:
            answered = around.feed.poll(topic, self.partition)[2]
            part = f"{topic}/{self.partition}, from the broker,"
            seen.append(Sight(part, answered, topic not in self._paused))
        return seen

    async def offer(self, topic: str, records: Sequence[RawRecord]) -> None:
        """Take in a chunk from the log. Never waits for another topic."""
        if self._lost:
            return
        if topic in self._short:
            # A log that ends too early may be another log: take nothing from it yet.
            self._turned_away.add(topic)
            self._wake.set()
            return
        try:
            self._merge.put(topic, records, self._steady_ms())
        except Gap as gap:
            await self._read_again(topic, gap)
            return
        if self._merge.waiting(topic) > PAUSE_ABOVE and topic not in self._paused:
            self._paused.add(topic)
            self._around.feed.pause(topic, self.partition, paused=True)
        self._wake.set()

    async def _read_again(self, topic: str, gap: Gap) -> None:
        """Go back to where records are missing.

        Raises:
            OffsetOutsideLog: they are missing because the log begins after them by now.
        """
        begin = await self._around.feed.begin(topic, self.partition)
        if begin > gap.expected:
            raise OffsetOutsideLog(f"{topic}/{self.partition}", gap.expected, begin, None)
        log.warning("gap in the log, reading again", partition=self.partition, error=str(gap))
        await self._around.feed.seek(self.partition, {topic: gap.expected})

    def stop(self) -> None:
        """Ask the runner to end after the chunk it works on."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Work until stopped."""
        await self._around.outlet.resume(self.partition, self.processor.meta)
        while not self._stopping:
            self._turns += 1
            self._take_note()
            self._look_outside()
            await self._read_what_was_turned_away()
            records = self._merge.take(CHUNK, strict=self._around.mode == "event")
            if records:
                await self._work(self._process(records), records)
                self._resume()
            busy = bool(records) or await self._follow_the_wall()
            # In turns: who is due waits for nobody's backlog, and no record for all of them.
            if not (await self._tick_some() or await self._change_policy() or busy):
                await self._wait()

    def _process(self, records: Sequence[RawRecord]) -> Awaitable[list[Batch]]:
        if self._around.mode == "event":
            return self.processor.process(records)
        return self.processor.process(records, self._latest(), at_once=self._pace.at_once)

    def _look_outside(self) -> None:
        """What day it is, by which a notice may be out of date; in event mode nobody asks."""
        if self._around.mode == "wall":
            self.processor.wall = self._around.days.of(self._around.clock.now_ms())

    def _take_note(self) -> None:
        """What the last fetches said.

        Raises:
            OffsetOutsideLog: a log ends before what was already read of it.
        """
        expected = self._merge.expected()
        looked_before, self._looked_ms = self._looked_ms, self._steady_ms()
        for topic in TOPICS:
            poll = self._around.feed.poll(topic, self.partition)
            if self._cut_off(topic, expected[topic], poll[0], poll[1]):
                place = f"{topic}/{self.partition}"
                raise OffsetOutsideLog(place, expected[topic], None, poll[1])
            position, highwater, answered = poll
            if answered is not None and answered != self._answers.get(topic):
                # Told by the host's clock, which may be set back: all it says here is that
                # the answer is another one, so it came after the look before this.
                self._answers[topic] = answered
                self._merge.polled(topic, position, highwater, looked_before)

    async def _read_what_was_turned_away(self) -> None:
        """Go back for what came while a log seemed too short; its reader has moved on."""
        topics = self._turned_away - self._short.keys()
        if topics:
            self._turned_away -= topics
            expected = self._merge.expected()
            await self._around.feed.seek(self.partition, {at: expected[at] for at in topics})

    def _cut_off(
        self, topic: str, expected: int, position: int | None, highwater: int | None
    ) -> bool:
        """Whether a log ends before `expected`, the next offset to put in."""
        behind = position is not None and position < expected
        if not behind and (highwater is None or highwater >= expected):
            self._short.pop(topic, None)
            return False
        # For a moment this is nothing: before the first seek, and when a broker that was
        # just restarted tells an old end of its log.
        now = self._around.clock.monotonic()
        return now - self._short.setdefault(topic, now) > _SHORT_LOG_S

    async def _work(self, step: Awaitable[list[Batch]], records: Sequence[RawRecord]) -> None:
        around = self._around
        started = around.clock.monotonic()
        try:
            batches = await step
        except StaleCommit:
            around.observer.refused()
            await self._reload()
            return
        if not batches:
            return
        now = around.clock.now_ms()
        # Reversed: the first record of each topic is the one that stays.
        waited = {r.topic: (now - r.timestamp) / 1000 for r in reversed(records)}
        reached = {r.topic: EpochMs(r.timestamp) for r in records}
        work = Work(around.clock.monotonic() - started, waited, reached)
        meta = self.processor.meta
        around.observer.processed(self.partition, batches, meta, work)
        rows = [row for batch in batches for row in batch.rows]
        if rows:
            await around.outlet.offer(self.partition, meta.tail - len(rows) + 1, rows)

    async def _reload(self) -> None:
        """The store moved on without us: start again from it, or let go of the partition.

        Raises:
            StoreLost: it was emptied.
        """
        meta = await self._around.store.read_meta(self.partition)
        if meta is None:
            read = sum(self.processor.meta.next.values())
            raise StoreLost(f"of partition {self.partition} any more", "this worker", read)
        if meta.owner != self._around.owner:
            log.warning(
                "partition lost to another worker",
                partition=self.partition,
                owner=meta.owner,
            )
            self._lost = self._stopping = True
            return
        log.warning("commit refused, starting again from the store", partition=self.partition)
        expected = self._start | meta.next
        await self._around.policies.learn(self.partition, meta)
        self.processor = self._around.build(self.partition, meta)
        self._merge = Merge(TOPICS, expected)
        # The store may have been set back: rows on their way may not be its rows any more.
        await self._around.outlet.resume(self.partition, meta)
        await self._around.feed.seek(self.partition, expected)

    def _resume(self) -> None:
        for topic in list(self._paused):
            if self._merge.waiting(topic) <= PAUSE_ABOVE // 2:
                self._paused.discard(topic)
                self._around.feed.pause(topic, self.partition, paused=False)

    def _steady_ms(self) -> float:
        return self._around.clock.monotonic() * 1000

    def _latest(self) -> Day:
        """In wall mode the last day an event may have."""
        today = self._around.days.of(self._around.clock.now_ms())
        return Day(today + _FUTURE_DAYS)

    async def _follow_the_wall(self) -> bool:
        """In wall mode move the day on when the log is read to its end."""
        if self._around.mode == "event" or self.processor.meta.day is None:
            return False
        now = self._around.clock.now_ms()
        today = self._around.days.of(EpochMs(now - _AFTER_MIDNIGHT_MS))
        if today <= self.processor.meta.day:
            return False
        if self._new_day is None or self._new_day[0] != today:
            self._new_day = today, self._steady_ms()
        if not self._merge.at_end(self._new_day[1]):
            return False
        await self._work(self.processor.tick_some(self._pace.at_once, today), ())
        return True

    async def _tick_some(self) -> bool:
        """Tick some of those still due, unless what earlier ones caused is not published yet."""
        if not self.processor.owing or not self._has_a_turn():
            return False
        started, at_once = self._around.clock.monotonic(), self._pace.at_once
        try:
            await self._work(self.processor.tick_some(at_once), ())
        finally:
            self._around.turns.end()
        if self.processor.owing:
            self._pace.took(at_once, self._around.clock.monotonic() - started)
        await self._tell_who_is_left()
        return True

    def _has_a_turn(self) -> bool:
        """Whether a slice may begin; if so the turn is to be ended after it."""
        if self._around.outlet.waiting(self.partition) > ROOM:
            return False
        return self._around.turns.take(self._wake)

    async def _change_policy(self) -> bool:
        """Take the version in force, once nothing is owed under the last; or sweep on."""
        around, processor = self._around, self.processor
        if processor.owing:
            return False
        if processor.sweeping:
            return await self._sweep_some()
        version = around.policies.next(processor.meta, around.clock.now_ms())
        if version is None:
            return False
        await self._work(processor.take_version(version), ())
        # A refused commit has put another in its place already.
        if self.processor is processor and not self._lost:
            self.processor = around.build(self.partition, processor.meta)
            around.observer.reigns(self.partition, processor.meta)
            log.info("policy taken", partition=self.partition, policy=version.tag)
        return True

    async def _sweep_some(self) -> bool:
        """Bring some more customers to the version in force; false when rows have to go first."""
        around, processor = self._around, self.processor
        if not self._has_a_turn():
            return False
        started, at_once = around.clock.monotonic(), self._pace.at_once
        before = processor.meta.reign.reached
        try:
            await self._work(processor.sweep_some(at_once), ())
        finally:
            around.turns.end()
        reign = self.processor.meta.reign
        self._pace.took(reign.reached - before, around.clock.monotonic() - started)
        around.observer.reigns(self.partition, self.processor.meta)
        if not reign.sweeping:
            log.info("policy has reached everybody", partition=self.partition, policy=reign.policy)
        return True

    async def _tell_who_is_left(self) -> None:
        day, now = self.processor.meta.day, self._around.clock.monotonic()
        if day is not None and (now - self._told > _SECOND or not self.processor.owing):
            self._told = now
            left = await self._around.store.due_count(self.partition, day)
            self._around.observer.owed(self.partition, left)

    async def _wait(self) -> None:
        """Until a chunk comes; shortly when only an answer of the log is missing."""
        self._wake.clear()
        if self._stopping:
            return
        seconds = _SECOND
        if self._short or not self._merge.empty():
            seconds = _PROOF_S
        elif self.processor.owing or self.processor.sweeping:
            # Who waits for a turn is woken; who waits for the broker has to look.
            waits_for_room = self._around.outlet.waiting(self.partition)
            seconds = _ROOM_S if waits_for_room else _TURN_S
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return
