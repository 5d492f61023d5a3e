"""Fold one fact into a customer. The only writer of what a customer did."""

from bisect import bisect_left
from typing import Final, Literal

from xxhash import xxh3_64_intdigest

from scoring.customer import (
    HIGH_MARGIN,
    LATE,
    LINES,
    MARGIN,
    NEW_PRODUCT,
    ON_TIME,
    OVERDUE,
    REFUND_COUNT,
    REFUNDS,
    CustomerState,
    RememberedOrder,
)
from scoring.facts import (
    COMMANDS,
    Fact,
    Interaction,
    InvoiceOverdue,
    InvoiceSettled,
    OrderCancelled,
    OrderPaid,
    OrderRefunded,
    OverrideCleared,
    OverrideSet,
    Recalculate,
    Registered,
    ReviewResolved,
)
from scoring.ledger import Column, add, drop_before
from scoring.override import clear_override, set_override
from scoring.units import Day, MinorUnits

RETAINED_DAYS: Final = 400
REMEMBERED_ORDERS: Final = 512
REMEMBERED_EVENTS: Final = 64

Outcome = Literal["folded", "duplicate", "conflict"]


def fold(state: CustomerState, fact: Fact, today: Day) -> Outcome:
    """Take `fact` into `state`, in place, as of the partition day `today`.

    >>> from scoring.units import EpochMs
    >>> state = CustomerState()
    >>> order = OrderPaid("e1", EpochMs(0), Day(10), "o1", MinorUnits(500))
    >>> fold(state, order, Day(10)), fold(state, order, Day(11))
    ('folded', 'duplicate')
    >>> state.days, state.spend
    ([10], [500])
    """
    event = xxh3_64_intdigest(fact.event_id.encode())
    if event in state.recent:
        return "duplicate"
    kind = type(fact)
    if kind is OrderPaid:
        outcome = _order(state, fact, today)  # type: ignore[arg-type]
        if outcome != "folded":
            return outcome
    elif kind is Interaction:
        _interaction(state, fact, today)  # type: ignore[arg-type]
    else:
        _RARE[kind](state, fact, today)  # type: ignore[operator]
    earlier = state.first_day is None or fact.day < state.first_day
    if earlier and kind not in COMMANDS:
        state.first_day = fact.day
    _remember(state, event)
    return "folded"


def is_known(state: CustomerState, event_id: str) -> bool:
    """Whether an event is among those folded last.

    >>> state = CustomerState()
    >>> is_known(state, "e1"), remember(state, "e1"), is_known(state, "e1")
    (False, None, True)
    """
    return xxh3_64_intdigest(event_id.encode()) in state.recent


def remember(state: CustomerState, event_id: str) -> None:
    """Know an event as `fold` does."""
    _remember(state, xxh3_64_intdigest(event_id.encode()))


def _remember(state: CustomerState, event: int) -> None:
    state.recent.append(event)
    if len(state.recent) > REMEMBERED_EVENTS:
        del state.recent[0]


def _order(state: CustomerState, fact: OrderPaid, today: Day) -> Outcome:
    oldest = today - RETAINED_DAYS
    order = xxh3_64_intdigest(fact.order_id.encode())
    known = state.remembered.get(order)
    if known is not None and known.day >= oldest:
        return "duplicate" if known.amount == fact.amount else "conflict"
    day = fact.day
    amount = fact.amount
    state.lifetime_orders += 1
    state.lifetime_spend = MinorUnits(state.lifetime_spend + amount)
    if day < oldest:
        return "folded"
    forget(state, Day(oldest))
    state.remembered.pop(order, None)
    state.remembered[order] = RememberedOrder(day, amount)
    if len(state.remembered) > REMEMBERED_ORDERS:
        del state.remembered[next(iter(state.remembered))]
    purchase(state, day, 1, amount)
    if state.last_purchase is None or day > state.last_purchase:
        state.last_purchase = day
    if state.last_active is None or day > state.last_active:
        state.last_active = day
    if state.last_order_amount is None or fact.occurred_ms >= state.last_order_ms:
        state.last_order_ms = fact.occurred_ms
        state.last_order_amount = amount
    if fact.lines:
        _lines(state, fact)
    return "folded"


def purchase(state: CustomerState, day: Day, orders: int, spend: int) -> None:
    """Add to the purchase row of `day`; orders and spend share their days."""
    days = state.days
    if not days or day > days[-1]:
        days.append(day)
        state.orders.append(orders)
        state.spend.append(spend)
        return
    at = bisect_left(days, day)
    if days[at] == day:
        state.orders[at] += orders
        state.spend[at] += spend
    else:
        days.insert(at, day)
        state.orders.insert(at, orders)
        state.spend.insert(at, spend)


