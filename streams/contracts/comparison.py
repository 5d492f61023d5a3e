"""A contract beside an earlier one: what would break whoever relies on the earlier."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from streams.contracts.compatibility import breaks, demands

Documents = Mapping[str, Any]
"""Documents by path: `asyncapi.json`, and a schema per message below `schemas`."""

ASYNCAPI = "asyncapi.json"


def broken(old: Documents, new: Documents) -> list[str]:
    """What breaks readers of what is published, and writers of what is taken in."""
    return [*_schemas(old, new), *_topics(old.get(ASYNCAPI, {}), new.get(ASYNCAPI, {}))]


def _schemas(old: Documents, new: Documents) -> Iterator[str]:
    taken = _taken(new.get(ASYNCAPI, {}))
    for path, was in old.items():
        if path == ASYNCAPI:
            continue
        name = PurePosixPath(path).stem
        would_be = new.get(path)
        if would_be is None:
            yield f"{name}: the message is gone"
            continue
        compared = demands if name in taken else breaks
        yield from (f"{name}: {problem}" for problem in compared(was, would_be))


def _taken(whole: Mapping[str, Any]) -> set[str]:
    """The messages that come in."""
    operations = whole.get("operations", {}).values()
    topics = [one["channel"]["$ref"].rpartition("/")[2] for one in operations if _comes_in(one)]
    return {name for topic in topics for name in whole["channels"][topic]["messages"]}


def _comes_in(operation: Mapping[str, Any]) -> bool:
    return bool(operation["action"] == "receive")


def _topics(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for topic, channel in old.get("channels", {}).items():
        other = new.get("channels", {}).get(topic)
        if other is None or other["address"] != channel["address"]:
            yield f"{topic}: the topic is gone"
            continue
        for name in channel["messages"]:
            if name in other["messages"]:
                messages = [one["components"]["messages"][name] for one in (old, new)]
                yield from (f"{name}: {problem}" for problem in _headers(*messages))
            else:
                yield f"{topic}: {name} stands there no more"


def _headers(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = old.get("headers", {}), new.get("headers", {})
    for name in before.get("required", ()):
        if name not in after.get("required", ()):
            yield f"header {name} may now be missing"
            continue
        was, would_be = before["properties"][name], after["properties"][name]
        if was != would_be:
            yield f"header {name}: was {was}, would be {would_be}"
