"""Orders without end, dated now: something to watch on a stack that has no shop yet."""

from collections.abc import Iterator
from itertools import count
from random import Random

from scoring.units import EpochMs
from streams.replay.event import WireEvent
from streams.replay.generator import (
    AMOUNT_STEPS,
    Order,
    activity,
    amount_texts,
    draw_customer,
    paid,
)

_MS = 1000


def load_orders(
    customers: int, per_second: float, start: EpochMs, seed: int = 1
) -> Iterator[WireEvent]:
    """Yield orders for ever, `per_second` of them in each second from `start` on.

    Customers and amounts are as skewed as in `generate_orders`. Ids hold the start, so that
    orders of a later run are no duplicates of these.

    >>> [event.timestamp_ms for event, _ in zip(load_orders(9, 4.0, EpochMs(0)), range(3))]
    [0, 250, 500]
    """
    weights, amounts, draws = activity(customers), amount_texts(), Random(f"load {seed} {start}")
    for number in count():
        at = start + round(number * _MS / per_second)
        customer = draw_customer(draws, weights)
        amount = amounts[int(draws.random() * AMOUNT_STEPS)]
        yield paid(Order(at, customer, f"load-{start}-{number}", amount), number + 1)
