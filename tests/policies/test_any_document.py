"""Whatever a document says, it is refused with reasons or it works."""

import json
from copy import deepcopy
from typing import Any

import pytest
from builders import day_reached, document, interaction, log, order, policy, policy_from, refund
from hypothesis import given
from hypothesis import strategies as st
from random_policies import documents
from ruamel.yaml import YAML
from runs import run

from streams.policies.errors import PolicyRefused
from streams.policies.load import load_policy, parse_policy, policy_text, presets

B2B = YAML(typ="safe").load(policy_text("b2b-fresh"))
EVENTS = log(order(0, 60), interaction(1), refund(2, 5), order(9, 900), day_reached(200))

NUMBERS = [0, -1, 1, 3.5, 10**6, 10**30, -(10**30), 1e300, -1e300, 5e-324, float("inf")]
TEXTS = [
    *("", "a", "any", "tick", "1e999", "-1e-999", "NaN", "monthly", "all", "skip", "\x00", "é"),
    *("spend(365)", "recency_days", "recency_days >= 99999999", "tenure_days", "spend(400)"),
    *("trend(200) > -1", "amount >= 1", "1 / 0 == 0", "not 1 < 2", "kind == 'login'"),
    *("attribute('x') == 'y'", "attribute('x') < spend(30)", "risk/churn", "risk", " "),
]
KEYS = ["steps", "when", "missing", "by", "group", "source", "values", "int", "kinds"]
LEAVES = st.sampled_from([None, True, False, *NUMBERS, *TEXTS, [], {}])
VALUES = LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(st.sampled_from("ab"), LEAVES)


def places(node: Any, path: tuple = ()) -> list[tuple]:
    """Every path of a document."""
    below: list[tuple] = [path] if path else []
    items = node.items() if isinstance(node, dict) else ()
    items = enumerate(node) if isinstance(node, list) else items
    for key, value in items:
        below += places(value, (*path, key))
    return below


@st.composite
def broken(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """A document with one to three values replaced, added or taken away."""
    document = deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(places(document) or [("policy",)]))
        node: Any = document
        for part in above:
            node = node[part]
        how = draw(st.sampled_from(["replace", "replace", "add", "drop"]))
        if how == "replace":
            node[last] = draw(VALUES)
        elif how == "drop":
            node.pop(last, None) if isinstance(node, dict) else node.pop(last)
        elif isinstance(node, dict):
            node[draw(st.sampled_from([*KEYS, "x", "5"]))] = draw(VALUES)
        else:
            node.append(draw(VALUES))
    return document


@given(st.data())
def test_a_broken_document_is_refused_or_works(data):
    """No change to a policy makes the loader fail, nor a policy it let through."""
    whole = data.draw(st.just(B2B) | documents())
    try:
        rules = parse_policy(json.dumps(data.draw(broken(whole))), "broken")
    except PolicyRefused:
        return
    run(rules, EVENTS)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_no_text_makes_the_loader_fail_otherwise(text):
    """Whatever a file holds, it is a policy or it is refused."""
    with pytest.raises(PolicyRefused):
        parse_policy(text, "text")


@pytest.mark.parametrize("preset", presets())
def test_a_preset_loads_and_grades(preset):
    """Every shipped policy is valid and makes a first grade of a first order."""
    rules = load_policy(preset)
    assert rules.policy_id == preset
    first = run(rules, EVENTS).changes[0]
    assert (first["type"], first["to"]) == ("tier.assigned", rules.tiers[0].name)


def test_the_default_is_a_preset():
    """What is loaded without a name is shipped."""
    assert load_policy().policy_id in presets()


def test_a_file_is_read_by_its_path(tmp_path):
    """A path that is no preset's name is a file; a missing one says what presets are."""
    path = tmp_path / "mine.yaml"
    path.write_text(policy_text("b2b-fresh").replace("version: 1", "version: 7"))
    assert load_policy(str(path)).version == 7
    with pytest.raises(PolicyRefused, match="presets are b2b-fresh, grocery-usd"):
        load_policy(str(tmp_path / "none.yaml"))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyRefused, match="is not UTF-8 text"):
        load_policy(str(path))
    with pytest.raises(PolicyRefused, match="cannot be read"):
        load_policy(str(tmp_path))


def test_two_texts_of_one_version_are_told_apart():
    """The fingerprint is that of the text, to the byte."""
    text = policy_text("b2b-fresh")
    prints = {parse_policy(t, "x").fingerprint for t in (text, text + "\n", text)}
    assert len(prints) == 2


def test_yaml_is_read_as_version_1_2():
    """`on`, `no` and `1:30` are texts, not truths and not sixty-fold numbers."""
    rules = policy("labels: {answer: [{value: no, when: 'orders(30) > 1'}, {value: on}]}")
    assert [rule.value for rule in rules.labels[0].rules] == ["no", "on"]


def test_what_a_policy_leaves_out_has_its_documented_default():
    """Keep is nine tenths of enter, a demotion one step, a hold 30 days."""
    text = """
policy: short
version: 1
by: orders(365)
tiers: [{name: a, enter: 0}, {name: b, enter: 55}, {name: c, enter: 60.15}]
move: {triggers: [{name: x, fires_on: any, demote: true}]}
"""
    rules = parse_policy(text, "short")
    assert [str(tier.keep) for tier in rules.tiers] == ["0", "49.50", "54.14"]
    assert (rules.hold_days, rules.triggers[0].steps) == (30, 1)
    assert (rules.time_zone, rules.currency) == ("Asia/Shanghai", "CNY")
    assert rules.eligible == "first_order"


@given(documents())
def test_a_document_in_memory_means_what_its_text_means(drawn):
    """The short way of the tests leads to the same policy, fingerprint included."""
    assert policy_from(drawn) == parse_policy(json.dumps(drawn), "test")


def test_a_document_in_memory_is_refused_as_its_text_is():
    """By shape and by meaning, with the same words."""
    for wrong in ({"tiers": "none"}, {"by": "spend(30) +"}, {"version": 0}):
        changed = document() | wrong
        with pytest.raises(PolicyRefused) as as_text:
            parse_policy(json.dumps(changed), "test")
        with pytest.raises(PolicyRefused) as in_memory:
            policy_from(changed)
        assert str(in_memory.value) == str(as_text.value)