def _lines(state: CustomerState, fact: OrderPaid) -> None:
    day = fact.day
    for line in fact.lines:
        add(column_of(state, LINES), day, line.amount)
        if line.margin:
            add(column_of(state, MARGIN), day, line.margin)
        if line.high_margin:
            add(column_of(state, HIGH_MARGIN), day, line.amount)
        if line.new_product:
            add(column_of(state, NEW_PRODUCT), day, line.amount)
        category = line.category
        if category is not None and state.categories.get(category, Day(-1)) < day:
            state.categories[category] = day


def _refund(state: CustomerState, fact: OrderRefunded, today: Day) -> None:
    _take_back(state, fact, today, fact.amount, full=fact.full)


def _cancel(state: CustomerState, fact: OrderCancelled, today: Day) -> None:
    amount = fact.amount
    if amount is None:
        known = _recall(state, fact.order_id, today)
        left = known.amount - known.refunded if known else 0
        amount = MinorUnits(max(left, 0))
    _take_back(state, fact, today, amount, full=True)


def _take_back(
    state: CustomerState,
    fact: OrderRefunded | OrderCancelled,
    today: Day,
    amount: MinorUnits,
    *,
    full: bool,
) -> None:
    oldest = Day(today - RETAINED_DAYS)
    known = _recall(state, fact.order_id, today)
    orders = 1 if full else 0
    if known is not None:
        known.refunded = MinorUnits(known.refunded + amount)
        orders = 1 if known.counted and (full or known.refunded >= known.amount) else 0
        known.counted = known.counted and not orders
    day = fact.ordered_day
    if day is None:
        day = known.day if known is not None else fact.day
    state.lifetime_orders -= orders
    state.lifetime_spend = MinorUnits(state.lifetime_spend - amount)
    forget(state, oldest)
    if day >= oldest:
        purchase(state, day, -orders, -amount)
    # Even when empty: its being there says that a purchase row may be below zero.
    refunds = column_of(state, REFUNDS)
    if fact.day >= oldest:
        add(refunds, fact.day, amount)
        add(column_of(state, REFUND_COUNT), fact.day, 1)


def _recall(state: CustomerState, order_id: str, today: Day) -> RememberedOrder | None:
    known = state.remembered.get(xxh3_64_intdigest(order_id.encode()))
    return known if known is not None and known.day >= today - RETAINED_DAYS else None


def _interaction(state: CustomerState, fact: Interaction, today: Day) -> None:
    if fact.day < today - RETAINED_DAYS:
        return
    forget(state, Day(today - RETAINED_DAYS))
    column = state.kinds.get(fact.kind)
    if column is None:
        state.kinds[fact.kind] = ([fact.day], [1])
    else:
        add(column, fact.day, 1)
    if state.last_active is None or fact.day > state.last_active:
        state.last_active = fact.day


def _register(state: CustomerState, fact: Registered, today: Day) -> None:
    if fact.day < today - RETAINED_DAYS:
        return
    state.registered = fact.registered_day
    state.attributes.update(fact.attributes)


def _settled(state: CustomerState, fact: InvoiceSettled, today: Day) -> None:
    if fact.paid_day >= today - RETAINED_DAYS:
        add(column_of(state, ON_TIME if fact.on_time else LATE), fact.paid_day, 1)


def _overdue(state: CustomerState, fact: InvoiceOverdue, today: Day) -> None:
    if fact.day >= today - RETAINED_DAYS:
        add(column_of(state, OVERDUE), fact.day, 1)


def _ask(_state: CustomerState, _fact: Recalculate | ReviewResolved, _today: Day) -> None:
    """What is asked of the re-grade leaves nothing behind here but its event id."""


def column_of(state: CustomerState, code: int) -> Column:
    """The column of day sums with this code, made if there is none."""
    column = state.columns.get(code)
    if column is None:
        column = state.columns[code] = ([], [])
    return column


def forget(state: CustomerState, oldest: Day) -> None:
    """Drop what is older than the retained span: nothing reads it any more."""
    days = state.days
    if days and days[0] < oldest:
        at = bisect_left(days, oldest)
        del days[:at], state.orders[:at], state.spend[:at]
    for columns in (state.columns, state.kinds):
        for column in columns.values():
            # Asked here: a call for each of ten columns costs more than the order itself.
            if column[0] and column[0][0] < oldest:
                drop_before(column, oldest)
    if state.categories:
        for category in [c for c, day in state.categories.items() if day < oldest]:
            del state.categories[category]
    remembered = state.remembered
    while remembered:
        first = next(iter(remembered))
        if remembered[first].day >= oldest:
            break
        del remembered[first]


_RARE: Final = {
    OrderRefunded: _refund,
    OrderCancelled: _cancel,
    Registered: _register,
    InvoiceSettled: _settled,
    InvoiceOverdue: _overdue,
    OverrideSet: set_override,
    OverrideCleared: clear_override,
    Recalculate: _ask,
    ReviewResolved: _ask,
}
