"""Hypothesis draws the log of a partition: few customers, all that can happen to them.

A history is a list of steps; each step says how the log's day moves on, how late the
event is, and what it is. Order ids are few, so that repeats, conflicts and refunds of
known orders come about by themselves.
"""

from collections.abc import Iterable
from typing import Any

from builders import Event, log
from hypothesis import strategies as st
from runs import FIRST

from scoring.calendar import iso
from scoring.units import MS_PER_DAY, Day

CUSTOMERS = ("ann", "ann", "ann", "bob", "bob", "cyd")
KINDS = ("login", "campaign", "coupon", "complaint", "survey")
ORDER_IDS = (None, None, None, None, None, "o1", "o2", "o3", "o4", "o5")
"""None is an order never heard of before."""

GAPS = (*[0] * 18, *[1] * 14, *[2, 3, 5, 7] * 2, 13, 28, 29, 30, 31, 60, 89, 90, 300)
LATENESS = (*[0] * 30, -367, -400, -2, 1, 2, 7, 29, 30, 31, 89, 90, 364, 365, 399, 400, 401, 500)
CLOCKS = (43_200_000, 0, 1, 57_599_999, 57_600_000, 86_399_999)
"""Noon, the edges of the UTC day and of the day in Shanghai."""

CENTS = (0, 0.01, 12.5, 40, 149.99, 150, 999.99, 3000, 19999.99, 20000, 35000, 60000)
QUARTERS = (0, 0.25, 1, 10, 39.75, 40, 50, 99.5, 100, 100.25, 250, 1000)
"""Amounts on which binary arithmetic is exact."""


def lines(amounts: Iterable[float]) -> st.SearchStrategy[Any]:
    """The lines of an order, perhaps none."""
    line = st.fixed_dictionaries(
        {"amount": st.sampled_from(tuple(amounts))},
        optional={
            "category": st.sampled_from(["a", "b", "c"]),
            "margin": st.sampled_from([-10, 0, 0.25, 5]),
            "high_margin": st.booleans(),
            "new_product": st.booleans(),
        },
    )
    return st.none() | st.lists(line, max_size=2)


def kept(**fields: Any) -> st.SearchStrategy[Event]:
    """An event's fields, without those drawn as None."""
    return st.fixed_dictionaries(
        {name: f if isinstance(f, st.SearchStrategy) else st.just(f) for name, f in fields.items()}
    ).map(lambda event: {k: v for k, v in event.items() if v is not None})


def orders(amounts: tuple[float, ...]) -> st.SearchStrategy[Event]:
    """Paid orders."""
    return kept(
        type="order.paid",
        order_id=st.sampled_from(ORDER_IDS),
        amount=st.sampled_from(amounts),
        lines=lines(amounts[:8]),
        channel=st.sampled_from([None, None, "web", "shop"]),
        currency=st.sampled_from([None] * 6 + ["USD"]),
    )


def refunds(amounts: tuple[float, ...]) -> st.SearchStrategy[Event]:
    """Refunds and cancellations, of known and unknown orders."""
    ids = st.sampled_from(["o1", "o2", "o3", "o4", "o5", "never-seen"])
    ago = st.sampled_from([None] * 4 + [0, 1, 30, 400, 401])
    refunded = kept(
        type="order.refunded",
        order_id=ids,
        amount=st.sampled_from(amounts),
        ordered_at=ago,
        full=st.sampled_from([None, None, False, True]),
    )
    cancelled = kept(
        type="order.cancelled",
        order_id=ids,
        amount=st.sampled_from([None, None, *amounts]),
        ordered_at=ago,
    )
    return refunded | cancelled


def others() -> st.SearchStrategy[Event]:
    """What happens beside buying. Instants are days before the event."""
    return st.one_of(
        kept(
            type="interaction",
            kind=st.sampled_from(["login", "campaign", "coupon", "complaint", "survey"]),
        ),
        kept(
            type="invoice.settled",
            invoice_id="i",
            due_at=st.sampled_from([-3, 0, 1, 400]),
            paid_at=st.sampled_from([0, 0, 1, 40, 401]),
        ),
        kept(type="invoice.overdue", invoice_id="i", due_at=st.just(1)),
        kept(
            type="customer.registered",
            registered_at=st.sampled_from([0, 1, 89, 90, 364, 1000]),
            attributes=st.none()
            | st.dictionaries(
                st.sampled_from("xy"), st.sampled_from([1, 2.5, "t", "1", True, None, 2**63])
            ),
        ),
    )


