"""A seeded history with everything a log may hold: a hot customer, late, repeated and broken."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

START = datetime(2024, 1, 1, 17, tzinfo=UTC)
CUSTOMERS = ["hot", *[f"c{n}" for n in range(12)]]
RUBBISH = [b"", b"{", b"[1]", b'{"type": "order.paid"}', b"\xff\xfe", b"x" * 200_000]


class Sent(NamedTuple):
    """A record to send; the timestamps rise, so that the topics merge in this order."""

    topic: str
    key: bytes | None
    value: bytes
    timestamp: int


def nasty(seed: int, size: int, days: int = 200) -> list[Sent]:
    """A history of `size` records; the same seed, the same history."""
    random = Random(seed)
    records: list[Sent] = []
    for at in range(size):
        now = START + timedelta(days=at * days // size)
        timestamp = int(START.timestamp() * 1000) + at * 1000
        draw = random.random()
        if records and draw < 0.05:
            again = random.choice(records)
            records.append(again._replace(timestamp=timestamp))
            continue
        customer = "hot" if random.random() < 0.5 else random.choice(CUSTOMERS)
        if draw < 0.1:
            topic = random.choice(["orders", "interactions"])
            records.append(Sent(topic, customer.encode(), random.choice(RUBBISH), timestamp))
            continue
        topic, body = _event(random, at, draw)
        moved = random.choice([-500, -60, -20, -3, 400]) if random.random() < 0.1 else 0
        body |= {"event_id": f"e{at}", "customer_id": customer}
        body["occurred_at"] = (now + timedelta(days=moved)).isoformat()
        records.append(Sent(topic, customer.encode(), json.dumps(body).encode(), timestamp))
    return records


def _event(random: Random, at: int, draw: float) -> tuple[str, dict[str, Any]]:
    if draw < 0.3:
        kind = random.choice(["login", "coupon", "campaign"])
        return "interactions", {"type": "interaction", "kind": kind}
    order = f"o{at}"
    if draw < 0.4:
        order = f"o{random.randrange(at + 20)}"  # perhaps of an order that comes later
        return "orders", {"type": "order.refunded", "order_id": order, "amount": 20}
    amount = random.choice([15, 40, 90, 200])
    return "orders", {"type": "order.paid", "order_id": order, "amount": amount}
