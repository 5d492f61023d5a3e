"""`regrade policy ...` as it is typed: what it prints, what it writes, how it ends."""

import json
import subprocess
import sys

import pytest
from builders import BASE
from regrade_here import regrade_here

from scoring.readings import READINGS
from streams.cli import policy
from streams.policies.load import load_policy, parse_policy, policy_text, presets

TAGGED = """
labels:
  staff:
    group: [base, company]
    definition: Size by head count
    source: customer.registered, attribute staff
    label: {zh: 规模, en: Size}
    values:
      - {value: small, when: 'attribute("staff") < 50', label: {zh: 小型, en: Small}}
      - {value: unknown}
  plain: [{value: x}]
  quiet:
    group: risk/churn
    definition: Has not bought for long
    source: orders
    values: [{value: high, when: recency_days >= 90}, {value: low}]
  sick:
    group: risk/complaint
    definition: Complains
    source: interactions
    values: [{value: often, when: complaints(365) >= 3}]
"""
TREE = """\
base
  company
    staff (规模, Size)
      definition: Size by head count
      source: customer.registered, attribute staff
      small (小型, Small)  when attribute("staff") < 50
      unknown            otherwise
risk
  churn
    quiet
      definition: Has not bought for long
      source: orders
      high  when recency_days >= 90
      low   otherwise
  complaint
    sick
      definition: Complains
      source: interactions
      often  when complaints(365) >= 3
no tags, for want of group, definition and source: plain
"""


def typed(*words: str, cwd=None, code: int = 0) -> str:
    """What `regrade policy ...` prints, stdout when it is well and stderr when not."""
    done = regrade_here("policy", *words, cwd=cwd)
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    return done.out if code == 0 else done.out + done.err


def written(path, text: str) -> str:
    """A file with this text; its path."""
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def tagged(tmp_path):
    """A policy with tags in two groups, and a label that is none."""
    return written(tmp_path / "tagged.yaml", BASE + TAGGED)


def test_tags_prints_the_tree(tagged):
    """Groups once, in the order of the tree; value, condition, definition, source."""
    assert typed("tags", tagged) == TREE


def test_tags_as_json(tagged):
    """Everything a program needs to draw the tree."""
    told = json.loads(typed("tags", tagged, "--json"))
    assert (told["policy"], told["version"], told["untagged"]) == ("test", 1, ["plain"])
    assert [tag["tag"] for tag in told["tags"]] == ["staff", "quiet", "sick"]
    assert told["tags"][0] == {
        "tag": "staff",
        "group": ["base", "company"],
        "label": {"zh": "规模", "en": "Size"},
        "definition": "Size by head count",
        "source": "customer.registered, attribute staff",
        "values": [
            {
                "value": "small",
                "when": 'attribute("staff") < 50',
                "label": {"zh": "小型", "en": "Small"},
            },
            {"value": "unknown", "when": None, "label": {}},
        ],
    }


def test_a_tag_is_part_of_the_policy(tagged):
    """Whoever grades by it can say what it means."""
    labels = {label.name: label for label in load_policy(tagged).labels}
    assert labels["quiet"].tag.group == ("risk", "churn")
    assert labels["staff"].label["en"] == "Size"
    assert labels["staff"].rules[0].label["zh"] == "小型"
    assert labels["plain"].tag is None


@pytest.mark.parametrize("preset", presets())
def test_init_writes_a_file_to_start_from(preset, tmp_path):
    """The preset with its comments below a header; it is good and differs in nothing."""
    typed("init", preset, cwd=tmp_path)
    text = (tmp_path / "my-policy.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=policy.schema.json\n")
    assert text.endswith(policy_text(preset))
    assert parse_policy(text, "my-policy.yaml").policy_id == preset
    for line in text.splitlines():
        if line.startswith("#   regrade policy check"):
            assert line == "#   regrade policy check my-policy.yaml"
    assert typed("diff", preset, "my-policy.yaml", cwd=tmp_path) == "no difference\n"


