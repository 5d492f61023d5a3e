"""The AsyncAPI document is one, by the schema that its authors publish.

`asyncapi/schema-3.0.0.json.gz` is `schemas/3.0.0-without-$id.json` of the npm package
`@asyncapi/specs` 6.11.1, unchanged but compressed; its licence (Apache-2.0) stands beside it.
"""

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from streams.contracts.documents import files

SCHEMA = Path(__file__).parent / "asyncapi/schema-3.0.0.json.gz"


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    """It judges a whole document, its bindings for Kafka included."""
    return Draft7Validator(json.loads(gzip.decompress(SCHEMA.read_bytes())))


@pytest.fixture
def document() -> dict[str, Any]:
    """What `regrade schemas` writes."""
    made = copy.deepcopy(files()["asyncapi.json"])
    assert isinstance(made, dict)
    return made


def problems(validator: Draft7Validator, document: dict[str, Any]) -> list[str]:
    """Where the document is not as the standard says."""
    return [
        f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)
    ]


def test_the_document_is_as_the_standard_says(validator, document):
    """Version 3.0.0, every object of it."""
    assert document["asyncapi"] == "3.0.0"
    assert problems(validator, document) == []


def _without_title(document: dict[str, Any]) -> None:
    del document["info"]["title"]


def _with_an_unknown_key(document: dict[str, Any]) -> None:
    next(iter(document["channels"].values()))["adress"] = "orders"


def _with_a_wrong_action(document: dict[str, Any]) -> None:
    next(iter(document["operations"].values()))["action"] = "publish"


@pytest.mark.parametrize("spoil", [_without_title, _with_an_unknown_key, _with_a_wrong_action])
def test_a_document_that_is_not_would_be_found(
    validator: Draft7Validator,
    document: dict[str, Any],
    spoil: Callable[[dict[str, Any]], None],
):
    """The check itself sees what is missing, misspelt, or of another version."""
    spoil(document)
    assert problems(validator, document) != []
