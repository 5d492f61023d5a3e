"""The text of a condition is the condition."""

from hypothesis import given
from random_conditions import conditions, fields

from scoring.expressions import parse_condition
from scoring.why.wording import text_of

FIELDS = frozenset({"amount", "channel", "kind", "type", "order_id"})


@given(text=conditions(fields()))
def test_any_condition_survives_being_written_out(text):
    """Parsed, written and parsed again it is the same tree."""
    tree = parse_condition(text, FIELDS)
    assert parse_condition(text_of(tree), FIELDS) == tree


def test_what_was_written_apart_stays_apart():
    """Brackets that matter are kept, others are not."""
    text = "((orders(1)>1.0) or (trend(2)<-0.5 or spend(1)-(2-1)>=1)) and not (not orders(2)>1)"
    assert text_of(parse_condition(text)) == (
        "(orders(1) > 1 or (trend(2) < -0.5 or spend(1) - (2 - 1) >= 1)) and not not orders(2) > 1"
    )
