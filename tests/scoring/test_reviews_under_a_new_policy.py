"""A case when the policy changes: kept where the new version asks the same question."""

import pytest
from builders import log, order, policy
from runs import FIRST, run

from scoring.customer import CustomerState
from scoring.succession import succession
from scoring.units import Day
from streams.bootstrap import judge_of

RULES = """
version: {version}
review_when:
  default: reject
  after_days: 5
  rules:
    - {{name: {rule}, when: "amount >= 100"}}
"""
OTHER_TIERS = """
tiers:
  - {name: bronze, enter: 0}
  - {name: iron, enter: 50}
  - {name: silver, enter: 100}
  - {name: gold, enter: 200}
"""
NO_SILVER = """
tiers:
  - {name: bronze, enter: 0}
  - {name: iron, enter: 100}
  - {name: gold, enter: 200}
"""
OLD = RULES.format(version=1, rule="big")
NEW = RULES.format(version=2, rule="big")


def taken(new: str) -> CustomerState:
    """Ann, with a case to silver open since day 1, after a new version reached her on day 2."""
    done = run(policy(OLD), log(order(0, 40), order(1, 150)))
    state = done.states["ann"]
    next_ = policy(new)
    succession(policy(OLD), judge_of(next_)).take(state, Day(FIRST + 2))
    return state


def test_the_same_rule_keeps_the_case_with_its_deadline():
    """Nothing is asked twice."""
    case = taken(NEW.replace("after_days: 5", "after_days: 30")).case
    assert case is not None
    assert (case.to, case.opened, case.deadline) == (1, FIRST + 1, FIRST + 6)


def test_tiers_that_moved_are_found_by_name():
    """Silver stands one higher than before."""
    case = taken(NEW + OTHER_TIERS).case
    assert case is not None
    assert case.to == 2


@pytest.mark.parametrize(
    "new", ["version: 2", RULES.format(version=2, rule="huge"), NEW + NO_SILVER]
)
def test_another_question_withdraws_the_case_and_the_new_version_judges(new):
    """No reviews any more, another rule, no such tier: the trigger `policy` promotes at once."""
    state = taken(new)
    assert state.case is None
    assert state.tier == 1
