"""The policy document as JSON Schema, draft 2020-12: what an editor completes and checks by.

What the schema cannot say (the order of tiers, whether an expression parses) `policy check` says.
"""

from typing import Any, Final

from streams.policies.document import PolicyDocument
from streams.policies.extend import EXTENDS, OWN

_WHOLE: Final = PolicyDocument.__name__
_BRANCH: Final = "BranchDocument"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NORMALISERS: Final = ("cap", "decay", "share", "steps")
_TAG_KEYS: Final = ("group", "definition", "source")


def _given(key: str) -> dict[str, Any]:
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}


_BEYOND_KEYS: Final[dict[str, dict[str, Any]]] = {
    "DimensionSection": {"oneOf": [_given(key) for key in _NORMALISERS]},
    "TriggerSection": {
        "anyOf": [
            {"required": [key], "properties": {key: {"const": True}}}
            for key in ("promote", "demote")
        ]
    },
    "LabelSection": {
        "anyOf": [
            {"allOf": [_given(key) for key in _TAG_KEYS]},
            {"not": {"anyOf": [_given(key) for key in _TAG_KEYS]}},
        ]
    },
}
"""What a section demands of several keys together."""


def policy_schema() -> dict[str, Any]:
    """The schema, from the models the loader uses."""
    schema: dict[str, Any] = _untitled(PolicyDocument.model_json_schema(by_alias=True))
    for name, demand in _BEYOND_KEYS.items():
        schema["$defs"][name] |= demand
    schema["anyOf"] = [
        {"required": ["score"], "properties": {"score": {"minItems": 1}}},
        _given("by"),
    ]
    # pydantic turns the pattern of a key into one way to be, not into the only one.
    schema["properties"]["labels"]["additionalProperties"] = False
    schema["properties"]["rates"]["propertyNames"] = {"pattern": "^[A-Z]{3}$"}
    sections = schema.pop("$defs")
    return {
        "$schema": DIALECT,
        "title": "regrade policy",
        "if": {"required": [EXTENDS]},
        "then": {"$ref": f"#/$defs/{_BRANCH}"},
        "else": {"$ref": f"#/$defs/{_WHOLE}"},
        "$defs": {**sections, _WHOLE: schema, _BRANCH: _branch(schema)},
    }


def _branch(whole: dict[str, Any]) -> dict[str, Any]:
    """A document that extends another says only what differs: no more than its keys are known."""
    told = {
        key: {"description": given["description"]} for key, given in whole["properties"].items()
    }
    kept = {key: whole["properties"][key] for key in (*OWN, EXTENDS)}
    return {
        "description": "A policy that extends another: what differs from it.",
        "type": "object",
        "properties": told | kept,
        "required": [*OWN, EXTENDS],
        "additionalProperties": False,
    }


def _untitled(node: Any) -> Any:
    """Without the titles made from names: they say nothing a key does not."""
    if isinstance(node, dict):
        return {
            key: _untitled(value)
            for key, value in node.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(one) for one in node] if isinstance(node, list) else node
