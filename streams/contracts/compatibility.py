"""What would break who reads a message, or who writes it, once its schema is another one."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """What a reader of `old` would stumble over in `new`; new fields are no break.

    >>> breaks({"properties": {"tier": {"type": "string"}}}, {"properties": {}})
    ['tier: is gone']
    """
    return list(_compared((old, old), (new, new), "", read=True))


def demands(old: Schema, new: Schema) -> list[str]:
    """Why a message made by `old` would be refused or misread by `new`; more freedom is no break.

    >>> demands({"properties": {}}, {"properties": {"shop": {}}, "required": ["shop"]})
    ['shop: is needed now']
    """
    return list(_compared((old, old), (new, new), "", read=False))


def _compared(
    old: tuple[Schema, Schema], new: tuple[Schema, Schema], place: str, *, read: bool
) -> Iterator[str]:
    """What differs for who reads messages, or else for who makes them; each part with its whole."""
    was, would_be = _kinds(*old), _kinds(*new)
    if was != would_be if read else was - would_be:
        yield f"{place or 'the message'}: was {sorted(was)}, would be {sorted(would_be)}"
        return
    before, after = _resolved(*old), _resolved(*new)
    needed, wanted = set(before.get("required", ())), set(after.get("required", ()))
    if not read:
        yield from (f"{_inner(place, name)}: is needed now" for name in sorted(wanted - needed))
    for name, part in before.get("properties", {}).items():
        inner = _inner(place, name)
        other = after.get("properties", {}).get(name)
        if other is None:
            yield f"{inner}: is gone"
            continue
        yield from _compared((part, old[1]), (other, new[1]), inner, read=read)
        if read and name in needed - wanted:
            yield f"{inner}: may now be missing"
    if "items" in before and "items" in after:
        items = (before["items"], old[1]), (after["items"], new[1])
        yield from _compared(*items, f"{place}[]", read=read)


def _inner(place: str, name: str) -> str:
    return f"{place}.{name}".lstrip(".")


def _resolved(part: Schema, whole: Schema) -> Schema:
    """A part with its reference followed; of a part that may be null, what it is otherwise."""
    while True:
        if "$ref" in part:
            part = whole["$defs"][part["$ref"].rpartition("/")[2]]
            continue
        others = [one for one in part.get("anyOf", ()) if one.get("type") != "null"]
        if len(others) != 1 or "type" in part:
            return part
        (part,) = others


def _kinds(part: Schema, whole: Schema) -> set[str]:
    """The JSON types a part may have, and its values if they are listed."""
    if "$ref" in part:
        return _kinds(_resolved(part, whole), whole)
    choices = [*part.get("anyOf", ()), *part.get("oneOf", ())]
    if choices:
        return {kind for choice in choices for kind in _kinds(choice, whole)}
    listed = {f"= {value}" for value in part.get("enum", ())}
    return listed | ({part["type"]} if "type" in part else set())
