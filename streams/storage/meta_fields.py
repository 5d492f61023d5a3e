"""The fields of a partition's meta: where it stands, as the store keeps it."""

from collections.abc import Iterable, Mapping
from typing import Any

from scoring.units import Day, EpochMs
from streams.partition.ports import PartitionMeta, Place
from streams.storage.reign_fields import reign_fields, reign_of

_TOPIC = "next:"
_END = "end:"
_SENT = "sent:"
_RECEIVED = "received:"


def meta_fields(meta: PartitionMeta) -> list[str | bytes | int]:
    """Names and values of what a commit writes, one after the other.

    >>> meta_fields(PartitionMeta(owner="w1", commit="c1", next={"orders": 7}))
    ['tail', 0, 'next:orders', 7]
    """
    fields: list[str | bytes | int] = ["tail", meta.tail]
    if meta.day is not None:
        fields += ["day", meta.day]
    if meta.watermark is not None:
        fields += ["watermark", meta.watermark]
    if meta.erasure_key:
        fields += ["erasure_key", meta.erasure_key]
    for topic, offset in meta.next.items():
        fields += [_TOPIC + topic, offset]
    for prefix, numbers in ((_SENT, meta.sent), (_RECEIVED, meta.received)):
        for other, number in numbers.items():
            fields += [f"{prefix}{other}", number]
    if meta.reign.generation:
        fields += reign_fields(meta.reign)
    return fields


def meta_of(fields: Mapping[str, str]) -> PartitionMeta:
    """Back from the fields."""
    return PartitionMeta(
        owner=fields["owner"],
        commit=fields["commit"],
        epoch=int(fields.get("epoch", 0)),
        next={
            name.removeprefix(_TOPIC): int(value)
            for name, value in fields.items()
            if name.startswith(_TOPIC)
        },
        day=Day(int(fields["day"])) if "day" in fields else None,
        watermark=EpochMs(int(fields["watermark"])) if "watermark" in fields else None,
        tail=int(fields.get("tail", 0)),
        head=int(fields.get("head", 0)),
        erasure_key=fields.get("erasure_key", ""),
        incarnation=int(fields.get("incarnation", 0)),
        ends={_place(name): int(value) for name, value in fields.items() if name.startswith(_END)},
        sent=_numbers(fields, _SENT),
        received=_numbers(fields, _RECEIVED),
        reign=reign_of(fields),
    )


def end_field(place: Place) -> str:
    """The field that tells where an output partition ended."""
    return f"{_END}{place.topic}/{place.partition}"


def texts_of(fields: Any) -> dict[str, str]:
    """A hash as text, from what a server answers: a mapping, or names and values in turn."""
    pairs: Iterable[tuple[bytes, bytes]]
    if isinstance(fields, dict):
        pairs = fields.items()
    else:
        pairs = zip(fields[::2], fields[1::2], strict=True)
    return {name.decode(): value.decode() for name, value in pairs}


def _place(field: str) -> Place:
    topic, _, partition = field.removeprefix(_END).rpartition("/")
    return Place(topic, int(partition))


def _numbers(fields: Mapping[str, str], prefix: str) -> dict[int, int]:
    return {
        int(name.removeprefix(prefix)): int(value)
        for name, value in fields.items()
        if name.startswith(prefix)
    }
