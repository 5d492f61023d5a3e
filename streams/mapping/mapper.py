"""A row of another system -> the events it becomes, each checked as the worker would."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import orjson

from streams.intake.commands import AnyCommand
from streams.intake.wire import AnyEvent
from streams.mapping.document import EventRule, Mapping, MappingRefused
from streams.mapping.values import Getter, Row, ValueRefused, compile_value, look
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.json_lines import read_line

_KINDS = {
    str(kind.__struct_config__.tag): kind for kind in (*get_args(AnyEvent), *get_args(AnyCommand))
}


class _Rule:
    """One entry of a mapping, compiled."""

    def __init__(self, rule: EventRule) -> None:
        self.type = rule.type
        self._when = [
            (path, set(map(_comparable, value if isinstance(value, list) else [value])))
            for path, value in rule.when.items()
        ]
        self._fields = _compiled(rule.fields)
        self._attributes = _compiled(rule.attributes)
        self._decode = msgspec.json.Decoder(_KINDS[rule.type]).decode

    def takes(self, row: Row) -> bool:
        """Whether the row is meant."""
        return all(_comparable(look(row, path)) in allowed for path, allowed in self._when)

    def event(self, row: Row) -> bytes:
        """The event as JSON.

        Raises:
            ValueRefused, msgspec.MsgspecError: the row has something the event cannot have.
        """
        body: dict[str, Any] = {"type": self.type, **_taken(self._fields, row)}
        attributes = _taken(self._attributes, row)
        if attributes:
            body["attributes"] = attributes
        text = orjson.dumps(body)
        self._decode(text)
        return text


class Mapper:
    """Applies one mapping to rows."""

    def __init__(self, mapping: Mapping, path: str) -> None:
        """`path` is where the mapping stands, for messages.

        Raises:
            MappingRefused: a type or a field does not exist.
        """
        problems = [
            problem
            for at, rule in enumerate(mapping.events)
            for problem in _unknown(f"events.{at}", rule)
        ]
        if problems:
            raise MappingRefused(path, problems)
        self._root = mapping.root
        self._rules = [_Rule(rule) for rule in mapping.events]

    def events(self, row: Any, line: int) -> Iterator[WireEvent | RejectedRow]:
        """What a row becomes: nothing, when no entry takes it."""
        inner = row if self._root is None else look(row, self._root)
        if not isinstance(inner, dict):
            return
        for rule in self._rules:
            if rule.takes(inner):
                try:
                    yield read_line(rule.event(inner), line)
                except ValueRefused as error:
                    yield RejectedRow(line, "bad_value", f"{error}.")
                except msgspec.MsgspecError as error:
                    yield RejectedRow(line, "bad_field", f"As {rule.type}: {error}.")


def _compiled(sources: dict[str, Any]) -> list[tuple[str, Getter]]:
    return [(name, compile_value(source)) for name, source in sources.items()]


def _taken(getters: list[tuple[str, Getter]], row: Row) -> dict[str, Any]:
    values = ((name, get(row)) for name, get in getters)
    return {name: value for name, value in values if value is not None}


def _comparable(value: object) -> str:
    """A CSV knows text only, so everything is compared as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unknown(place: str, rule: EventRule) -> list[str]:
    kind = _KINDS.get(rule.type)
    if kind is None:
        return [f"{place}.type: {rule.type!r} is no event; known are {', '.join(sorted(_KINDS))}"]
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    found = [
        f"{place}.fields.{name}: {rule.type} has no such field; it has {', '.join(fields)}"
        for name in rule.fields
        if name not in fields
    ]
    found += [
        f"{place}.fields: {name} is needed"
        for name, field in fields.items()
        if field.required and name not in {*rule.fields, "attributes"}
    ]
    if rule.attributes and "attributes" not in fields:
        found.append(f"{place}.attributes: {rule.type} has none")
    return found
