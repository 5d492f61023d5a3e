"""Policy documents that are refused: where, on which line, and why."""

import pytest

from streams.policies.errors import PolicyRefused, Problem
from streams.policies.load import parse_policy

GOOD = """\
policy: good
version: 1
time_zone: UTC
currency: CNY
rates: {USD: "7.10"}
exclude: ["^test-"]
score:
  - name: amount
    reading: spend(365)
    cap: 1000
    weight: 1
  - name: speed
    reading: recency_days
    decay: 90
    weight: 0.5
tiers:
  - name: low
    enter: 0
  - name: high
    enter: 50
    keep: 45
move:
  hold_days: 30
  triggers:
    - name: crossing
      fires_on: any
      promote: true
    - name: review
      fires_on: tick
      calendar: monthly
      demote: true
labels:
  risk:
    - value: high
      when: recency_days >= 90
    - value: low
benefits:
  high:
    - name: gift
"""


def problems(text: str) -> list[Problem]:
    """Everything wrong with a document."""
    with pytest.raises(PolicyRefused) as refused:
        parse_policy(text, "file.yaml")
    assert str(refused.value).startswith("policy file.yaml is refused:\n")
    return refused.value.problems


# What stands in the good document, what takes its place, the path, the gist.
# A line with `#!` is the one the problem must be reported on.
CASES = [
    ("policy: good\n", "", "policy", "required"),
    ("policy: good", "policy: #!", "policy", "valid string"),
    ("policy: good", "policy: a b #!", "policy", "match pattern"),
    ("version: 1", "version: 0 #!", "version", "greater than or equal to 1"),
    ("version: 1", "version: 1.5 #!", "version", "valid integer"),
    ("version: 1", 'version: "1" #!', "version", "valid integer"),
    ("version: 1", "version: 99999999999 #!", "version", "less than 2147483648"),
    ("version: 1", "versoin: 1 #!", "versoin", "unknown key; allowed are benefits, by, cu"),
    ("time_zone: UTC", "time_zone: Mars/Base #!", "time_zone", "IANA time zone such as Asia/"),
    ("time_zone: UTC", "time_zone: ../etc #!", "time_zone", "IANA time zone"),
    ("time_zone: UTC", "time_zone: Asia #!", "time_zone", "IANA time zone"),
    ("currency: CNY", "currency: XXX #!", "currency", "unknown currency; known are AED"),
    ("currency: CNY", "currency: yuan #!", "currency", "match pattern"),
    ("currency: CNY", "currency: no #!", "currency", "match pattern"),
    ('{USD: "7.10"}', "{USD: 0} #!", "rates.USD", "a rate above 0"),
    ('{USD: "7.10"}', "{usd: 7} #!", "rates.usd", "code such as USD"),
    ('{USD: "7.10"}', "{USD: seven} #!", "rates.USD", "a number is needed"),
    ('{USD: "7.10"}', "{USD: .nan} #!", "rates.USD", "a finite number is needed"),
    ('{USD: "7.10"}', "{USD: true} #!", "rates.USD", "a number is needed"),
    ('["^test-"]', '["("] #!', "exclude.0", "not a regular expression"),
    ('["^test-"]', "test #!", "exclude", "valid list"),
    ("name: amount", "name: speed", "score.1", "the name 'speed' is used twice"),
    ("reading: spend(365)", "reading: spent(365) #!", "score.0.reading", "unknown name 'spent'"),
    ("reading: spend(365)", "reading: spend #!", "score.0.reading", "needs a window"),
    ("reading: spend(365)", "reading: spend(401) #!", "score.0.reading", "kept 400 days"),
    ("spend(365)", "trend(201) #!", "score.0.reading", "trend(201) looks back 402 days"),
    ("spend(365)", "spend(300, ending=101) #!", "score.0.reading", "looks back 401 days"),
    ("spend(365)", "spend(365) + 1 #!", "score.0.reading", "one reading is needed here"),
    ("spend(365)", "spend(365) > 1 #!", "score.0.reading", "a number is needed here"),
    ("spend(365)", "interactions(9, yawn) #!", "score.0.reading", "unknown kind 'yawn'"),
    ("spend(365)", "amount #!", "score.0.reading", "unknown name 'amount'"),
    ("    cap: 1000\n", "", "score.0", "exactly one of cap, decay, share and steps"),
    ("cap: 1000", "cap: 1000\n    share: true", "score.0", "exactly one of cap, decay"),
    ("cap: 1000", "cap: 0 #!", "score.0.cap", "greater than 0"),
    ("cap: 1000", "cap: 1e300 #!", "score.0.cap", "less than or equal to 1000000000000000"),
    ("cap: 1000", "cap: .inf #!", "score.0.cap", "less than or equal to"),
    ("cap: 1000", "share: false #!", "score.0.share", "should be True"),
    ("cap: 1000", "steps: [] #!", "score.0.steps", "at least 1 item"),
    ("cap: 1000", "steps: [{value: 1}] #!", "score.0.steps.0.from", "required"),
    ("cap: 1000", "steps: [{from: 1, value: 2}] #!", "score.0.steps.0.value", "equal to 1"),
    (
        "cap: 1000",
        "steps: [{from: 2, value: 1}, {from: 1, value: 0}] #!",
        "score.0.steps",
        "steps must go up",
    ),
    ("weight: 1\n", "weight: -1 #!\n", "score.0.weight", "greater than 0"),
    ("    weight: 1\n", "", "score.0.weight", "required"),
    ("weight: 1\n", "weight: 1\n    missing: 2 #!\n", "score.0.missing", "equal to 1"),
    ("weight: 1\n", "weight: 1\n    missing: drop #!\n", "score.0.missing", "'skip'"),
    ("enter: 0", "enter: 5 #!", "tiers.0.enter", "the lowest tier must have enter 0"),
    ("enter: 50", "enter: 0 #!", "tiers.1.enter", "must be above the 0 of the tier below"),
    ("enter: 50", "enter: 100.01 #!", "tiers.1.enter", "a score from 0 to 100 is needed"),
    ("enter: 50", "enter: 1e30 #!", "tiers.1.enter", "a score from 0 to 100 is needed"),
    ("enter: 50", "enter: 50.005 #!", "tiers.1.enter", "at most two decimals"),
    ("enter: 50", "enter: fifty #!", "tiers.1.enter", "a number is needed"),
    ("    enter: 50\n", "", "tiers.1.enter", "required"),
    ("keep: 45", "keep: 51 #!", "tiers.1.keep", "must not be above enter"),
    ("keep: 45", "keep: -1 #!", "tiers.1.keep", "a score from 0 to 100 is needed"),
    ("keep: 45", "share: 1.5 #!", "tiers.1.share", "less than or equal to 1"),
    ("keep: 45", "kepe: 45 #!", "tiers.1.kepe", "allowed are enter, keep, label, name, share"),
    ("name: low", "name: high", "tiers.1", "the name 'high' is used twice"),
    ("name: low", "name: '' #!", "tiers.0.name", "match pattern"),
    ("  - name: high\n    enter: 50\n    keep: 45\n", "", "tiers", "at least 2 items"),
    ("hold_days: 30", "hold_days: -1 #!", "move.hold_days", "greater than or equal to 0"),
    ("hold_days: 30", "hold_days: 1:30 #!", "move.hold_days", "valid integer"),
    ("hold_days: 30", "steps: 0 #!", "move.steps", "greater than or equal to 1"),
    ("hold_days: 30", "hold: 30 #!", "move.hold", "allowed are hold_days, steps, triggers"),
    ("fires_on: any", "fires_on: order #!", "move.triggers.0.fires_on.0", "allowed are any, tick"),
    ("fires_on: any", "fires_on: [] #!", "move.triggers.0.fires_on", "at least 1 item"),
    ("fires_on: any", "fires_on: any\n      when: amount #!", "move.triggers.0.when", "condition"),
    (
        "fires_on: any",
        "fires_on: any\n      when: fee > 1 #!",
        "move.triggers.0.when",
        "unknown name 'fee'",
    ),
    ("fires_on: tick", "fires_on: any", "move.triggers.1.calendar", "needs fires_on: tick"),
    (
        "calendar: monthly",
        "calendar: daily #!",
        "move.triggers.1.calendar",
        "allowed are monthly, quarterly, half-yearly",
    ),
    ("promote: true", "promote: yes #!", "move.triggers.0.promote", "valid boolean"),
    ("      promote: true\n", "", "move.triggers.0", "permits nothing"),
    ("promote: true", "promote: false", "move.triggers.0", "permits nothing"),
    ("name: crossing", "name: review", "move.triggers.1", "the name 'review' is used twice"),
    ("value: high", "value: low", "labels.risk.1", "the name 'low' is used twice"),
    ("      when: recency_days >= 90\n", "", "labels.risk.0", "only the last value may"),
    (">= 90", ">= amount #!", "labels.risk.0.when", "unknown name 'amount'"),
    (">= 90", "=> 90 #!", "labels.risk.0.when", "character 14 of 'recency_days => 90'"),
    ("  risk:", "  5: #!", "labels.5", "valid string"),
    ("  high:\n", "  higher: #!\n", "benefits.higher", "tiers are low, high"),
    ("- name: gift", "- title: gift #!", "benefits.high.0.title", "allowed are label, name, val"),
    ("when: recency_days", "wehn: recency_days #!", "labels.risk.0.wehn", "label, value, when"),
]


