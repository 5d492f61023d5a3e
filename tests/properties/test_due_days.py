"""A due day is never late."""

import pytest
from builders import policy_from
from daily import DailyPartition
from histories import CENTS, histories
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from programmes import programmes
from runs import run

from scoring.customer import CustomerState
from scoring.policy import Policy
from streams.bootstrap import rules_of
from streams.policies.load import load_policy, presets

POLICIES = {name: load_policy(name) for name in presets()}


def undated(states: dict[str, CustomerState]) -> dict[str, CustomerState]:
    """States without the due day: an early tick moves it on."""
    return {name: replace(state, due=None) for name, state in states.items()}


def check_due_days(policy: Policy, records: list) -> None:
    """Ticks on due days only say what ticks on every day say, to the last field."""
    daily = DailyPartition(rules_of(policy, 1, mode="replay"))
    daily.take(records)
    due_only = run(policy, records)
    assert due_only.changes == daily.changes
    assert undated(due_only.states) == undated(daily.states)


@pytest.mark.parametrize("preset", presets())
@given(data=st.data())
def test_daily_ticks_add_nothing_to_a_preset(preset, data):
    """Ticking every customer every day publishes what due days publish."""
    tiers = tuple(tier.name for tier in POLICIES[preset].tiers)
    records = data.draw(histories(CENTS, tiers=tiers))
    check_due_days(POLICIES[preset], records)


@given(drawn=programmes())
def test_daily_ticks_add_nothing_to_any_policy(drawn):
    """Whatever the policy: no tier or label moves, no override ends between due days."""
    document, records = drawn
    check_due_days(policy_from(document), records)
