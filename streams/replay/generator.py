"""Synthetic orders for benchmarks: skewed as customers are, the same in every run.

Only `Random.random` is drawn from, whose sequence Python promises to keep; logarithms
enter only a table of whole cents. So a seed gives the same bytes on any machine.
"""

import math
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import accumulate, count
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from streams.replay.event import WireEvent
from streams.replay.wire_text import INTERACTION, ORDER, decimal_text

FIRST_DAY = date(2024, 1, 1)
DAY_MS = 86_400_000

MEDIAN_CENTS = 6_000
AMOUNT_SIGMA = 0.9
AMOUNT_STEPS = 16_384

KINDS = ("view", "login", "like", "comment", "coupon", "campaign", "review", "service")
REFUNDABLE_ORDERS = 1_024


@dataclass(frozen=True, slots=True)
class Extras:
    """What comes on top of the orders, as shares of their number."""

    refunds: float = 0.0
    """Full refunds, each of another of the latest orders; 0..1."""
    interactions: float = 0.0
    """Interactions, of customers as busy as those who order; may exceed 1."""

    def __post_init__(self) -> None:
        if not 0 <= self.refunds <= 1 or self.interactions < 0:
            raise ValueError(f"shares out of range: {self}")


ORDERS_ONLY = Extras()


class Order(NamedTuple):
    """A paid order, ready to be written."""

    at: int
    customer: str
    order_id: str
    amount: str


def generate_orders(
    customers: int,
    orders: int,
    months: int = 18,
    seed: int = 1,
    start: date = FIRST_DAY,
    extras: Extras = ORDERS_ONLY,
) -> Iterator[WireEvent]:
    """Yield `orders` orders of up to `customers` customers, in order of time.

    Customers are `c0000000`, `c0000001`, ...: the lower, the busier (see `activity`).
    Amounts are lognormal with a median of 60.00 and have no currency. Every day has as
    many orders as the next, at random times; days are UTC, twelve months are 365 of
    them. Extras come between the orders, and the orders are the same without them.
    """
    if customers < 1 or orders < 0 or months < 1:
        raise ValueError(f"nothing to draw: {customers=}, {orders=}, {months=}")
    weights = activity(customers)
    draws = Random(f"orders {seed}")
    times = order_times(draws, orders, months * 365 // 12, start)
    drawn = draw_orders(draws, times, weights)
    if extras == ORDERS_ONLY:
        return map(paid, drawn, count(1))
    return with_extras(drawn, extras, Random(f"extras {seed}"), weights)


def activity(customers: int) -> list[float]:
    """Weigh the customers by how much they buy, cumulated.

    Zipf's law, flat at the head: with 100,000 customers the busiest buys 145 times the
    mean, the first hundredth buys a third of everything, the median three tenths of the
    mean. Divisions and additions only, which every machine rounds alike.
    """
    head = 1 + customers / 1000
    return list(accumulate(1 / (head + rank) for rank in range(customers)))


def amount_texts() -> list[str]:
    """List equally likely amounts: the quantiles of a lognormal distribution."""
    normal = NormalDist(math.log(MEDIAN_CENTS), AMOUNT_SIGMA)
    middles = ((step + 0.5) / AMOUNT_STEPS for step in range(AMOUNT_STEPS))
    return [decimal_text(round(math.exp(normal.inv_cdf(p)))) for p in middles]


def order_times(draws: Random, orders: int, days: int, start: date) -> Iterator[int]:
    """Yield the ascending times of `orders` orders; holds one day at a time."""
    midnight = int(datetime.combine(start, time(), UTC).timestamp()) * 1000
    for day in range(days):
        todays = orders * (day + 1) // days - orders * day // days
        yield from sorted(midnight + int(draws.random() * DAY_MS) for _ in range(todays))
        midnight += DAY_MS


def draw_orders(draws: Random, times: Iterator[int], weights: list[float]) -> Iterator[Order]:
    """Yield an order at each of `times`."""
    draw, amounts = draws.random, amount_texts()
    for number, at in enumerate(times):
        customer = draw_customer(draws, weights)
        amount = amounts[int(draw() * AMOUNT_STEPS)]
        yield Order(at, customer, f"o{number:09d}", amount)


def draw_customer(draws: Random, weights: list[float]) -> str:
    """Draw a customer by cumulated weight."""
    # The last index bounds the search: the product may round up to the total weight.
    last = len(weights) - 1
    return f"c{bisect(weights, draws.random() * weights[last], 0, last):07d}"


def with_extras(
    orders: Iterator[Order], extras: Extras, draws: Random, weights: list[float]
) -> Iterator[WireEvent]:
    """Yield the orders and, at their times, what comes on top of them."""
    line = count(1)
    latest: list[Order] = []
    for number, order in enumerate(orders):
        yield paid(order, next(line))
        latest.append(order)
        for _ in range(share_due(extras.refunds, number)):
            yield refunded(pick(draws, latest), order.at, next(line))
        del latest[:-REFUNDABLE_ORDERS]
        for _ in range(share_due(extras.interactions, number)):
            customer = draw_customer(draws, weights)
            kind = KINDS[int(draws.random() * len(KINDS))]
            yield interaction(customer, kind, order.at, next(line))


def share_due(share: float, number: int) -> int:
    """Tell how many extras follow order `number`, counted from 0.

    >>> [share_due(0.5, number) for number in range(4)]
    [0, 1, 0, 1]
    """
    return int(share * (number + 1)) - int(share * number)


def pick(draws: Random, latest: list[Order]) -> Order:
    """Take one of the orders out of the list."""
    return latest.pop(int(draws.random() * len(latest)))


def paid(order: Order, line: int) -> WireEvent:
    """Write an order that was paid."""
    return order_event("order.paid", order, order.at, line)


def refunded(order: Order, at: int, line: int) -> WireEvent:
    """Write the full refund of an order."""
    return order_event("order.refunded", order, at, line)


def order_event(wire_type: str, order: Order, at: int, line: int) -> WireEvent:
    """Write an event about an order."""
    _, customer, order_id, amount = order
    value = ORDER % (
        wire_type,
        f'"{wire_type}:{order_id}"',
        f'"{customer}"',
        at,
        f'"{order_id}"',
        amount,
        "",
    )
    return WireEvent("orders", customer.encode(), value.encode(), at, line)


def interaction(customer: str, kind: str, at: int, line: int) -> WireEvent:
    """Write an interaction."""
    value = INTERACTION % (f'"interaction:{line}"', f'"{customer}"', at, f'"{kind}"')
    return WireEvent("interactions", customer.encode(), value.encode(), at, line)
