"""What a worker believes of `grading-policy`, and when a partition takes a version (R53).

     day 0            day 1                     day 2
v1   |-----------------|
v2   published         in force from here on    |
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from scoring.calendar import LocalDays
from scoring.units import EpochMs
from streams.bootstrap import local_days, policy_tag
from streams.outbox.cases import CaseScribe
from streams.partition.batch import Batch
from streams.partition.ports import PartitionMeta
from streams.partition.reign import Reign
from streams.policies.library import Library
from streams.policies.load import Version, parse_policy, policy_text
from streams.policies.publication import Publication, Verdict, encode
from streams.settings import Settings
from streams.storage.codec import BlobCodec
from streams.storage.memory_store import MemoryStore
from streams.versions import Versions

TEXT = policy_text("grocery-usd")
FIRST = Version(TEXT, parse_policy(TEXT, "first"))
DAYS: LocalDays = local_days(FIRST.policy)
DAY_0 = DAYS.of(EpochMs(1_700_000_000_000))
NOON = EpochMs(DAYS.midnight(DAY_0) + 43_200_000)
LATER = EpochMs(NOON + 2 * 86_400_000)
BOUND = "move: {max_move_share: 0.1}\n"


def published(version: int, more: str = "", **said: Any) -> Publication:
    """The preset as another version, published on noon of day 0."""
    text = f"policy: grocery-usd\nversion: {version}\nextends: grocery-usd\n{more}"
    fingerprint = parse_policy(text, "test").fingerprint
    told = {"fingerprint": fingerprint, "text": text, "published_at": NOON, "author": "kim"}
    return Publication(policy="grocery-usd", version=version, **told | said)


def believed(*given: Publication | bytes | None) -> tuple[list[int], list[str]]:
    """The versions a worker takes in, and why it refuses the others."""
    library = Library(FIRST)
    for offset, one in enumerate(given):
        library.take(offset, encode(one)[1] if isinstance(one, Publication) else one)
    return [one.version for one in library.published], list(library.refused.values())


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (None, "truncated"),
        (b"{not json", "JSON"),
        (replace(published(2), text="policy: ["), "version 2 is refused"),
        (replace(published(2), text=published(2).text + "colour: red\n"), "colour"),
        (replace(published(2), fingerprint="another"), "says grocery-usd v2 (another)"),
        (replace(published(2), version=3), "says grocery-usd v3"),
    ],
    ids=["empty", "no JSON", "no YAML", "unknown key", "another text", "another number"],
)
def test_what_cannot_be_read_is_refused_and_the_next_one_taken(given, why):
    """One bad record stands in nobody's way."""
    versions, refused = believed(given, published(4))
    assert versions == [4]
    assert len(refused) == 1
    assert why in refused[0]


def test_a_version_never_changes():
    """Another text under its number is refused, whoever writes it; the same one again is not."""
    other = published(2, "eligible: first_fact\n")
    versions, refused = believed(published(2), other, replace(published(2), rollback=True))
    assert versions == [2, 2]
    assert refused == [f"this version was published with another text: {published(2).tag}"]


async def test_a_version_that_graded_never_changes_either():
    """Two had published at once; the topic was compacted to the one that had been refused."""
    other = published(2, "eligible: first_fact\n", published_at=NOON + 5)
    async with partition_of("wall", other) as partition:
        graded, text = Reign(published(2).tag, NOON, generation=1), published(2).text
        claim = await partition.store.claim(0, "worker", 1)
        claim.reign, partition.meta.reign = graded, graded
        batch = Batch(text=text)
        await partition.store.commit(0, batch.commit(claim, "c", BlobCodec(), partition.desk))
        await partition.versions.learn(0, partition.meta)
        assert (partition.takes(NOON + 5), partition.refused) == (None, 1)
        partition.versions._take([(9, encode(other)[1])])
        assert partition.refused == 2


