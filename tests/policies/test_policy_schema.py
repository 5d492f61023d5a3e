"""`regrade policy schema`: what the loader takes the schema takes, and it refuses wrong shapes."""

import json
from typing import Any

import pytest
from builders import document
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from random_policies import documents
from ruamel.yaml import YAML
from test_policy_refusals import GOOD, TABLE

from scoring.readings import READINGS
from scoring.units import DECIMALS
from streams.policies.document import PolicyDocument
from streams.policies.load import policy_text, presets
from streams.policies.schema import policy_schema
from streams.policies.values import FIRES_ON

SCHEMA = policy_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
SAFE = YAML(typ="safe")
GOOD_DOCUMENT = SAFE.load(GOOD)


def fits(given_: Any) -> bool:
    """Whether a document is what the schema describes."""
    return bool(VALIDATOR.is_valid(given_))


def test_the_schema_is_a_schema():
    """Of draft 2020-12, as it says."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("preset", presets())
def test_every_preset_fits(preset):
    """What is shipped shows no error in an editor."""
    assert list(VALIDATOR.iter_errors(SAFE.load(policy_text(preset)))) == []


@given(documents())
@settings(max_examples=40)
def test_what_the_loader_takes_fits(drawn):
    """The schema forbids nothing that is allowed."""
    assert list(VALIDATOR.iter_errors(drawn)) == []


@pytest.mark.parametrize(
    "snippet",
    [
        "{by: '( interactions(30, login, ending=3) )'}",
        "{rates: {USD: '7.10', EUR: 8.2}}",
        "{labels: {a: {values: [{value: x}]}}}",
        "{labels: {a: {group: [risk, churn], definition: d, source: s, values: [{value: x}]}}}",
        "{tiers: [{name: a, enter: 0}, {name: b, enter: '5.50', keep: null}]}",
    ],
)
def test_unusual_but_allowed_forms_fit(snippet):
    """Brackets, quoted numbers, tags by path or list, null for absent."""
    drawn = document(snippet)
    PolicyDocument.model_validate(drawn)
    assert list(VALIDATOR.iter_errors(drawn)) == []


def misshapen() -> list[Any]:
    """The wrong documents whose shape is wrong, as the models see it."""
    found = []
    for row in TABLE["wrong"]:
        wrong = SAFE.load(GOOD.replace(row["was"], row["is"], 1))
        if json.loads(json.dumps(wrong)) != wrong:
            continue  # a schema speaks of JSON: no numbers as keys, no nan
        try:
            PolicyDocument.model_validate(wrong)
        except ValidationError:
            found.append(pytest.param(wrong, id=row["is"].strip()[:40]))
    return found


@pytest.mark.parametrize("wrong", misshapen())
def test_a_wrong_shape_does_not_fit(wrong):
    """Every document the models refuse the schema refuses as well."""
    assert not fits(wrong)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["currency"], "XXX"),
        (["score", 0, "reading"], "spent(365)"),
        (["score", 0, "reading"], "spend"),
        (["score", 0, "reading"], "recency_days(30)"),
        (["score", 0, "reading"], "spend(365) + 1"),
        (["score", 0, "decay"], 5),
        (["score"], []),
        (["rates"], {"usd": 7}),
        (["labels"], {"a b": [{"value": "x"}]}),
        (["move", "triggers", 0, "promote"], False),
        (["labels", "region", "source"], None),
    ],
)
def test_some_wrong_meaning_does_not_fit_either(path, value):
    """Readings by name, currencies, one normaliser, a permission, whole tags."""
    assert fits(GOOD_DOCUMENT)
    wrong = SAFE.load(GOOD)
    node = wrong
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    assert not fits(wrong)


@pytest.mark.parametrize(
    ("branch", "good"),
    [
        ({}, True),
        ({"tiers": [{"name": "gold", "enter": 80}], "labels": {"activity": None}}, True),
        ({"teirs": []}, False),
        ({"version": 0}, False),
        ({"extends": 7}, False),
    ],
)
def test_a_branch_is_asked_for_no_more_than_its_keys(branch, good):
    """It says only what differs; what that means `policy check` knows."""
    assert fits({"policy": "north", "version": 1, "extends": "hq.yaml"} | branch) == good


def keys(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Every key of every section."""
    return [key for one in schema["$defs"].values() for key in one["properties"].values()]


def test_an_editor_finds_words_for_every_key():
    """Each key and each section has a description."""
    assert [key for key in keys(SCHEMA) if not key.get("description")] == []
    assert [name for name, section in SCHEMA["$defs"].items() if not section["description"]] == []


def test_an_editor_is_offered_what_may_stand_there():
    """Readings, facts, currencies, calendars and places of tags are listed."""
    defs = SCHEMA["$defs"]
    offered = defs["DimensionSection"]["properties"]["reading"]["anyOf"][0]["enum"]
    assert [text.partition("(")[0] for text in offered] == list(READINGS)
    assert defs["PolicyDocument"]["properties"]["currency"]["enum"] == list(DECIMALS)
    assert defs["TriggerSection"]["properties"]["fires_on"]["anyOf"][0]["enum"] == list(FIRES_ON)
    text = str(defs["TriggerSection"]["properties"]["calendar"])
    assert "half-yearly" in text
    assert "risk/churn" in str(defs["LabelSection"]["properties"]["group"])
