"""A label that is not looked at is one that has not changed."""

from typing import Any

import pytest
from builders import policy_from
from daily import DailyPartition
from histories import CENTS, histories
from hypothesis import given
from hypothesis import strategies as st
from programmes import programmes

from scoring.customer import UNGRADED, CustomerState
from scoring.labelling import HeldLabels
from scoring.policy import Policy
from streams.bootstrap import rules_of
from streams.partition.ports import Cause
from streams.policies.load import load_policy, presets

POLICIES = {name: load_policy(name) for name in presets()}


class WatchedPartition(DailyPartition):
    """Looks at all labels again whenever some of them were looked at."""

    def _judge(self, customer: str, state: CustomerState, fact: Any, cause: Cause) -> None:
        super()._judge(customer, state, fact, cause)
        if state.tier != UNGRADED:
            assert type(state.labels) is HeldLabels
            assert state.labels == self.rules.judge.grader.labelling.of(state, self.today)


def check_labels(policy: Policy, records: list) -> None:
    """After every fact and on every day the labels held are those of the whole look."""
    WatchedPartition(rules_of(policy, 1, mode="replay")).take(records)


@pytest.mark.parametrize("preset", presets())
@given(data=st.data())
def test_the_labels_of_a_preset_are_those_of_looking_at_all(preset, data):
    """Whatever a fact or a day leaves alone stands as it would if looked at."""
    tiers = tuple(tier.name for tier in POLICIES[preset].tiers)
    check_labels(POLICIES[preset], data.draw(histories(CENTS, tiers=tiers)))


@given(drawn=programmes())
def test_the_labels_of_any_policy_are_those_of_looking_at_all(drawn):
    """So it is with windows, kinds and attributes mixed at will."""
    document, records = drawn
    check_labels(policy_from(document), records)