@pytest.mark.parametrize(("old", "new", "path", "gist"), CASES, ids=lambda text: text[:30])
def test_a_refusal_says_where_and_why(old, new, path, gist):
    """Path, line and reason of each problem are those of the place that was broken."""
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    told = [(problem.path, problem.problem, problem.line) for problem in problems(text)]
    found = [line for at, problem, line in told if at == path and gist in problem]
    assert found, told
    broken = [at for at, line in enumerate(text.splitlines(), 1) if "#!" in line]
    assert not broken or found == broken


def test_the_good_document_is_good():
    """The table starts from a policy that loads."""
    assert parse_policy(GOOD, "file.yaml").policy_id == "good"


def test_all_problems_are_told_at_once():
    """One refusal lists every problem, each with its line and what stands there."""
    text = GOOD.replace("enter: 50", "enter: 50.005").replace(">= 90", ">= amount")
    text = text.replace("time_zone: UTC", "time_zone: Mars")
    with pytest.raises(PolicyRefused) as refused:
        parse_policy(text, "file.yaml")
    lines = str(refused.value).splitlines()[1:]
    assert len(lines) == 3
    for problem in refused.value.problems:
        told = next(line for line in lines if f": {problem.path}: " in line)
        assert told.startswith(f"  file.yaml:{problem.line}: ")
        assert repr(problem.value)[:70] in told


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
