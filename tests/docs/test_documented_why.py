"""The page on `regrade why` shows what the program prints, and names every key."""

from io import StringIO
from typing import Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from pages import ROOT, blocks, table, text_of
from rich.console import Console

from scoring.policy import Policy
from scoring.why import explanation
from scoring.why.explanation import Explanation
from scoring.why.reasons import Reasons
from streams.bootstrap import judge_of
from streams.inquiry.answers import full, short
from streams.inquiry.source import Found, find_in_file
from streams.inquiry.tables import draw
from streams.inquiry.wording import summary
from streams.policies.load import load_policy

PAGE = "docs/explain.md"
WIDTH = 100


@pytest.fixture(scope="module")
def answer() -> tuple[Found, Policy, Explanation]:
    """What is known of cho at the end of the example history."""
    policy = load_policy("grocery-usd")
    found = find_in_file("cho", policy, str(ROOT / "examples" / "history.csv"))
    return found, policy, Reasons(judge_of(policy)).explain(found.state, found.day)


def test_the_examples_are_what_the_program_prints(answer):
    """Line by line; blanks at the ends of lines aside."""
    found, policy, told = answer
    printed = StringIO()
    Console(file=printed, width=WIDTH).print(draw(*answer))
    lines = [line.rstrip() for line in printed.getvalue().rstrip().splitlines()]
    tables, grade = blocks(text_of(PAGE), "text")
    assert tables.splitlines() == lines
    assert grade.splitlines() == summary(found.customer, policy, told).splitlines()


def test_every_key_is_listed_with_what_it_holds(answer):
    """The keys in their order, and those inside of them."""
    rows = table(text_of(PAGE), "key")
    assert [row["key"] for row in rows] == list(full(*answer))
    listed = {row["key"]: row["meaning"] for row in rows}
    for name, hint in get_type_hints(Explanation).items():
        for struct in structs_in(hint):
            keys = msgspec.structs.fields(struct)
            assert all(field.encode_name in listed[name] for field in keys), name
    assert set(short(*answer)) <= set(full(*answer))


def structs_in(hint: object) -> list[type]:
    """The structs of `explanation` that a type hint names."""
    if isinstance(hint, type) and hint.__module__ == explanation.__name__:
        return [hint]
    return [found for inner in get_args(hint) for found in structs_in(inner)]


def test_every_verdict_on_a_trigger_is_explained():
    """In the order of the code."""
    assert get_origin(explanation.Verdict) is Literal
    rows = table(text_of(PAGE), "now")
    assert tuple(row["now"] for row in rows) == get_args(explanation.Verdict)
