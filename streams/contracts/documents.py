"""An AsyncAPI document and a JSON Schema per message, made from the types of the code."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NamedTuple, get_args

import msgspec

from streams.contracts import bodies
from streams.intake.commands import COMMANDS_TOPIC, AnyCommand
from streams.intake.wire import AnyEvent, InteractionEvent, RegisteredEvent
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.audit import AUDIT
from streams.outbox.reminders import REMINDERS
from streams.outbox.scribe import CURRENT_TIER, DEAD_LETTERS, LABEL_CHANGES, TIER_CHANGES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CAUSES = (bodies.RecordCause, bodies.TickCause, bodies.PolicyCause)
_CAUSE = {"oneOf": [{"$ref": f"#/$defs/{cause.__name__}"} for cause in _CAUSES]}
_TEXT = {"type": "string"}
_RESULT = "regrade.command.result.v1"


class Message(NamedTuple):
    """A kind of message, where it stands, and what its value is."""

    name: str
    topic: str
    body: type
    ce_type: str | None
    """What the header `ce_type` says; None for what comes in, and for several values."""


def _inputs(topic: str, events: Sequence[type[Any]]) -> list[Message]:
    return [Message(str(event.__struct_config__.tag), topic, event, None) for event in events]


_INTERACTIONS = (InteractionEvent, RegisteredEvent)
_ORDERS = [event for event in get_args(AnyEvent) if event not in _INTERACTIONS]

INPUTS = (
    *_inputs("orders", _ORDERS),
    *_inputs("interactions", _INTERACTIONS),
    *_inputs(COMMANDS_TOPIC, get_args(AnyCommand)),
)
OUTPUTS = (
    Message("tier-change", TIER_CHANGES, bodies.TierChange, None),
    Message("customer-erased", TIER_CHANGES, bodies.CustomerErased, "regrade.customer.erased.v1"),
    Message("customer-merged", TIER_CHANGES, bodies.CustomerMerged, "regrade.customer.merged.v1"),
    Message(
        "customer-unmerged", TIER_CHANGES, bodies.CustomerUnmerged, "regrade.customer.unmerged.v1"
    ),
    Message("label-change", LABEL_CHANGES, bodies.LabelChange, "regrade.label.changed.v1"),
    Message("current-tier", CURRENT_TIER, bodies.CurrentTier, "regrade.tier.current.v1"),
    Message("reminder-due", REMINDERS, bodies.ReminderDue, "regrade.reminder.due.v1"),
    Message("will-downgrade", REMINDERS, bodies.WillDowngrade, "regrade.tier.will_downgrade.v1"),
    Message("command-done", COMMAND_RESULTS, bodies.CommandDone, _RESULT),
    Message("command-rejected", COMMAND_RESULTS, bodies.CommandRejected, _RESULT),
    Message("audit-entry", AUDIT, bodies.AuditEntry, "regrade.audit.v1"),
    Message("audit-policy", AUDIT, bodies.PolicyEntry, "regrade.audit.policy.v1"),
)


def schema_of(message: Message) -> dict[str, Any]:
    """The JSON Schema of a message's value, in one document."""
    (schema,), parts = msgspec.json.schema_components([message.body], ref_template="#/$defs/{name}")
    if "cause" in message.body.__annotations__:
        parts |= msgspec.json.schema_components(_CAUSES, ref_template="#/$defs/{name}")[1]
        parts[message.body.__name__]["properties"]["cause"] = _CAUSE
    top = parts.pop(message.body.__name__) if "$ref" in schema else schema
    defined = {"$defs": dict(sorted(parts.items()))} if parts else {}
    return {"$schema": DIALECT, "$id": f"urn:regrade:{message.name}:v1", **top, **defined}


def asyncapi() -> dict[str, Any]:
    """The whole contract: AsyncAPI 3.0; topics without prefix."""
    messages = (*INPUTS, *OUTPUTS)
    topics = [*dict.fromkeys(message.topic for message in messages), DEAD_LETTERS]
    channels = {topic: _channel(topic, messages) for topic in topics}
    taken = {message.topic for message in INPUTS}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "regrade",
            "version": version("regrade"),
            "description": "Events in, tier changes out. Topics carry REGRADE_PREFIX.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {
            f"{'take' if topic in taken else 'publish'}-{topic}": {
                "action": "receive" if topic in taken else "send",
                "channel": {"$ref": f"#/channels/{topic}"},
            }
            for topic in topics
        },
        "components": {
            "messages": {m.name: _message(m) for m in messages} | {"dead-letter": _letter()}
        },
    }


def _channel(topic: str, messages: Sequence[Message]) -> dict[str, Any]:
    names = [m.name for m in messages if m.topic == topic] or ["dead-letter"]
    return {
        "address": topic,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _message(message: Message) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": message.name,
        "contentType": "application/json",
        "payload": {"$ref": f"schemas/{message.name}.json"},
        "bindings": {"kafka": {"key": _TEXT}},
    }
    if message in OUTPUTS:
        shown["headers"] = _headers(message)
    return shown


def _headers(message: Message) -> dict[str, Any]:
    kind = _TEXT if message.ce_type is None else {"const": message.ce_type}
    stamp = ("ce_sequence", "ce_partition", "ce_incarnation")
    names = ("ce_id", "ce_source", "ce_time", *stamp, "content-type")
    properties = dict.fromkeys(names, _TEXT) | {"ce_specversion": {"const": "1.0"}, "ce_type": kind}
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _letter() -> dict[str, Any]:
    names = ("id", "reason", "detail", "topic", "partition", "offset")
    properties = {f"regrade_{name}": _TEXT for name in names}
    return {
        "name": "dead-letter",
        "description": "A refused record: its own key, value and headers, and these.",
        "headers": {"type": "object", "properties": properties, "required": sorted(properties)},
        "payload": {"description": "The value of the refused record, byte for byte."},
    }


def files() -> dict[str, Any]:
    """Every document by its path."""
    schemas = {f"schemas/{m.name}.json": schema_of(m) for m in (*INPUTS, *OUTPUTS)}
    return {"asyncapi.json": asyncapi(), **schemas}
