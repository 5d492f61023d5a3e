"""Expressions: what is refused points at the character, and nothing else escapes."""

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_conditions import conditions, fields

from scoring.errors import ExpressionError
from scoring.expressions import MAX_OPERATORS, parse_condition, parse_number
from scoring.syntax import ReadingCall
from scoring.tokens import MAX_LENGTH

FIELDS = frozenset({"amount", "channel", "kind", "type", "order_id"})


@pytest.mark.parametrize(
    ("text", "pointed", "problem"),
    [
        ("", "", "the expression ends here"),
        ("   ", "", "the expression ends here"),
        ("recency_days >=", "", "the expression ends here"),
        ("recency_days", "recency", "a condition is needed here, not a number"),
        ("recency >= 3", "recency", "unknown name 'recency'"),
        ("1 < amount", "amount", "unknown name 'amount'"),
        ("spend >= 3", "spend", "needs a window in days: spend(365)"),
        ("spend() >= 3", ")", "a whole number of days, at least 1"),
        ("spend(0) >= 3", "0)", "a whole number of days, at least 1"),
        ("spend(1.5) >= 3", "1.5", "a whole number of days, at least 1"),
        ("spend(-3) >= 3", "-3", "a whole number of days, at least 1"),
        ("spend(30 >= 3", ">=", "')' is missing"),
        ("spend(30, 30) >= 3", "30) ", "takes a window and ending=DAYS"),
        ("spend(30, kind) >= 3", "kind", "takes a window and ending=DAYS"),
        ("spend(30, ending=x) > 3", "x)", "a whole number of days, at least 0"),
        ("spend(30, ending=1, ending=2) > 3", "ending=2", "takes a window"),
        ("recency_days(30) > 3", "(30)", "takes no window"),
        ("(1 < 2", "", "')' is missing"),
        ("1 < 2)", ")", "unexpected ')'"),
        ("1 < 2 < 3", "< 3", "comparisons do not chain"),
        ("1 = 1", "= 1", "unexpected '='"),
        ("1 < 2 and", "", "the expression ends here"),
        ("1 < 2 and 3", "3", "a condition is needed here, not a number"),
        ("1 and 2 < 3", "1 and", "a condition is needed here, not a number"),
        ("not 1", "1", "a condition is needed here, not a number"),
        ("(1 < 2) + 1 > 1", "(1", "a number is needed here, not a condition"),
        ("1 + (1 < 2) > 1", "(1 <", "a number is needed here, not a condition"),
        ("(1 < 2) == (1 < 2)", "(1", "compare numbers"),
        ("1 == 'x'", "==", "a number cannot be compared with a text"),
        ("'a' < 'b'", "<", "texts are only compared with == and !="),
        ("'a", "'a", 'unexpected "\'"'),
        ("x.y > 1", ".", "unexpected '.'"),
        ("1 << 2", "< 2", "unexpected '<'"),
        ("2 ** 2 > 1", "* 2", "unexpected '*'"),
        ("1 <\u00a02", "\u00a0", "unexpected '\\xa0'"),
        ("1 < 2\u00a0", "\u00a0", "unexpected '\\xa0'"),
        ("spend[30] > 1", "[", "unexpected '['"),
        ("lambda: 1", ":", "unexpected ':'"),
        ("__import__('os') > 1", "__import__", "unknown name '__import__'"),
        ("9999999999999999 > 1", "9999", "a number has at most 15 digits"),
        ("(" * 41 + "1 < 2" + ")" * 41, "(" * 1 + "1", "too deeply nested"),
        ("not " * 41 + "1 < 2", "1 <", "too deeply nested"),
        ("+".join("1" * 60) + " > 1", "+1+1+1+1+1+1+1+1+1 >", "arithmetic operators"),
        ("1 < 2" + " " * MAX_LENGTH, " " * 5, "at most 1000 characters"),
    ],
)
def test_a_refusal_points_at_the_character(text, pointed, problem):
    """The error names the first character that cannot be, and says what is wrong."""
    with pytest.raises(ExpressionError) as refused:
        parse_condition(text)
    error = refused.value
    assert text[error.position :].startswith(pointed)
    assert pointed or error.position in (len(text), len(text.rstrip()))
    assert problem in error.problem
    assert f"at character {error.position + 1} of" in str(error)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("spend(365)", ReadingCall("spend", 365)),
        (" orders( 90 ,ending = 30 ) ", ReadingCall("orders", 90, None, 30)),
        ("interactions(30, login)", ReadingCall("interactions", 30, "login")),
        ("interactions(30, 'ad_click', ending=1)", ReadingCall("interactions", 30, "ad_click", 1)),
        ("recency_days", ReadingCall("recency_days")),
    ],
)
def test_a_reading_reads_back_as_it_is_written(text, call):
    """The text of a parsed reading parses to the same reading."""
    assert parse_number(text) == call
    assert parse_number(str(call)) == call


def test_precedence_is_that_of_arithmetic():
    """`not` binds tighter than `and`, `and` than `or`; * before +; left to right."""
    assert parse_condition("1 < 2 or 1 < 2 and not 1 < 2") == parse_condition(
        "1 < 2 or (1 < 2 and (not (1 < 2)))"
    )
    assert parse_number("8 - 4 - 2 * 3 / 2") == parse_number("(8 - 4) - ((2 * 3) / 2)")
    assert parse_number("--1 - -orders(7)") == parse_number("1 - (0 - orders(7))")


def test_the_longest_expression_allowed_is_accepted():
    """Operators, nesting and length may be used up to their limits."""
    assert parse_number("+".join("1" * (MAX_OPERATORS + 1)))
    assert parse_condition("(" * 39 + "1 < 2" + ")" * 39)
    assert parse_condition("1 < 2" + " " * (MAX_LENGTH - 5))


@given(conditions(fields()))
def test_every_condition_drawn_for_the_oracle_parses(text):
    """What the policies of the property tests say is in the grammar."""
    assert parse_condition(text, FIELDS) is not None


PIECES = [
    *"()+-*/<>=,.'\" \t\n",
    *("and", "or", "not", "ending", "spend", "spend(30)", "interactions(30, login)"),
    *("attribute", "attribute('x')", 'attribute("', "__import__('os')", "lambda:", "().__class__"),
    *("recency_days", "amount", "1", "0", "365", "1.5", "==", "<=", "'x'", "1 < 2"),
    *("\u00a0", "é", "\ud800", "\x00", "0" * 50, "9" * 20, "(" * 50, "not " * 50),
]


EXPRESSIONS = st.text(max_size=1200) | st.lists(st.sampled_from(PIECES), max_size=80).map("".join)


@given(EXPRESSIONS)
def test_no_text_makes_the_parser_fail_otherwise(text):
    """Any text is an expression or an ExpressionError within it, at once."""
    started = time.perf_counter()
    for parse in (parse_number, parse_condition):
        with suppress(ExpressionError):
            parse(text)
    assert time.perf_counter() - started < 1


def test_no_text_executes_anything():
    """Whatever is parsed and compiled, nothing is imported, opened, run or looked up by it.

    The interpreter itself reports what is executed, so nothing is missed by looking elsewhere.
    """
    script = Path(__file__).with_name("audited_expressions.py")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("nothing executed\n", 0), done.stderr
