"""A branch's policy laid over that of headquarters (R40): what counts, and what is refused."""

import hashlib
import json

import pytest
from builders import BASE
from test_policy_commands import typed, written
from test_policy_differences import read

from streams.policies.differences import differences
from streams.policies.errors import PolicyRefused
from streams.policies.load import (
    load_policy,
    parse_policy,
    policy_text,
    presets,
    read_policy,
    resolved_text,
)

HQ = (
    BASE
    + """\
rates: {USD: "7.10", EUR: 8}
exclude: ["^test-"]
labels:
  risk: [{value: high, when: recency_days >= 90}, {value: low}]
  mood: [{value: fine}]
benefits:
  gold: [{name: lounge, value: small}, {name: gift}]
"""
)
BRANCH = "policy: north\nversion: 7\nextends: hq.yaml\n"


@pytest.fixture
def branch(tmp_path):
    """Writes a branch beside headquarters; its path."""
    written(tmp_path / "hq.yaml", HQ)
    return lambda text="", name="north.yaml": written(tmp_path / name, BRANCH + text)


def told(path: str) -> list[str]:
    """What differs from headquarters, name and version aside."""
    name, version, *others = [one.text for one in differences(read(HQ), read_policy(path))]
    assert (name, version) == ("policy: test -> north", "version: 1 -> 7")
    return others


def test_a_branch_that_says_nothing_is_headquarters_under_its_own_name(branch):
    """Name and version are never taken over."""
    assert told(branch()) == []


@pytest.mark.parametrize(
    ("text", "differ"),
    [
        ("tiers: [{name: gold, enter: 300}]", ["gold: enter 200 -> 300", "gold: keep 180 -> 270"]),
        ("move: {hold_days: 7}", ["move hold_days: 30 -> 7"]),
        ("rates: {EUR: 9}", ["rate of EUR: 8 -> 9"]),
        ("rates: {EUR: }", ["rate of EUR: removed (8)"]),
        ("exclude: [x]", ["exclude: ^test- -> x"]),
        ("exclude: ", ["exclude: removed (^test-)"]),
        ("labels: {mood: }", ["label mood: removed (value fine when otherwise)"]),
        (
            "tiers: [{name: gold, remove: true}]\nbenefits: {gold: }",
            [
                "tier gold: removed (enter 200, keep 180)",
                "benefits of gold: removed (lounge value small, gift plain)",
            ],
        ),
        (
            "tiers: [{name: silver}, {name: plus, enter: 150}]",
            ["tier plus: added (enter 150, keep 135)"],
        ),
        ("tiers: [{name: top, enter: 400}]", ["tier top: added (enter 400, keep 360)"]),
        (
            "labels: {risk: [{value: medium, when: recency_days >= 30}, {value: low}]}",
            ["label risk: value medium added (when recency_days >= 30)"],
        ),
        (
            "benefits: {gold: [{name: lounge, value: large}]}",
            ["benefits of gold: lounge value small -> large"],
        ),
        (
            "move: {triggers: [{name: review, calendar: quarterly}]}",
            ["trigger review: calendar monthly -> quarterly"],
        ),
    ],
)
def test_what_a_branch_says_counts(branch, text, differ):
    """By key and by name; new entries beside their neighbours, what is taken away is gone."""
    assert told(branch(text)) == differ


def test_a_chain_of_bases_and_presets(tmp_path, branch):
    """A branch of a branch in another folder; a preset is a base as well."""
    branch("move: {hold_days: 7}")
    (tmp_path / "south").mkdir()
    low = written(
        tmp_path / "south" / "city.yaml",
        "policy: city\nversion: 1\nextends: ../north.yaml\nmove: {steps: all}\n",
    )
    policy = load_policy(low)
    assert (policy.policy_id, policy.hold_days, policy.tiers[2].name) == ("city", 7, "gold")
    own = written(tmp_path / "own.yaml", "policy: own\nversion: 2\nextends: b2b-fresh\n")
    found = differences(read_policy("b2b-fresh"), read_policy(own))
    assert [one.path for one in found] == [("policy",), ("version",)]


