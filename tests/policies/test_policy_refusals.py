"""Policy documents that are refused: where, on which line, and why."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML
from test_any_document import places

from streams.policies.document import PolicyDocument
from streams.policies.errors import PolicyRefused, Problem
from streams.policies.load import parse_policy
from streams.policies.tree import value_at

TABLE = YAML(typ="safe").load(Path(__file__).with_name("wrong_documents.yaml"))
GOOD = TABLE["good"]


def problems(text: str) -> list[Problem]:
    """Everything wrong with a document."""
    with pytest.raises(PolicyRefused) as refused:
        parse_policy(text, "file.yaml")
    assert str(refused.value).startswith("policy file.yaml is refused:\n")
    return refused.value.problems


@pytest.mark.parametrize("row", TABLE["wrong"], ids=lambda row: row["is"].strip()[:40])
def test_a_wrong_document_is_refused_in_these_words(row):
    """All of them, with file, line, path, value and what is allowed; and nothing else is said."""
    assert GOOD.count(row["was"]) >= 1
    with pytest.raises(PolicyRefused) as refused:
        parse_policy(GOOD.replace(row["was"], row["is"], 1), "p.yaml")
    head, _, told = str(refused.value).partition("\n")
    assert head == "policy p.yaml is refused:"
    assert told == row["told"]


def test_the_good_document_is_good():
    """The table starts from a policy that loads."""
    assert parse_policy(GOOD, "file.yaml").policy_id == "good"


def test_all_problems_are_told_at_once():
    """Unknown keys, wrong types and wrong meaning in one list, in the order of the lines."""
    text = GOOD
    for was, now in [
        ("time_zone: UTC", "time_zone: Mars"),
        ("version: 1", "versoin: 1"),
        ("cap: 1000", "cap: lots\n    lable: {}"),
        ("recency_days\n", "recency\n"),
        ("enter: 50", "enter: 50.005"),
        ("promote: true", "promote: yes\n      when: fee > 1"),
        (">= 90", ">= amount"),
        ("base/company", "base/shop"),
        ("    source: customer.registered\n", ""),
        ("  high:\n", "  higher:\n"),
    ]:
        assert was in text
        text = text.replace(was, now, 1)
    found = problems(text)
    assert [problem.path for problem in found] == [
        *("version", "versoin", "time_zone", "score.0.cap", "score.0.lable", "score.1.reading"),
        *("tiers.1.enter", "move.triggers.0.promote", "move.triggers.0.when"),
        *("labels.risk.0.when", "labels.region.source", "labels.region.group"),
        "benefits.higher",
    ]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_a_broken_part_hides_no_other_and_invents_none():
    """What stands in for the broken part is not itself found fault with."""
    text = GOOD.replace("enter: 50", "enter: fifty").replace("name: high", "name: [high]")
    assert [problem.path for problem in problems(text)] == ["tiers.1.name", "tiers.1.enter"]
    text = GOOD.replace("version: 1", "version: 1\nkinds: tasting").replace(
        "spend(365)", "interactions(9, tasting)"
    )
    assert [problem.path for problem in problems(text)] == ["kinds"]
    both = GOOD.replace("labels:", "labels: 3\nlables:")
    assert [problem.path for problem in problems(both)] == ["labels", "lables"]


@pytest.mark.parametrize("wrong", [{"zz": [1]}, [], 7, "?", None, True], ids=repr)
def test_a_broken_part_is_all_that_is_told(wrong):
    """Whatever takes the place of a part: if that is misshapen, nothing else is refused."""
    good = YAML(typ="safe").load(GOOD)
    misshapen = 0
    for path in places(good):
        document = deepcopy(good)
        value_at(document, path[:-1])[path[-1]] = wrong
        try:
            PolicyDocument.model_validate(document)
        except ValidationError:
            misshapen += 1
            for problem in problems(json.dumps(document)):
                told = tuple(problem.path.split("."))[: len(path)]
                assert told == tuple(map(str, path))[: len(told)], (path, problem)
    assert misshapen > 20


def test_a_long_expression_is_shown_around_the_character():
    """What lies far from the caret is left out."""
    long = " and ".join(["orders(30) > 1"] * 20 + ["recency >= 1"] + ["orders(30) > 1"] * 20)
    (problem,) = problems(GOOD.replace("recency_days >= 90", long))
    _, shown, caret = problem.told("p.yaml").splitlines()
    assert shown[caret.index("^") :].startswith("recency >= 1")
    assert len(shown) < 110
    assert shown.startswith("      ...")
    assert shown.endswith("...")


def test_the_caret_stands_below_wide_characters_too():
    """A Chinese character is two columns wide, a line break one."""
    found = Problem("p", 1, '"华东" ==\n1', "no", 6)
    assert found.told("f").splitlines()[1:] == ['      "华东" == 1', "              ^"]


@pytest.mark.parametrize(
    ("text", "line", "gist"),
    [
        ("", 1, "a mapping with the key `policy` is needed"),
        ("- a\n- b\n", 1, "a mapping with the key `policy` is needed"),
        ("policy", 1, "a mapping"),
        ("policy: a\nversion: [1\n", 3, "not YAML"),
        ("policy: a\npolicy: b\n", 2, "not YAML: found duplicate key"),
        ("policy: &a [*a]\n", None, ""),
        ("a: *missing\n", 1, "not YAML: found undefined alias"),
        ("a: !!python/object:os.system x\n", None, ""),
        ("a: \x00", None, "not YAML"),
        ("a: b: c\n", 1, "not YAML"),
        ("\t- a\n", 1, "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("1: a\n", None, ""),
        ("? {a: b}\n: c\n", None, ""),
    ],
)
def test_what_is_no_document_is_refused(text, line, gist):
    """Broken YAML, no mapping, odd keys: refused with the line where there is one."""
    found = problems(text)
    assert any(gist in problem.problem for problem in found)
    if line is not None:
        assert line in [problem.line for problem in found]
