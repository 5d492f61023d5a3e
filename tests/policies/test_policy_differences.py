"""`regrade policy diff`: every difference once, in words, by the names of the document."""

import pytest
from ruamel.yaml import YAML
from test_policy_refusals import GOOD

from streams.policies.differences import differences
from streams.policies.document import PolicyDocument
from streams.policies.load import ReadPolicy, parse_policy, presets, read_policy


def read(text: str) -> ReadPolicy:
    """A policy with its document."""
    document = PolicyDocument.model_validate(YAML(typ="safe").load(text))
    return ReadPolicy(document, parse_policy(text, "p.yaml"))


def told(*changes: tuple[str, str]) -> list[str]:
    """What is said when a text takes the place of another in the good document."""
    text = GOOD
    for was, now in changes:
        assert was in text
        text = text.replace(was, now, 1)
    return [one.text for one in differences(read(GOOD), read(text))]


@pytest.mark.parametrize(
    ("was", "now", "text"),
    [
        ("version: 1", "version: 2", "version: 1 -> 2"),
        ("time_zone: UTC", "time_zone: Asia/Tokyo", "time_zone: UTC -> Asia/Tokyo"),
        ('USD: "7.10"', "USD: 7.2", "rate of USD: 7.1 -> 7.2"),
        ('USD: "7.10"', 'USD: "7.10", EUR: 8', "rate of EUR: added (8)"),
        ('rates: {USD: "7.10"}\n', "", "rate of USD: removed (7.1)"),
        ('["^test-"]', '["^test-", "^x"]', "exclude: ^test- -> ^test-, ^x"),
        ("version: 1", "version: 1\nkinds: [tasting]", "kinds: added (tasting)"),
        ("version: 1", "version: 1\nby: spend(90)", "by: added (spend(90))"),
        (
            "version: 1",
            "version: 1\nreminders: [{name: back, since: last_active, after_days: [3, 7]}]",
            "reminder back: added (since last_active, after_days 3, 7)",
        ),
        (
            "version: 1",
            "version: 1\nwarnings: {before_days: [7, 1]}",
            "warnings before_days: added (7, 1)",
        ),
        ("weight: 0.5", "weight: 0.75", "score speed: weight 0.5 -> 0.75"),
        ("spend(365)", "spend(90)", "score amount: reading spend(365) -> spend(90)"),
        ("weight: 0.5", "weight: 0.5\n    missing: skip", "score speed: missing 0 -> skip"),
        ("enter: 50", "enter: 60", "high: enter 50 -> 60"),
        ("keep: 45", "keep: 40.5", "high: keep 45 -> 40.5"),
        ("    keep: 45\n", "    keep: 45\n    share: 0.5\n", "high: share added (0.5)"),
        (
            "    keep: 45\n",
            "    keep: 45\n  - {name: top, enter: 90}\n",
            "tier top: added (enter 90, keep 81)",
        ),
        ("hold_days: 30", "hold_days: 14", "move hold_days: 30 -> 14"),
        ("hold_days: 30", "hold_days: 30\n  steps: all", "move steps: 1 -> all"),
        (
            "calendar: monthly",
            "calendar: quarterly",
            "trigger review: calendar monthly -> quarterly",
        ),
        (
            "fires_on: any\n",
            "fires_on: any\n      when: amount > 1\n",
            "trigger crossing: when added (amount > 1)",
        ),
        (
            ">= 90",
            ">= 60",
            "label risk: value high when recency_days >= 90 -> recency_days >= 60",
        ),
        (
            "    - value: low\n",
            "    - {value: some, when: orders(9) > 1}\n    - value: low\n",
            "label risk: value some added (when orders(9) > 1)",
        ),
        ("base/company", "base/personal", "label region: group base/company -> base/personal"),
        (
            "      - value: other\n",
            "      - {value: other, label: {en: Other}}\n",
            "label region: value other label.en added (Other)",
        ),
        (
            "- name: gift",
            "- name: gift\n      value: 5 %",
            "benefits of high: gift value added (5 %)",
        ),
        ("- name: gift", "- name: flowers", None),
    ],
)
def test_a_change_is_told_in_these_words(was, now, text):
    """One change, one line."""
    if text is None:
        assert told((was, now)) == [
            "benefits of high: gift removed (plain)",
            "benefits of high: flowers added (plain)",
        ]
    else:
        assert told((was, now)) == [text]


def test_reviews_are_told_rule_by_rule():
    """What becomes of an unanswered case, and each rule by its name."""
    asked = "review_when: {default: reject, after_days: 3, rules: [{name: big, levels: 2}]}"
    more = asked.replace("levels: 2", "on: demotion, when: amount > 9").replace("3", "5")
    assert told(("version: 1", f"version: 1\n{asked}")) == [
        "review_when default: added (reject)",
        "review_when after_days: added (3)",
        "review rule big: added (on any, levels 2)",
    ]
    was, now = (GOOD.replace("version: 1", f"version: 1\n{text}") for text in (asked, more))
    assert [one.text for one in differences(read(was), read(now))] == [
        "review_when after_days: 3 -> 5",
        "review rule big: on any -> demotion",
        "review rule big: levels removed (2)",
        "review rule big: when added (amount > 9)",
    ]


def test_a_bound_that_follows_another_is_told_too():
    """A `keep` left to its default moves with `enter`."""
    shorter = GOOD.replace("    keep: 45\n", "")
    found = differences(read(shorter), read(shorter.replace("enter: 50", "enter: 60")))
    assert [one.text for one in found] == ["high: enter 50 -> 60", "high: keep 45 -> 54"]


def test_the_order_of_entries_is_told_where_it_decides():
    """Triggers and values swapped; what came new is no change of order."""
    first, second = GOOD.split("    - name: review\n")
    review, rest = second.split("labels:\n")
    start, crossing = first.split("  triggers:\n")
    swapped = f"{start}  triggers:\n    - name: review\n{review}{crossing}labels:\n{rest}"
    (one,) = differences(read(GOOD), read(swapped))
    assert one.text == "order of triggers: crossing, review -> review, crossing"
    assert one.as_json()["was"] == ["crossing", "review"]


def test_another_way_to_write_the_same_is_no_difference():
    """Blanks, brackets, quotes, decimals, a tag's path as a list."""
    assert (
        told(
            (">= 90", "   >= (90.0)"),
            ("recency_days\n", '"recency_days"\n'),
            ('"7.10"', "7.1"),
            ("enter: 50", "enter: 50.00"),
            ("base/company", "[base, company]"),
            ("cap: 1000", "cap: 1000.0"),
        )
        == []
    )


def test_the_way_back_is_the_mirror():
    """What one direction adds the other removes."""
    was, now = (read_policy(name) for name in presets()[:2])
    there, back = differences(was, now), differences(now, was)
    assert there
    assert {(one.path, one.was, one.now) for one in there if isinstance(one.was, str)} == {
        (one.path, one.now, one.was) for one in back if isinstance(one.now, str)
    }
    assert len(there) == len(back)


def test_a_difference_for_programs_has_its_parts():
    """Path, change, both values and the words."""
    (one,) = differences(read(GOOD), read(GOOD.replace("enter: 50", "enter: 60")))
    assert one.as_json() == {
        "path": ["tiers", "high", "enter"],
        "change": "changed",
        "was": "50",
        "now": "60",
        "text": "high: enter 50 -> 60",
    }
