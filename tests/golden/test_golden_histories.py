"""What was published of a history stays what is published of it."""

import pytest
from agreement import check_agreement
from ruamel.yaml import YAML
from stories import facts, policy_file, stories, told_now, told_once

from streams.policies.load import load_policy


@pytest.mark.parametrize("story", stories())
def test_a_golden_history_is_told_as_before(story):
    """The changes of a recorded history are the recorded ones, byte for byte."""
    before, now = told_once(story).read_bytes(), told_now(story)
    assert now.splitlines() == before.splitlines()
    assert now == before


@pytest.mark.parametrize("story", stories())
def test_the_oracle_tells_a_golden_history_alike(story):
    """What is recorded is right, not only what it always was."""
    document = YAML(typ="safe").load(policy_file(story).read_text())
    check_agreement(load_policy(str(policy_file(story))), document, facts(story))