@pytest.mark.parametrize("preset", presets())
def test_the_resolved_text_is_the_policy(tmp_path, preset):
    """It means the same, and its fingerprint is the branch's; without a base it is the text."""
    path = written(tmp_path / "own.yaml", f"policy: {preset}\nversion: 2\nextends: {preset}\n")
    text = resolved_text(path)
    assert parse_policy(text, "x") == load_policy(path)
    assert load_policy(path).fingerprint == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert resolved_text(preset) == policy_text(preset)
    assert typed("show", path, "--resolved") == text


def test_a_change_at_headquarters_changes_the_fingerprint_of_the_branch(tmp_path, branch):
    """A worker would see that it is another policy."""
    path = branch()
    before = load_policy(path).fingerprint
    written(tmp_path / "hq.yaml", HQ.replace("hold_days: 30", "hold_days: 31"))
    assert load_policy(path).fingerprint != before


@pytest.mark.parametrize(
    ("text", "line", "gist"),
    [
        ("tiers: [{name: golden, remove: true}]", 4, "hq.yaml has no 'golden' to take away"),
        ("labels: {mod: }", 4, "labels.mod: "),
        ("tiers:\n  - {name: gold, enter: 7, remove: true}", 5, "remove: true stands alone"),
        ("tiers: [{name: a, enter: 1}, {name: a}]", 4, "the name 'a' is used twice"),
        ("tiers: [{name: gold, remove: true}]", 22, "no such tier; tiers are bronze, silver"),
        ("tiers:\n  - {name: silver, enter: 250}", 10, "must be above the 250 of the tier below"),
        ("move:\n  hold_days: soon", 5, "a whole number is needed"),
    ],
)
def test_errors_point_into_the_file_that_says_so(branch, text, line, gist):
    """The branch's line, or that of headquarters."""
    path = branch(text)
    with pytest.raises(PolicyRefused) as refused:
        load_policy(path)
    said = str(refused.value)
    file = path if line < 10 else path.replace("north", "hq")
    assert gist in said
    assert f"  {file}:{line}: " in said


def test_missing_bases_and_circles_are_refused(tmp_path, branch):
    """With the line of `extends`."""
    lost = written(tmp_path / "lost.yaml", "policy: a\nversion: 1\nextends: none.yaml\n")
    ring = written(tmp_path / "a.yaml", "policy: a\nversion: 1\nextends: b.yaml\n")
    written(tmp_path / "b.yaml", "policy: b\nextends: ./a.yaml\n")
    odd = written(tmp_path / "odd.yaml", "policy: a\nversion: 1\nextends: [x]\n")
    for path, place, gist in (
        (lost, f"{lost}:3: extends: ", "cannot be read: No such file or directory; presets are"),
        (ring, f"{tmp_path}/b.yaml:2: extends: ", "goes round in a circle: "),
        (odd, f"{odd}:3: extends: ", "the name of a preset or the path of a file is needed"),
    ):
        with pytest.raises(PolicyRefused) as refused:
            load_policy(path)
        assert place in str(refused.value)
        assert gist in str(refused.value)


def test_drift_lists_where_branches_differ(branch):
    """In the words of `policy diff`; those that do not are only counted."""
    hq, same = branch().replace("north", "hq"), branch()
    other = branch("move: {hold_days: 7}\nexclude: ['[x]']\n", "south.yaml")
    lines = typed("drift", hq, same, other).splitlines()
    assert lines[0] == f"1 of 2 branches differ from {hq}"
    assert lines[-2].split(maxsplit=1) == [other, "exclude: ^test- -> [x]"]
    assert lines[-1].strip() == "move hold_days: 30 -> 7"
    rows = json.loads(typed("drift", hq, same, other, "--json"))["branches"]
    assert [len(row["differences"]) for row in rows] == [0, 2]
    assert typed("drift", hq, same) == f"0 of 1 branches differ from {hq}\n"
