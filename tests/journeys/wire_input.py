"""A small input in which every kind of bad record stands among good ones."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaProducer

from streams.intake.partitioner import partition_of
from streams.replay.event import WireEvent

PARTITIONS = 4
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LAST_DAY = 39
LAST_DAY_S = int(datetime(2024, 4, 9, tzinfo=UTC).timestamp())
"""The last day at 00:00 UTC, Unix time."""


def ms_on(day: int, minute: int = 0) -> int:
    """An instant on a day of the input, epoch milliseconds."""
    return int((NOON + timedelta(days=day, minutes=minute)).timestamp()) * 1000


@dataclass(frozen=True, slots=True)
class Sent:
    """A record to send, and why it is refused; None when it is not."""

    topic: str
    key: bytes | None
    value: bytes | None
    timestamp_ms: int
    reason: str | None = None
    partition: int | None = None
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def outcome(self) -> str:
        """What must become of it."""
        if self.reason == "conflict":
            return "conflict"
        if self.reason is not None:
            return "rejected"
        return "folded" if self.key else "day"

    @property
    def place(self) -> int:
        """The partition it goes to."""
        if self.partition is not None:
            return self.partition
        return partition_of(self.key or b"", PARTITIONS)


def order(day: int, customer: str, amount: Any = 200, **fields: Any) -> dict[str, Any]:
    """An order, named for its customer and day."""
    return {
        "type": "order.paid",
        "event_id": f"{customer}-{day}",
        "customer_id": customer,
        "occurred_at": ms_on(day),
        "order_id": f"o-{customer}-{day}",
        "amount": amount,
    } | fields


def good(day: int, event: dict[str, Any]) -> Sent:
    """A record nobody can object to."""
    topic = "interactions" if event["type"] in {"interaction", "customer.registered"} else "orders"
    return Sent(topic, event["customer_id"].encode(), json.dumps(event).encode(), ms_on(day))


def bad(day: int, reason: str, event: dict[str, Any] | bytes | None, **fields: Any) -> Sent:
    """A record that must be refused, with headers of its own."""
    value = json.dumps(event).encode() if isinstance(event, dict) else event
    known = {"topic": "orders", "key": b"ann", "headers": (("trace", b"\x00\xff"),)}
    return Sent(value=value, timestamp_ms=ms_on(day, 1), reason=reason, **known | fields)


def good_records() -> list[Sent]:
    """Forty days of three customers, one of whom stops buying."""
    records = []
    for day in range(LAST_DAY + 1):
        records.append(good(day, order(day, "ann", 30 + day)))
        if day < 5:
            records.append(good(day, order(day, "bob", "99.50")))
        if day % 9 == 4:
            view = {"type": "interaction", "event_id": f"v{day}", "kind": "coupon"}
            cat = {"customer_id": "cat", "occurred_at": ms_on(day)}
            records += [good(day, view | cat), good(day, order(day, "cat", 12))]
    return records


def bad_records() -> list[Sent]:
    """One of each kind; ann has bought before all of them."""
    no_customer = order(9, "ann")
    del no_customer["customer_id"]
    return [
        bad(3, "bad_json", b'{"type":"order.paid",'),
        bad(4, "bad_json", b"\xff\xfe\x00"),
        bad(5, "null_value", None),
        bad(6, "missing_customer", order(6, "ann"), key=None, partition=2),
        bad(7, "missing_customer", no_customer),
        bad(8, "bad_field", order(8, "ann", True, event_id="t")),
        bad(9, "bad_field", order(9, "ann", -1, event_id="n", order_id="n")),
        bad(10, "bad_field", order(10, "ann", event_id="o", order_id=7)),
        bad(11, "unknown_currency", order(11, "ann", event_id="c", currency="XAU")),
        bad(12, "unknown_type", {"type": "order.lost", "event_id": "l"}),
        bad(13, "key_mismatch", order(13, "bob", event_id="k")),
        bad(14, "wrong_partition", order(14, "dan"), key=b"dan", partition=wrong_for("dan")),
        bad(15, "future", order(500, "ann", event_id="f", order_id="f")),
        bad(16, "conflict", order(3, "ann", 1, event_id="again")),
        bad(
            17,
            "bad_field",
            {
                "type": "interaction",
                "event_id": "y",
                "kind": "yawn",
                "customer_id": "ann",
                "occurred_at": ms_on(17),
            },
            topic="interactions",
        ),
    ]


def wrong_for(customer: str) -> int:
    """A partition the customer does not belong in."""
    return (partition_of(customer.encode(), PARTITIONS) + 1) % PARTITIONS


def everything() -> list[Sent]:
    """Good and bad in order of time."""
    return sorted(good_records() + bad_records(), key=lambda sent: sent.timestamp_ms)


def ends() -> list[Sent]:
    """The end of the last day, in every partition."""
    end = {"type": "day.reached", "event_id": "end", "occurred_at": ms_on(LAST_DAY)}
    value = json.dumps(end).encode()
    return [
        Sent("orders", None, value, ms_on(LAST_DAY, 2), partition=at) for at in range(PARTITIONS)
    ]


def as_events(records: list[Sent]) -> list[WireEvent]:
    """Records as a replay source gives them, for the engine in memory."""
    return [
        WireEvent(sent.topic, sent.key or b"", sent.value or b"", sent.timestamp_ms, line)
        for line, sent in enumerate(records, 1)
    ]


async def send(bootstrap: str, prefix: str, records: list[Sent]) -> dict[str, Sent]:
    """Send records one after the other; each by its topic, partition and offset."""
    places = {}
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=0)
    async with producer:
        for sent in records:
            metadata = await producer.send_and_wait(
                prefix + sent.topic,
                sent.value,
                key=sent.key,
                partition=sent.place,
                timestamp_ms=sent.timestamp_ms,
                headers=list(sent.headers),
            )
            place = f"{metadata.topic}/{metadata.partition}/{metadata.offset}"
            places[place] = sent
    return places
