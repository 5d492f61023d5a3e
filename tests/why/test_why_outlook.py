"""The days to come, against a brute-force recomputation of every one of them (R43, R53)."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from builders import policy_from
from histories import CENTS, histories
from hypothesis import given, settings
from hypothesis import strategies as st
from programmes import programmes, tiers_of
from pytest import approx  # noqa: PT013 - read as a word, like isclose
from ruamel.yaml import YAML
from why.recomputed import Case, cases, days_ahead

from scoring.policy import Policy
from scoring.why.explanation import OutlookDay
from scoring.why.outlook import OUTLOOK_ROWS, Outlook
from streams.policies.load import load_policy, policy_text, presets

DOCUMENTS = {name: YAML(typ="safe").load(policy_text(name)) for name in presets()}
POLICIES = {name: load_policy(name) for name in presets()}
FEWER = settings(max_examples=settings.default.max_examples // 2)
"""Each example looks at hundreds of days."""
DAYS = 100
SAME = ("tier", "computed", "target", "labels", "windowed")


def expected(case: Case, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The days on which more changes than a reading that drifts."""
    found = []
    for before, now in pairwise(days_ahead(case, document, DAYS)):
        ends = zip(before["ends"], now["ends"], strict=True)
        crossed = any(new is not None and new != old for old, new in ends)
        if crossed or any(before[name] != now[name] for name in SAME):
            windows = {
                reading: (before["windowed"][reading], value)
                for reading, value in now["windowed"].items()
                if value != before["windowed"][reading]
            }
            found.append(now | {"readings": windows})
    return found


def told(day: OutlookDay) -> dict[str, Any]:
    """A day of the outlook in the words of the test."""
    return {
        "on": day.on,
        "score": day.score,
        "tier": day.tier,
        "computed": day.computed_tier,
        "target": day.target,
        "labels": day.labels,
        "readings": {move.reading: (move.from_, move.to) for move in day.readings},
        "moves": [(m.what, m.from_, m.to, m.trigger) for m in day.moves],
    }


def check_outlook(policy: Policy, document: dict[str, Any], records: list) -> None:
    """Every special day and no other, with the grade of that day."""
    for case in cases(policy, document, records):
        assert case.run.meta.day is not None
        outlook = Outlook(case.run.rules.judge)
        days = outlook.days(case.state, case.run.meta.day, rows=DAYS, within=DAYS)
        wanted = expected(case, document)
        assert [day.on for day in days] == [day["on"] for day in wanted]
        for mine, other in zip(map(told, days), wanted, strict=True):
            readings = other.pop("readings")
            assert mine.pop("readings") == {
                name: (approx(old), approx(new)) for name, (old, new) in readings.items()
            }
            assert mine == {name: other[name] for name in mine}
        last = date.fromordinal(case.today + DAYS)
        assert [day for day in case.told.outlook if day.on <= last] == days[:OUTLOOK_ROWS]
        check_pending(case, wanted)


def check_pending(case: Case, days: list[dict[str, Any]]) -> None:
    """A demotion is pending while the target is below, until it comes or is off."""
    names = [tier.name for tier in case.policy.tiers]
    told_ = case.told
    computed = names.index(told_.computed_tier)
    assert (told_.pending is not None) == (names.index(told_.target) < computed)
    if told_.pending is None:
        return
    for day in days:
        if names.index(day["computed"]) < computed:
            assert (told_.pending.to, told_.pending.on) == (day["computed"], day["on"])
            moves = [move for move in day["moves"] if move[0] == "tier"]
            assert told_.pending.trigger == next((move[3] for move in moves), None)
            return
        if names.index(day["target"]) >= computed:
            assert told_.pending.on is None
            return


@pytest.mark.parametrize("preset", presets())
@FEWER
@given(data=st.data())
def test_the_outlook_of_a_preset_is_what_every_day_alone_gives(preset, data):
    """Scores, targets, tiers, labels and windows of the days to come are the oracle's."""
    records = data.draw(histories(CENTS, most=25, tiers=tiers_of(DOCUMENTS[preset])))
    check_outlook(POLICIES[preset], DOCUMENTS[preset], records)


@FEWER
@given(drawn=programmes(most=20))
def test_the_outlook_of_any_policy_is_what_every_day_alone_gives(drawn):
    """Whatever the policy: nothing is promised that will not come, nothing is left out."""
    document, records = drawn
    check_outlook(policy_from(document), document, records)
