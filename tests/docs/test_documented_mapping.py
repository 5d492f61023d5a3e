"""The page on integrations lists what a mapping may hold, and its examples are real."""

import json

from pages import ROOT, blocks, table, tables, text_of

from streams.mapping.document import EventRule, Mapping, Value, load_mapping
from streams.mapping.mapper import Mapper

PAGE = text_of("docs/integrations.md")


def test_every_key_of_a_mapping_is_listed():
    """In the order of the code: of the document, of an entry, of a field."""
    listed = [[row["key"] for row in found] for found in tables(PAGE) if "key" in found[0]]
    assert listed == [
        [*Mapping.model_fields, *EventRule.model_fields],
        list(Value.model_fields),
    ]


def test_every_mapping_shown_is_accepted(tmp_path):
    """The block of the page, and the files it links to."""
    shown = tmp_path / "shown.yaml"
    (text,) = blocks(PAGE, "yaml")
    shown.write_text(text, "utf-8")
    examples = sorted((ROOT / "examples" / "mappings").glob("*.yaml"))
    for path in (shown, *examples):
        Mapper(load_mapping(str(path)), str(path))
    linked = {row["mapping"] for row in table(PAGE, "source")}
    assert len(linked) == len(examples)


def test_every_connector_is_a_configuration():
    """With a name, a class, and no password in it."""
    found = sorted((ROOT / "deploy" / "connect").glob("*.json"))
    assert found
    for path in found:
        body = json.loads(path.read_text("utf-8"))
        assert set(body) == {"name", "config"}
        assert body["config"]["connector.class"]
        secrets = [value for key, value in body["config"].items() if "password" in key]
        assert all(value.startswith("${file:") for value in secrets)
