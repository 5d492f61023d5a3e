"""What stands on the topics is what the documents promise (R50)."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.release_record import contracts_of
from journeys.test_doctor_command import settings_of
from journeys.wire_input import Sent, order, send
from jsonschema import Draft202012Validator, FormatChecker
from releases import latest

from streams.clock import SystemClock
from streams.contracts.comparison import broken
from streams.contracts.compatibility import breaks, demands
from streams.contracts.documents import INPUTS, OUTPUTS, files, schema_of

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "deploy" / "contracts"
WHO = ("--reason", "key account", "--author", "kim")
BY_TOPIC: dict[str, list[dict[str, Any]]] = defaultdict(list)
for message in (*INPUTS, *OUTPUTS):
    BY_TOPIC[message.topic].append(schema_of(message))


def fitting(topic: str, body: Any) -> list[str]:
    """The schemas of a topic that a body fits, each field of it named there."""
    return [
        schema["$id"]
        for schema in BY_TOPIC[topic]
        if Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(body)
        and set(body) <= set(schema["properties"])
    ]


def test_the_committed_documents_are_those_of_the_code():
    """`regrade schemas --out deploy/contracts` would change nothing."""
    written = {
        str(path.relative_to(COMMITTED)): json.loads(path.read_text("utf-8"))
        for path in COMMITTED.rglob("*.json")
    }
    assert written == files()


@pytest.mark.parametrize("message", [*INPUTS, *OUTPUTS], ids=lambda message: message.name)
def test_every_schema_is_one(message):
    """By the schema of schemas, with every reference to something that is there."""
    schema = schema_of(message)
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    for name in {part.partition('"')[0] for part in text.split('"#/$defs/')[1:]}:
        assert name in schema["$defs"]


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    """Within the document, or to a schema beside it."""
    documents = files()
    whole = documents["asyncapi.json"]

    def check(part: Any) -> None:
        """Follow every `$ref`."""
        for name, value in part.items() if isinstance(part, dict) else ():
            if name == "$ref" and value.startswith("#/"):
                place = whole
                for step in value[2:].split("/"):
                    place = place[step]
            elif name == "$ref":
                assert value in documents
            else:
                check(value)

    check(whole)
    assert set(whole["channels"]) == {m.topic for m in (*INPUTS, *OUTPUTS)} | {"dead-letters"}


@pytest.mark.parametrize("page", ["consumers.md", "producers.md", "privacy.md"])
def test_the_documented_examples_keep_the_promise(page):
    """Every whole JSON example of an event fits one schema."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    blocks = [part.partition("```")[0] for part in text.split("```json\n")[1:]]
    assert blocks
    for block in blocks:
        body = json.loads(block)
        fits = [name for topic in BY_TOPIC for name in fitting(topic, body)]
        assert len(fits) == 1, (fits, body)


async def test_published_records_are_read_by_another_library(stack, tmp_path):
    """Each is one message of its topic, and a CloudEvent to the official SDK with the same id."""
    now = SystemClock().now_ms()
    records = [
        Sent(
            "orders", name.encode(), json.dumps(order(0, name, paid, occurred_at=now)).encode(), now
        )
        for name, paid in (("ann", 40), ("bob", 4_000))
    ]
    bad = Sent("orders", b"cyd", json.dumps(order(0, "cyd", -1)).encode(), now)
    key = {"REGRADE_CLOCK": "wall", "REGRADE_ERASURE_KEY": "a-key-of-this-test-only"}
    async with Programme(stack, tmp_path, "promise", **key) as programme:
        await programme.worker()
        await send(stack.bootstrap, programme.prefix, [*records, bad])
        await programme.taken(3)
        settings = settings_of(programme)
        for words in (
            ("override", "set", "ann", "--floor", "gold", *WHO),
            ("override", "set", "bob", "--pin", "nonsense", *WHO),
            ("recalculate", "bob"),
            ("erase", "ann", *WHO, "--yes"),
        ):
            await regrade(*words, settings=settings)
        await programme.taken(7)
        seen: set[str] = set()
        for topic in {message.topic for message in OUTPUTS}:
            for record in await programme.published(topic):
                headers = dict(record.headers)
                event = from_binary(
                    KafkaMessage(headers=headers, key=record.key, value=record.value or b"null"),
                    JSONFormat(),
                )
                assert event.get_id() == headers["ce_id"].decode()
                assert event.get_source() == "/regrade/grocery-usd"
                if record.value is None:
                    continue
                body = json.loads(record.value)
                assert event.get_data() == body
                (name,) = fitting(topic, body)
                seen.add(name)
        promised = {"tier-change", "customer-erased", "current-tier", "audit-entry"}
        promised |= {"command-done", "command-rejected"}
        assert {f"urn:regrade:{name}:v1" for name in promised} <= seen
        letters = await programme.published("dead-letters")
        needed = files()["asyncapi.json"]["components"]["messages"]["dead-letter"]["headers"]
        for letter in letters:
            assert set(needed["required"]) <= set(dict(letter.headers))


