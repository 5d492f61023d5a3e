"""The grading job as users write it by hand, and how a rival tells what it cost.

A smaller job than the worker's: rolling spend and order count over 365 days, the score,
the tier. No validation, no refunds, no repeats, no labels, no day that passes by itself.
"""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from typing import Any

WINDOW_MS = 365 * 86_400_000
TENURE_MS = 1095 * 86_400_000
TIERS = ((85.0, "diamond"), (70.0, "gold"), (55.0, "silver"), (0.0, "bronze"))
RESULT = "RESULT "
"""Begins the line with a rival's figures."""

Order = dict[str, Any]
Customer = dict[str, Any]


def regrade(customer: Customer | None, order: Order) -> tuple[Customer, str | None]:
    """Take an order in; the customer, and the new tier if it is another one."""
    at = order["occurred_at"]
    if customer is None:
        customer = {"first": at, "tier": None, "orders": []}
    orders = customer["orders"]
    orders.append([at, float(order["amount"])])
    while orders[0][0] <= at - WINDOW_MS:
        del orders[0]
    spend = sum(amount for _, amount in orders)
    score = (
        35 * min(1, spend / 100_000)
        + 25 * min(1, len(orders) / 30)
        + 10 * min(1, (at - customer["first"]) / TENURE_MS)
    )
    tier = next(name for enter, name in TIERS if score >= enter)
    if tier == customer["tier"]:
        return customer, None
    customer["tier"] = tier
    return customer, tier


class Meter:
    """Wall and CPU time of this process from its first order to its last."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._begun = (0.0, 0.0)
        self._counted_from = 0
        self.seen = 0
        self.changes = 0

    def count(self, orders: int = 1) -> None:
        """Orders were graded; the first call only starts the clock."""
        if not self.seen:
            self._begun = (time.perf_counter(), time.process_time())
            self._counted_from = orders
        self.seen += orders

    @property
    def done(self) -> bool:
        """Whether all were seen."""
        return self.seen >= self._expected

    def report(self) -> None:
        """Print the one line that the benchmark waits for."""
        seconds = time.perf_counter() - self._begun[0]
        cpu = time.process_time() - self._begun[1]
        events = self.seen - self._counted_from
        figures = {
            "events": events,
            "seconds": round(seconds, 3),
            "events_per_second": round(events / seconds),
            "cpu_us_per_event": round(cpu / events * 1e6, 2),
            "changes": self.changes,
        }
        sys.stdout.write(f"{RESULT}{json.dumps(figures)}\n")
        sys.stdout.flush()


def arguments() -> Namespace:
    """Where a rival finds things."""
    parser = ArgumentParser(description="Started by throughput.py.")
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--redis", required=True)
    parser.add_argument("--orders-topic", required=True)
    parser.add_argument("--changes-topic", required=True)
    parser.add_argument("--expected", type=int, required=True)
    return parser.parse_args()
