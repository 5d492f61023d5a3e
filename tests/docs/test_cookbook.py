"""The policy cookbook: every recipe is run, and prints what the page shows."""

import re

import pytest
from console import lay_out, said, sessions
from pages import blocks, text_of

from streams.policies.load import load_policy, presets

PAGE = text_of("docs/cookbook.md")
RECIPES = {
    part.partition("\n")[0]: part
    for part in re.split(r"^##+ ", PAGE, flags=re.MULTILINE)[1:]
    if blocks(part, "console")
}


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_prints_what_is_shown(title, tmp_path, monkeypatch, capsys):
    """Files as named in the blocks, commands one after the other in one folder."""
    monkeypatch.chdir(tmp_path)
    lay_out(RECIPES[title], tmp_path)
    for command, shown in sessions(RECIPES[title]):
        assert said(command, capsys, monkeypatch) == shown, command


@pytest.mark.parametrize("title", [one for one in RECIPES if one != "When it is refused"])
def test_a_recipe_is_a_good_policy(title, tmp_path, monkeypatch):
    """Each of its files loads, with all it extends."""
    monkeypatch.chdir(tmp_path)
    lay_out(RECIPES[title], tmp_path)
    for path in tmp_path.glob("*.yaml"):
        assert load_policy(path.name).policy_id != ""


def test_every_preset_has_a_recipe():
    """Under its own name."""
    assert [title for title in RECIPES if title in presets()] == presets()