def test_a_removed_or_retyped_field_is_a_break():
    """At any depth; a field more is none."""
    old = json.loads((COMMITTED / "schemas" / "tier-change.json").read_text("utf-8"))
    assert breaks(old, old) == []
    more = json.loads(json.dumps(old))
    more["properties"]["colour"] = {"type": "string"}
    assert breaks(old, more) == []
    less = json.loads(json.dumps(old))
    del less["properties"]["tier"]
    less["$defs"]["Keep"]["properties"]["at"]["type"] = "string"
    less["$defs"]["PolicyNamed"]["required"].remove("id")
    less["properties"]["score"] = {"type": "number"}
    assert breaks(old, less) == [
        "tier: is gone",
        "score: was ['null', 'number'], would be ['number']",
        "policy.id: may now be missing",
        "keep.at: was ['number'], would be ['string']",
    ]


@pytest.fixture(scope="module")
def released() -> dict[str, Any]:
    """The documents of the last release."""
    return json.loads(contracts_of(latest()).read_text("utf-8"))


def test_nothing_breaks_who_relies_on_the_last_release(released):
    """Its readers find what they read, its writers are understood."""
    assert len(released) > 20
    assert broken(released, files()) == []


def test_a_break_of_the_last_release_would_be_found(released):
    """A field that went, a field that is needed, a topic, a header, a message."""
    changed = json.loads(json.dumps(files()))
    del changed["schemas/tier-change.json"]["properties"]["tier"]
    del changed["schemas/reminder-due.json"]
    changed["schemas/order.paid.json"]["required"].append("source")
    del changed["schemas/order.paid.json"]["properties"]["event_id"]
    whole = changed["asyncapi.json"]
    del whole["channels"]["audit"], whole["channels"]["reminders"]["messages"]["will-downgrade"]
    headers = whole["components"]["messages"]["label-change"]["headers"]
    headers["required"].remove("ce_id")
    headers["properties"]["ce_specversion"] = {"const": "2.0"}
    assert sorted(broken(released, changed)) == [
        "audit: the topic is gone",
        "label-change: header ce_id may now be missing",
        "label-change: header ce_specversion: was {'const': '1.0'}, would be {'const': '2.0'}",
        "order.paid: event_id: is gone",
        "order.paid: source: is needed now",
        "reminder-due: the message is gone",
        "reminders: will-downgrade stands there no more",
        "tier-change: tier: is gone",
    ]


def test_a_writer_may_be_given_more_freedom():
    """A wider type or a field that may be left out breaks nobody who writes; it would who reads."""
    old = json.loads((COMMITTED / "schemas" / "order.paid.json").read_text("utf-8"))
    wider = json.loads(json.dumps(old))
    wider["properties"]["test"] = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
    wider["required"].remove("event_id")
    assert demands(old, wider) == []
    assert demands(wider, old) == [
        "event_id: is needed now",
        "test: was ['boolean', 'null'], would be ['boolean']",
    ]
    assert len(breaks(old, wider)) == 2


async def test_an_earlier_version_is_compared_with_from_the_shell(tmp_path):
    """Exit status 1 and a line for each break; 0 when nothing breaks."""
    written = await regrade("schemas", "--out", str(tmp_path))
    assert written.code == 0, written.err
    same = await regrade("schemas", "--against", str(tmp_path))
    assert (same.code, same.out) == (0, "nothing breaks\n")
    path = tmp_path / "schemas" / "label-change.json"
    old = json.loads(path.read_text("utf-8"))
    old["properties"]["shade"] = {"type": "string"}
    path.write_text(json.dumps(old), "utf-8")
    broken = await regrade("schemas", "--against", str(tmp_path))
    assert (broken.code, broken.out) == (1, "label-change: shade: is gone\n")