def refused() -> st.SearchStrategy[Event | bytes | None]:
    """Records that never become a fact."""
    paid = {"type": "order.paid", "amount": 40}
    return st.sampled_from(
        [
            None,
            b"",
            b"{",
            b"[1]",
            {"type": "order.lost"},
            {**paid, "amount": -1},
            {**paid, "amount": "12,50"},
            {**paid, "currency": "XXX"},
            {**paid, "customer_id": ""},
            {**paid, "event_id": ""},
            {**paid, "test": True},
            {**paid, "customer_id": "test-1"},
            {"type": "interaction", "kind": "yawn"},
            {"type": "customer.registered", "registered_at": -1},
            {"type": "invoice.settled", "due_at": 0, "paid_at": -1, "invoice_id": "i"},
        ]
    )


def commands(tiers: tuple[str, ...]) -> st.SearchStrategy[Event]:
    """What an operator orders. The last day of an override is in days from the event.

    After 0, 6, 29 or 89 it ends on the day on which an order of that day leaves a window.
    """
    last = st.sampled_from([None, None, -1, 0, 0, 1, 2, 6, 6, 6, 7, 28, 29, 29, 30, 60, 89])
    overridden = kept(
        type="override.set",
        kind=st.sampled_from(["floor", "ceiling", "pin"]),
        tier=st.sampled_from(tiers),
        reason=st.sampled_from(["complaint", "key account"]),
        author=st.sampled_from(["kim", "lee"]),
        until=last,
    )
    resolved = kept(
        type="review.resolve",
        decision=st.sampled_from(["approve", "reject"]),
        reason=st.sampled_from(["known buyer", "doubtful"]),
        author=st.sampled_from(["kim", "lee"]),
        case=st.none() | st.tuples(st.sampled_from([0, 0, 1]), st.sampled_from(tiers)),
    )
    cleared = kept(type="override.clear", reason="over", author="kim")
    plain = kept(type="grade.recalculate")
    return st.one_of(overridden, overridden, overridden, cleared, plain, plain, resolved, resolved)


AGO = ("ordered_at", "registered_at", "due_at", "paid_at")
Step = tuple[int, int, int, str, str | None, Event | bytes | None]


def steps(
    amounts: tuple[float, ...], *, only_facts: bool = False, tiers: tuple[str, ...] = ()
) -> st.SearchStrategy[Step]:
    """One step of a history; commands are among them when they have tiers to name."""
    what = [orders(amounts)] * 9 + [refunds(amounts)] * 3 + [others()] * 6
    if not only_facts:
        what += [refused(), kept(type="day.reached")]
    if tiers:
        what += [commands(tiers)] * 5
    # Not one_of: it would count the parts of each, not the whole.
    action = st.sampled_from(what).flatmap(lambda drawn: drawn)
    return st.tuples(
        st.sampled_from(GAPS),
        st.sampled_from(LATENESS),
        st.sampled_from(CLOCKS) | st.integers(0, MS_PER_DAY - 1),
        st.sampled_from(CUSTOMERS),
        st.none() if only_facts else st.sampled_from([None] * 20 + ["e0", "e3"]),
        action,
    )


def histories(
    amounts: tuple[float, ...] = CENTS,
    *,
    only_facts: bool = False,
    most: int = 45,
    tiers: tuple[str, ...] = (),
) -> st.SearchStrategy[list[Any]]:
    """The records of one partition in log order."""
    step = steps(amounts, only_facts=only_facts, tiers=tiers)
    sizes = st.sampled_from([0, most // 2, 2 * most // 3, 2 * most // 3])
    drawn = sizes.flatmap(lambda least: st.lists(step, min_size=least, max_size=most))
    return drawn.map(write)


def write(drawn: list[Step]) -> list[Any]:
    """The log of some steps."""
    day = FIRST
    events: list[Event | bytes | None] = []
    for gap, late, clock, customer, event_id, what in drawn:
        day += gap
        if not isinstance(what, dict):
            events.append(what)
            continue
        # The first may not be late: most of what follows would lie in its future.
        at = (day - late * (day > FIRST)) * MS_PER_DAY + clock
        event = {"occurred_at": at, "customer_id": customer} | what
        if event["type"] == "day.reached":
            del event["customer_id"]
        if event.get("case") is not None:
            ago, tier = event["case"]
            event["case"] = f"{customer}:{iso(Day(day - ago))}:{tier}"
        if event["type"].startswith(("override.", "grade.", "review.")):
            # An id of its own, so that without the command the rest stays what it is.
            event = {"event_id": f"c{len(events)}"} | event
        elif event_id is not None:
            event = {"event_id": event_id} | event
        for name in AGO:
            if event.get(name) is not None:
                event[name] = at - event[name] * MS_PER_DAY
        if "until" in event:
            event["until"] = iso(Day(day + event["until"]))
        events.append(event)
    return log(*events)
