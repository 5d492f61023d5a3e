"""Attributes in conditions: what was said at registration, as a text or a number."""

import pytest
from builders import day_reached, log, order, policy, registration
from runs import run

from scoring.errors import ExpressionError
from scoring.expressions import parse_condition, parse_number


def label_of(condition: str, attributes: dict | None) -> str:
    """The label of a customer registered so, by one condition; `not said` if none was."""
    rules = f"labels: {{l: [{{value: said, when: {condition!r}}}, {{value: other}}]}}"
    events = [registration(1, attributes=attributes), order(1)]
    return run(policy(rules), log(*events)).changes[0]["labels"]["l"]


@pytest.mark.parametrize(
    ("condition", "value", "true"),
    [
        ('attribute("a") == "east"', "east", True),
        ('attribute("a") == "east"', "East", False),
        ('"east" == attribute("a")', "east", True),
        ('attribute("a") != "east"', "west", True),
        ('attribute("a") != "east"', None, False),
        ('attribute("a") != "east"', 7, False),
        ('attribute("a") < 50', 49, True),
        ('attribute("a") < 50', 49.5, True),
        ('attribute("a") < 50', 50, False),
        ('50 > attribute("a")', 49, True),
        ('attribute("a") < 50', "49", False),
        ('attribute("a") >= 0', True, False),
        ('attribute("a") == "true"', True, True),
        ('attribute("a") == "false"', False, True),
        ('attribute("a") == "1"', 1, False),
        ('attribute("a") == attribute("a")', "x", True),
        ('attribute("a") == attribute("a")', 3, False),
        ('attribute("a") >= orders(30)', 1, True),
        ('attribute("a") < 10', 10**18, False),
        ('attribute("规模") == "<50"', None, False),
    ],
)
def test_an_attribute_is_read_as_what_it_is_compared_with(condition, value, true):
    """A text beside a text, a number beside a number; anything else is null."""
    assert label_of(condition, {"a": value}) == ("said" if true else "other")


def test_what_was_never_said_is_null():
    """Neither a comparison nor its opposite is true; its negation is."""
    for condition in ('attribute("a") == "x"', 'attribute("a") != "x"', 'attribute("a") >= 0'):
        assert label_of(condition, None) == "other"
        assert label_of(f"not {condition}", None) == "said"


def test_a_later_registration_moves_a_label():
    """Attributes are merged: the latest word on each stands, and moves what rests on it."""
    rules = """
labels:
  region: [{value: east, when: 'attribute("region") == "east"'}, {value: elsewhere}]
  staff: [{value: small, when: 'attribute("staff") < 50'}, {value: large}]
"""
    events = [
        registration(0, attributes={"region": "east", "staff": 10}),
        order(0),
        registration(5, attributes={"region": "west"}),
    ]
    done = run(policy(rules), log(*events))
    assert done.changes[0]["labels"] == {"region": "east", "staff": "small"}
    assert done.moves[1:] == [(5, "region", "east", "elsewhere", None)]


def test_an_attribute_never_makes_a_customer_due():
    """Time alone changes no attribute, so there is nothing to look at later."""
    rules = """
by: lifetime_spend
labels: {region: [{value: east, when: 'attribute("region") == "east"'}]}
"""
    events = [registration(0, attributes={"region": "east"}), order(0)]
    assert run(policy(rules), log(*events)).due == {}
    assert len(run(policy(rules), log(*events, day_reached(800))).changes) == 1


def test_a_trigger_may_ask_for_an_attribute():
    """Beside the fields of the fact."""
    rules = """
move:
  triggers:
    - {name: vip, fires_on: any, when: 'attribute("vip") == "true" and amount > 1', promote: true}
"""
    plain = [order(0), order(1, 500)]
    assert len(run(policy(rules), log(*plain)).changes) == 1
    vip = [registration(0, attributes={"vip": True}), *plain]
    assert run(policy(rules), log(*vip)).moves[1:] == [(1, "tier", "bronze", "gold", "vip")]


@pytest.mark.parametrize(
    ("text", "at", "problem"),
    [
        ("attribute == 'x'", 10, 'attribute needs one name in quotes: attribute("region")'),
        ("attribute() == 'x'", 10, "attribute needs one name in quotes"),
        ("attribute(region) == 'x'", 10, "attribute needs one name in quotes"),
        ("attribute('') == 'x'", 10, "attribute needs one name in quotes"),
        ("attribute('a', 'b') == 'x'", 13, "')' is missing"),
        ("attribute('a') < 'x'", 15, "texts are only compared with == and !="),
        ("attribute('a') + 1 > 2", 0, "a number is needed here, not a text"),
        ("-attribute('a') > 2", 1, "a number is needed here, not a text"),
        ("attribute('a')", 0, "a condition is needed here, not a text"),
        ("attribute('a') == (1 < 2)", 18, "compare numbers"),
    ],
)
def test_a_wrong_attribute_is_refused_at_its_character(text, at, problem):
    """It has one quoted name, and stands beside a comparison only."""
    with pytest.raises(ExpressionError) as refused:
        parse_condition(text)
    assert (refused.value.position, refused.value.problem[: len(problem)]) == (at, problem)


def test_an_attribute_is_no_dimension():
    """What is scored is a reading."""
    with pytest.raises(ExpressionError, match="a number is needed here, not a text"):
        parse_number("attribute('staff')")
