"""What the shipped policies promise to the people who read them."""

import json

import pytest
from typer.testing import CliRunner

from streams.cli import app
from streams.policies.catalogue import catalogue
from streams.policies.load import load_policy, presets

LANGUAGES = {"en", "zh"}


@pytest.mark.parametrize("preset", presets())
def test_every_tier_has_display_names_and_benefits(preset):
    """Tiers are shown to customers: in English and in Chinese, with what they bring."""
    policy = load_policy(preset)
    assert all(set(tier.label) == LANGUAGES for tier in policy.tiers)
    assert list(policy.benefits) == [t.name for t in policy.tiers][::-1]
    given = [benefit for benefits in policy.benefits.values() for benefit in benefits]
    assert all(set(benefit["label"]) == LANGUAGES for benefit in given)


@pytest.mark.parametrize("preset", sorted(set(presets()) - {"b2b-fresh"}))
def test_every_value_of_a_label_has_display_names(preset):
    """In both languages; the one label of the default preset is in the short form."""
    rules = [rule for label in load_policy(preset).labels for rule in label.rules]
    assert rules
    assert all(set(rule.label) == LANGUAGES for rule in rules)


def test_presets_are_listed_with_what_each_is_for():
    """`policy presets` for people, and with --json for programs."""
    done = CliRunner().invoke(app, ["policy", "presets"])
    assert done.exit_code == 0
    words = [line.split(maxsplit=1) for line in done.output.splitlines()]
    assert words == [list(preset) for preset in catalogue()]
    assert all(preset.description.endswith(".") for preset in catalogue())
    done = CliRunner().invoke(app, ["policy", "presets", "--json"])
    assert json.loads(done.output) == [
        {"name": name, "description": description} for name, description in catalogue()
    ]
