"""The engine against the independent recomputation."""

import pytest
from agreement import check_agreement
from builders import policy_from
from histories import CENTS, QUARTERS, histories
from hypothesis import given
from random_policies import documents
from ruamel.yaml import YAML

from streams.policies.load import load_policy, policy_text, presets

DOCUMENTS = {name: YAML(typ="safe").load(policy_text(name)) for name in presets()}
POLICIES = {name: load_policy(name) for name in presets()}


@pytest.mark.parametrize("preset", presets())
@given(records=histories(CENTS))
def test_a_preset_grades_as_the_oracle_does(preset, records):
    """Due days and increments give what evaluating everything every day gives."""
    check_agreement(POLICIES[preset], DOCUMENTS[preset], records)


@given(document=documents(), records=histories(QUARTERS))
def test_any_policy_grades_as_the_oracle_does(document, records):
    """Whatever the policy: due days and increments give the brute-force grades."""
    check_agreement(policy_from(document), document, records)
