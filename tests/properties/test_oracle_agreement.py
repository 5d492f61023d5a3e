"""The engine against the independent recomputation."""

import pytest
from agreement import check_agreement
from builders import policy_from
from histories import CENTS, histories
from hypothesis import given
from hypothesis import strategies as st
from programmes import programmes, tiers_of
from ruamel.yaml import YAML

from streams.policies.load import load_policy, policy_text, presets

DOCUMENTS = {name: YAML(typ="safe").load(policy_text(name)) for name in presets()}
POLICIES = {name: load_policy(name) for name in presets()}


@pytest.mark.parametrize("preset", presets())
@given(data=st.data())
def test_a_preset_grades_as_the_oracle_does(preset, data):
    """Due days and increments give what evaluating everything every day gives."""
    records = data.draw(histories(CENTS, tiers=tiers_of(DOCUMENTS[preset])))
    check_agreement(POLICIES[preset], DOCUMENTS[preset], records)


@given(drawn=programmes())
def test_any_policy_grades_as_the_oracle_does(drawn):
    """Whatever the policy and its overrides: due days give the brute-force grades."""
    document, records = drawn
    check_agreement(policy_from(document), document, records)