@pytest.mark.parametrize(
    ("guard", "passes"),
    [
        (None, False),
        (Verdict(0.1, 0.1, confirmed=False), True),
        (Verdict(0.1, 0.11, confirmed=False), False),
        (Verdict(0.1, 0.9, confirmed=True), True),
        (Verdict(0.9, 0.8, confirmed=False), False),
    ],
    ids=["not asked", "within", "above", "confirmed", "of another bound"],
)
def test_a_version_with_a_guard_says_that_it_passed(guard, passes):
    """So it holds whoever writes to the topic."""
    versions, refused = believed(published(2, BOUND, guard=guard))
    assert versions == ([2] if passes else [])
    assert all("has not passed, and nobody confirmed it" in why for why in refused)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (published(2, "time_zone: Asia/Shanghai\n"), "time zone"),
        (published(2, "currency: EUR\n"), "currency"),
    ],
)
def test_days_and_money_stay_what_they_are(given, what):
    """Stored ones would change their meaning."""
    versions, refused = believed(given)
    assert versions == []
    assert f"its {what} is" in refused[0]


class Partition:
    """A partition of a worker that knows what is published."""

    def __init__(self, clock: str, *given: Publication) -> None:
        settings = Settings(clock=clock, kafka="127.0.0.1:1", redis="redis://127.0.0.1:1/0")
        self.refused = 0
        self.desk = CaseScribe(FIRST.policy)
        self.store = MemoryStore(policy_tag(FIRST.policy))
        self.versions = Versions(FIRST, settings, 1, self.store, self._count)
        self.versions._take([(at, encode(one)[1]) for at, one in enumerate(given)])
        self.meta = PartitionMeta("worker", "", reign=Reign(policy_tag(FIRST.policy)))

    def _count(self) -> None:
        self.refused += 1

    def takes(self, wall: int = 0) -> int | None:
        """The version it takes at an instant, if another one than it has."""
        found = self.versions.next(self.meta, EpochMs(wall))
        if found is None:
            return None
        self.meta.reign = Reign(found.tag, found.since)
        return int(found.tag.split()[1][1:])


@asynccontextmanager
async def partition_of(clock: str, *given: Publication) -> AsyncIterator[Partition]:
    """One whose worker ends in good order."""
    made = Partition(clock, *given)
    try:
        yield made
    finally:
        await made.versions.stop()


async def test_a_version_is_taken_at_its_instant_and_no_sooner():
    """To the millisecond on the wall; after that not again, also when the clock is set back."""
    async with partition_of("wall", published(2, effective_from=LATER)) as partition:
        assert [partition.takes(LATER - 1), partition.takes(LATER)] == [None, 2]
        assert [partition.takes(LATER + 1), partition.takes(LATER - 9)] == [None, None]


async def test_an_instant_in_the_past_is_that_of_the_publication():
    """Nobody is graded by a version before it was published."""
    async with partition_of("wall", published(2, effective_from=EpochMs(5))) as partition:
        assert [partition.takes(NOON - 1), partition.takes(NOON)] == [None, 2]


async def test_in_event_mode_the_day_of_the_log_is_asked():
    """A replay takes it on its day, whatever the wall says."""
    async with partition_of("event", published(2, effective_from=LATER)) as partition:
        partition.meta.day = DAY_0
        assert partition.takes(LATER + 1) is None
        partition.meta.day = DAYS.of(LATER)
        assert partition.takes() == 2


async def test_a_rollback_calls_off_what_was_planned_and_can_be_rolled_back():
    """Version 3 was to come later; 2 is in force again, then 3 at once after all."""
    planned = published(3, "eligible: first_fact\n", effective_from=LATER)
    back = published(2, published_at=NOON + 5, rollback=True)
    async with partition_of("wall", published(2), planned, back) as partition:
        assert [partition.takes(NOON), partition.takes(NOON + 5)] == [2, None]
        assert partition.takes(LATER + 1) is None
    again = replace(planned, published_at=NOON + 9, effective_from=None, rollback=True)
    async with partition_of("wall", published(2), planned, back, again) as partition:
        assert [partition.takes(NOON + 8), partition.takes(NOON + 9)] == [2, 3]
