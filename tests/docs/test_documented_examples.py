"""The examples in the documents are what the program makes of them."""

import asyncio
import json
from typing import Any

import builders
import pytest
from pages import ROOT, blocks, section, table, text_of
from runs import run

from scoring.policy import Policy
from streams.policies.differences import differences
from streams.policies.errors import PolicyRefused
from streams.policies.load import load_policy, parse_policy, read_policy
from streams.replay.csv_rows import CsvRows
from streams.replay.files import read_file
from streams.replay.json_lines import read_json_lines
from streams.replay.memory import run_in_memory
from streams.replay.results import Results

DAY_MS = 86_400_000
NOON_MS = 1_767_286_800_000  # 2026-01-01 12:00 in New York


def grade(source: Any, policy: Policy) -> Results:
    """What the in-memory engine gives."""
    return asyncio.run(run_in_memory(source, policy))


def order(number: int, day: int, amount: float) -> dict[str, Any]:
    """An order of customer c-1."""
    return {
        "type": "order.paid",
        "event_id": f"e-{number}",
        "customer_id": "c-1",
        "occurred_at": NOON_MS + day * DAY_MS,
        "order_id": f"o-{number}",
        "amount": amount,
    }


def reached() -> dict[str, Any]:
    """A campaign reaches customer c-1: the label `activity` moves."""
    common = {key: order(9, 2, 0)[key] for key in ("customer_id", "occurred_at")}
    return {"type": "interaction", "event_id": "e-9", "kind": "campaign", **common}


@pytest.fixture(scope="module")
def changes() -> list[dict[str, Any]]:
    """A first grade, an upgrade to the tier below the top, a label change."""
    events = [order(1, 0, 1), order(2, 1, 1200), reached()]
    lines = [json.dumps(event).encode() for event in events]
    results = grade(read_json_lines(lines), load_policy("grocery-usd"))
    return [json.loads(body) for body in results.changes]


