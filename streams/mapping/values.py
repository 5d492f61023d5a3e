"""One value of a row -> one value of an event. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from streams.mapping.document import Source, Value

Row = Mapping[str, Any]
Getter = Callable[[Row], Any]

_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_DAY_MS: Final = 86_400_000
_QUOTES = ("'", '"')


class ValueRefused(Exception):
    """A row has a value that the mapping cannot take."""

    def __init__(self, path: str, value: object, must: str) -> None:
        self.path = path
        super().__init__(f"{path} is {value!r}; it must be {must}")


def look(row: Any, path: str) -> Any:
    """What stands at a path; None when nothing does.

    >>> look({"after": {"id": 7}}, "after.id"), look({"after": None}, "after.id")
    (7, None)
    """
    for name in path.split("."):
        if not isinstance(row, Mapping):
            return None
        row = row.get(name)
    return row


def compile_value(source: Source) -> Getter:
    """The function that takes a field's value from a row; None for a field to leave out."""
    value = Value(path=source) if isinstance(source, str) else source
    if value.join is not None:
        return _joined(value.join)
    if value.path is None:
        return lambda _row: value.const
    path = value.path

    def get(row: Row) -> Any:
        found = look(row, path)
        if found is None or found == "":
            return value.default
        return _converted(value, path, found)

    return get


def _joined(parts: list[str]) -> Getter:
    def get(row: Row) -> str | None:
        texts = [part[1:-1] if part[0] in _QUOTES else look(row, part) for part in parts]
        return None if None in texts else ":".join(str(text) for text in texts)

    return get


def _converted(value: Value, path: str, found: Any) -> Any:
    if value.values is not None:
        if str(found) not in value.values:
            raise ValueRefused(path, found, f"one of {', '.join(value.values)}")
        return value.values[str(found)]
    if value.time is not None:
        return _instant(value, path, found)
    if value.divide is not None or value.absolute:
        return _number(value, path, found)
    return str(found) if value.text else found


def _number(value: Value, path: str, found: Any) -> str:
    try:
        number = Decimal(str(found)) / (value.divide or 1)
    except InvalidOperation:
        raise ValueRefused(path, found, "a number") from None
    return format(abs(number) if value.absolute else number, "f")


def _instant(value: Value, path: str, found: Any) -> int | str:
    """Epoch milliseconds."""
    if value.time == "text":
        return _text_instant(value, path, found)
    try:
        number = int(found)
    except (TypeError, ValueError):
        raise ValueRefused(path, found, f"a whole number of {value.time} since 1970") from None
    if value.time == "days":
        return number * _DAY_MS
    return number * 1_000 // _PER_SECOND[str(value.time)]


def _text_instant(value: Value, path: str, found: Any) -> int:
    try:
        instant = datetime.fromisoformat(str(found).strip())
    except ValueError:
        raise ValueRefused(path, found, "a date or time by ISO 8601") from None
    if instant.tzinfo is None:
        if value.zone is None:
            raise ValueRefused(path, found, "with an offset, or the mapping with a zone")
        instant = instant.replace(tzinfo=ZoneInfo(value.zone))
    return round(instant.timestamp() * 1_000)
