"""One customer with most of the traffic: what they cost is bounded, and the grade is right."""

import json
from datetime import timedelta

import oracle
import pytest
from builders import policy_from
from nasty import START
from ordeal import DOCUMENT
from runs import run

from streams.intake.record import LogRecord

ORDERS = 3000
CHUNK = 2000
REMEMBERED = 512


def hot(days: int) -> list[LogRecord]:
    """Orders of one customer spread over some days, and one of somebody else."""
    records = []
    for at in range(ORDERS):
        customer = "cold" if at == ORDERS // 2 else "hot"
        when = START + timedelta(days=days * at / ORDERS)
        body = {"type": "order.paid", "event_id": f"e{at}", "customer_id": customer}
        body |= {"order_id": f"o{at}", "amount": 1 + at % 40, "occurred_at": when.isoformat()}
        value = json.dumps(body).encode()
        records.append(LogRecord("orders", 0, at, at, customer.encode(), value))
    return records


@pytest.mark.parametrize("days", [0, 500])
def test_thousands_of_orders_of_one_customer_in_a_chunk_are_graded_as_any(days):
    """Versions, tiers and labels are the oracle's; the state does not grow with the orders."""
    records = hot(days)
    found = run(policy_from(DOCUMENT), records, chunks=[CHUNK])
    expected = oracle.replay(
        DOCUMENT, [oracle.Event(r.topic, r.offset, r.key, r.value) for r in records]
    )
    told = [(one["customer_id"], one["version"], one["from"], one["to"]) for one in found.changes]
    assert told == [(c["customer_id"], c["version"], c["from"], c["to"]) for c in expected.changes]
    assert found.outcomes == {"folded": ORDERS}
    assert len(found.states["hot"].remembered) <= REMEMBERED
    assert len(found.blobs["hot"]) < 30_000