def test_init_overwrites_only_when_told(tmp_path):
    """A file that is there stays, unless --force is said."""
    path = tmp_path / "mine.yaml"
    path.write_text("precious")
    said = typed("init", "b2b-fresh", "mine.yaml", cwd=tmp_path, code=1)
    assert said == "regrade: mine.yaml is there already: name another, or say --force\n"
    assert path.read_text() == "precious"
    typed("init", "b2b-fresh", "mine.yaml", "--force", cwd=tmp_path)
    assert path.read_text(encoding="utf-8").endswith(policy_text("b2b-fresh"))


def test_init_names_a_file_as_a_shell_takes_it(tmp_path):
    """The commands of the header can be pasted."""
    typed("init", "b2b-fresh", "my shop.yaml", cwd=tmp_path)
    assert "#   regrade policy check 'my shop.yaml'\n" in (tmp_path / "my shop.yaml").read_text(
        encoding="utf-8"
    )


def test_init_says_what_it_cannot_do(tmp_path):
    """No such preset is a wrong use, no such folder a failure."""
    said = typed("init", "b2b-frsh", cwd=tmp_path, code=2)
    assert "presets are b2b-fresh" in " ".join(said.split())
    said = typed("init", "b2b-fresh", "no/where.yaml", cwd=tmp_path, code=1)
    assert said == "regrade: no/where.yaml cannot be written: No such file or directory\n"


def test_check_as_json(tmp_path):
    """A program reads whether it is good, and if not every problem by its parts."""
    assert json.loads(typed("check", "b2b-fresh", "--json")) == {
        "source": "b2b-fresh",
        "good": True,
        "policy": "b2b-fresh",
        "version": 1,
        "problems": [],
    }
    path = written(tmp_path / "bad.yaml", BASE.replace("enter: 100", "enter: x"))
    told = json.loads(typed("check", path, "--json", code=1))
    (problem,) = told.pop("problems")
    assert told == {"source": path, "good": False}
    assert problem.pop("line") > 1
    assert problem == {
        "path": "tiers.1.enter",
        "value": "x",
        "problem": "a number is needed",
        "at": None,
        "file": None,
    }


def test_diff_says_what_changes_and_warns_of_one_version(tmp_path):
    """In words, for programs, and on stderr that the version must go up."""
    old = written(tmp_path / "old.yaml", BASE)
    new = written(tmp_path / "new.yaml", BASE.replace("enter: 100", "enter: 120"))
    command = [sys.executable, "-m", "streams", "policy", "diff", old, new]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "silver: enter 100 -> 120\nsilver: keep 90 -> 108\n"
    assert "test version 1: raise the version" in done.stderr
    told = json.loads(typed("diff", old, new, "--json"))
    assert [one["text"] for one in told] == done.stdout.splitlines()


def test_diff_refuses_what_is_no_policy(tmp_path):
    """As `check` does."""
    said = typed("diff", "b2b-fresh", str(tmp_path / "none.yaml"), code=1)
    assert "cannot be read: No such file or directory; presets are" in said


def test_readings_lists_the_catalogue():
    """One row a reading, with its arguments; as JSON the same."""
    rows = typed("readings").splitlines()
    listed = json.loads(typed("readings", "--json"))
    assert [one["name"] for one in listed] == list(READINGS)
    for one, row in zip(listed, rows[1:], strict=False):
        assert row.startswith(one["written"])
        assert one["is"] in row
        assert ", ".join(one["made_from"]) in row
    assert all(one["made_from"] for one in listed)


def test_schema_prints_json():
    """What is piped into a file is the schema."""
    assert json.loads(typed("schema"))["title"] == "regrade policy"


def test_show_prints_a_policy_to_the_letter():
    """Comments and all."""
    assert typed("show", "grocery-usd") == policy_text("grocery-usd")


def test_every_policy_command_has_an_example():
    """`--help` shows how it is typed."""
    for command in policy.app.registered_commands:
        assert "Example: `regrade policy " in str(command.callback.__doc__), command.callback