def one(changes: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The change of a type."""
    return next(change for change in changes if change["type"] == kind)


def keys_of(value: Any) -> Any:
    """The keys of a JSON value in their order, all the way down."""
    if isinstance(value, dict):
        return {key: keys_of(inner) for key, inner in value.items()}
    return [keys_of(inner) for inner in value] if isinstance(value, list) else None


def sample(page: str, heading: str | None = None) -> dict[str, Any]:
    """The first JSON block of a page or section."""
    text = text_of(page)
    found: dict[str, Any] = json.loads(
        blocks(section(text, heading) if heading else text, "json")[0]
    )
    return found


def test_the_event_in_the_readme_has_the_keys_of_a_published_one(changes):
    """Every key, in its order, nested ones included."""
    shown, made = sample("README.md"), one(changes, "tier.upgraded")
    assert json.dumps(keys_of(shown)) == json.dumps(keys_of(made))


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("The body of a tier change", "tier.upgraded"),
        ("The body of a label change", "label.changed"),
    ],
)
def test_the_events_for_consumers_have_the_keys_of_published_ones(changes, heading, kind):
    """The sample and the table of fields below it."""
    shown, made = sample("docs/consumers.md", heading), one(changes, kind)
    assert json.dumps(keys_of(shown)) == json.dumps(keys_of(made))
    fields = table(section(text_of("docs/consumers.md"), heading), "field")
    assert [row["field"] for row in fields] == list(made)


def test_a_field_that_is_said_never_to_be_null_is_not(changes):
    """For every change of the small history, label and tier alike."""
    headings = {"label.changed": "The body of a label change"}
    for change in changes:
        heading = headings.get(change["type"], "The body of a tier change")
        rows = table(section(text_of("docs/consumers.md"), heading), "field")
        never = [row["field"] for row in rows if row["null"] == "no"]
        always = [row["field"] for row in rows if row["null"] == "always"]
        assert [field for field in never if change[field] is None] == []
        assert [field for field in always if change[field] is not None] == []


def test_the_small_history_gives_what_the_readme_says():
    """Line by line as the example consumer prints it, customer by customer."""
    rows = read_file(str(ROOT / "examples" / "history.csv"))
    made = [json.loads(body) for body in grade(rows, load_policy("grocery-usd")).changes]
    printed = [
        f"{change['customer_id']} {change['from']} -> {change['to']} {change['trigger']}"
        for change in made
        if change["type"] != "label.changed"
    ]
    shown = blocks(section(text_of("README.md"), "Consume tier changes"), "text")[0]
    assert shown.splitlines() == sorted(printed, key=lambda line: line.partition(" ")[0])


def policies(start: str) -> list[str]:
    """The policies of docs/policy.md that begin so."""
    return [b for b in blocks(text_of("docs/policy.md"), "yaml") if b.startswith(start)]


def test_the_example_policy_is_good():
    """It loads, and grades a history."""
    (example,) = policies("policy: corner-shop")
    policy = parse_policy(example, "corner-shop.yaml")
    assert policy.policy_id == "corner-shop"
    (line,) = grade(read_json_lines([json.dumps(order(1, 0, 10)).encode()]), policy).customers
    assert line["tier"] == "guest"


def test_the_broken_policy_is_refused_in_the_words_shown():
    """The output in the document is that of `regrade policy check`."""
    (broken,) = policies("policy: broken")
    with pytest.raises(PolicyRefused) as refused:
        parse_policy(broken, "my-policy.yaml")
    shown = blocks(section(text_of("docs/policy.md"), "What a refusal looks like"), "text")[0]
    assert shown.rstrip() == f"regrade: {refused.value}"


CHANGES = [
    ("version: 1", "version: 2"),
    ('CHF: "1.05"', 'CHF: "1.07"'),
    ("cap: 600", "cap: 800"),
    ("enter: 40", "enter: 45"),
    ("  - {name: friend,  enter", "  - {name: member, enter: 60}\n  - {name: friend,  enter"),
    ("hold_days: 30", "hold_days: 14"),
    ("    - {name: crossing,   fires_on: any, promote: true}\n", ""),
    ("recency_days >= 60", "recency_days >= 45"),
    ("{name: free-delivery,", "{name: delivery, label: {en: Delivery}}, {name: free-delivery,"),
]


def test_the_differences_shown_are_those_found(tmp_path):
    """The example policy and what becomes of it by some changes."""
    (example,) = policies("policy: corner-shop")
    changed = example
    for was, now in CHANGES:
        assert was in changed
        changed = changed.replace(was, now, 1)
    files = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for file, text in zip(files, (example, changed), strict=True):
        file.write_text(text, encoding="utf-8")
    old, new = (read_policy(str(file)) for file in files)
    shown = blocks(section(text_of("docs/policy.md"), "Comparing two policies"), "text")[0]
    assert shown.splitlines() == [one.text for one in differences(old, new)]


def test_the_example_tag_is_good():
    """It stands in the tree as the document says."""
    (labels,) = [b for b in blocks(text_of("docs/policy.md"), "yaml") if b.startswith("labels:")]
    (example,) = policies("policy: corner-shop")
    before, _, _ = example.partition("labels:")
    (label,) = parse_policy(before + labels, "corner-shop.yaml").labels
    assert label.tag.group == ("base", "company")


def test_the_csv_example_is_refused_where_the_document_says():
    """Rows the reader refuses and rows the policy refuses, by line."""
    page = section(text_of("docs/replay-files.md"), "CSV")
    rows = CsvRows("example.csv", blocks(page, "csv")[0].encode().splitlines(keepends=True))
    results = grade(rows, load_policy("b2b-fresh"))
    shown = [(int(r["line"]), r["reason"], r["detail"]) for r in table(page, "line")]
    assert [tuple(row) for row in sorted(results.rejected)] == shown
    assert rows.adjustments == 1
    assert [customer["customer_id"] for customer in results.customers] == ["c-1"]


@pytest.mark.parametrize(
    ("page", "heading"), [("docs/replay-files.md", "JSON lines"), ("docs/producers.md", "Fields")]
)
def test_the_json_examples_are_taken(page, heading):
    """Every line of the example is folded; none is refused."""
    lines = blocks(section(text_of(page), heading), "json")[0].encode().splitlines()
    results = grade(read_json_lines(lines), load_policy("b2b-fresh"))
    assert results.rejected == []
    assert [customer["tier"] for customer in results.customers] == ["bronze"]


def test_consumers_lists_every_key_of_an_override():
    """In the order in which they are published."""
    held = builders.log(builders.order(0, 10), builders.override(1, "pin", "gold"))
    change = run(builders.policy(), held).changes[-1]
    text = text_of("docs/consumers.md")
    rows = table(text[text.index("An override has:") :], "key")
    assert [row["key"] for row in rows] == list(change["override"])
