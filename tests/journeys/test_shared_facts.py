"""Two programmes on the same facts: one history, two policies, one worker killed in it."""

from pathlib import Path

import pytest
from journeys.laws import History, check_all
from journeys.programme import Programme

from streams.replay.produce import Replay

pytestmark = pytest.mark.long

SHARED = "shared."
PRESET = Path(__file__).parents[2] / "scoring" / "presets" / "grocery-usd.yaml"


def stricter(folder: Path) -> str:
    """The same tiers, the highest harder to reach."""
    made = folder / "club.yaml"
    text = PRESET.read_text("utf-8").replace("id: grocery-usd", "id: club-usd")
    made.write_text(text.replace("enter: 82", "enter: 90"), "utf-8")
    return str(made)


async def test_each_grades_the_same_facts_by_its_own_policy(stack, tmp_path, history):
    """Both end as the engine in memory does under their policies, also after a kill."""
    share = {"REGRADE_FACTS_PREFIX": SHARED}
    club = {"REGRADE_POLICY": stricter(tmp_path), **share}
    async with (
        Programme(stack, tmp_path, "one", partitions=2, **share) as one,
        Programme(stack, tmp_path, "two", partitions=2, **club) as two,
    ):
        killed = await one.worker()
        await two.worker()
        async with one.producer() as producer:
            replay = Replay(producer, SHARED)
            half = len(history.events) // 2
            await replay.run(history.events[:half])
            await one.folded(half // 4)
            killed.kill()
            await replay.run(history.events[half:])
            await replay.close_day()
        await one.worker()
        other = await History.of(history.events, two.policy)
        assert other.expected.tiers() != history.expected.tiers()
        for programme, expected in ((one, history), (two, other)):
            await programme.taken(len(history.events) + programme.partitions)
            await check_all(programme, expected)
