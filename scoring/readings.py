"""The catalogue of readings: every number a policy may name.

What each is worth at a customer is written down once, in `scoring.emit`.

>>> READINGS["spend"].unit, READINGS["spend"].windowed
('money', True)
>>> READINGS["recency_days"].unit, READINGS["recency_days"].null_when
('days', 'never bought')
"""

from dataclasses import dataclass
from typing import Final, Literal

from scoring.customer import (
    HIGH_MARGIN,
    LATE,
    LINES,
    MARGIN,
    NEW_PRODUCT,
    ON_TIME,
    OVERDUE,
    REFUNDS,
)

Unit = Literal["money", "count", "ratio", "days"]
Source = int | Literal["purchases", "kinds", "categories"]
Drift = Literal["last_purchase", "last_active", "tenure"]
OnExit = Literal["falls", "spend", "moves", "still"]


_PURCHASES: Final = ("order.paid", "order.refunded", "order.cancelled")
_FACTS: Final[dict[Source | Drift, tuple[str, ...]]] = {
    "purchases": _PURCHASES,
    "kinds": ("interaction",),
    "categories": ("order.paid",),
    MARGIN: ("order.paid",),
    LINES: ("order.paid",),
    HIGH_MARGIN: ("order.paid",),
    NEW_PRODUCT: ("order.paid",),
    REFUNDS: ("order.refunded", "order.cancelled"),
    ON_TIME: ("invoice.settled",),
    LATE: ("invoice.settled",),
    OVERDUE: ("invoice.overdue",),
    "last_purchase": ("order.paid",),
    "last_active": ("order.paid", "interaction"),
    "tenure": ("customer.registered", "any"),
}
"""The types of fact that write each source."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading. With no new fact it changes only as `drift` and `on_exit` say."""

    name: str
    unit: Unit
    meaning: str
    null_when: str = "never"
    windowed: bool = True
    with_kind: bool = False
    nullable: bool = False
    sources: tuple[Source, ...] = ()
    """The ledger columns whose rows enter and leave its window."""
    on_exit: OnExit = "still"
    """What a leaving row does: `falls`; `spend` falls unless the row is negative; `moves`."""
    drift: Drift | None = None
    """The day it counts from, for readings that grow by one a day."""
    told_by: tuple[str, ...] = ()
    """Fact types, where neither `sources` nor `drift` tells them."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The types of fact it is made from.

        >>> READINGS["refund_rate"].facts
        ('order.paid', 'order.refunded', 'order.cancelled')
        """
        drift = () if self.drift is None else (self.drift,)
        told = (fact for source in (*self.sources, *drift) for fact in _FACTS[source])
        return self.told_by or tuple(dict.fromkeys(told))

    @property
    def signature(self) -> str:
        """The name with the arguments it takes, optional ones in brackets.

        >>> READINGS["interactions"].signature, READINGS["recency_days"].signature
        ('interactions(DAYS[, KIND][, ending=DAYS])', 'recency_days')
        """
        kind = "[, KIND]" if self.with_kind else ""
        return f"{self.name}(DAYS{kind}[, ending=DAYS])" if self.windowed else self.name


def _windowed(
    name: str, unit: Unit, on_exit: OnExit, sources: tuple[Source, ...], meaning: str
) -> Reading:
    return Reading(name, unit, meaning, sources=sources, on_exit=on_exit)


def _ratio(
    name: str, unit: Unit, sources: tuple[Source, ...], meaning: str, null_when: str
) -> Reading:
    return Reading(name, unit, meaning, null_when, nullable=True, sources=sources, on_exit="moves")


def _drifting(name: str, drift: Drift, meaning: str, null_when: str) -> Reading:
    nullable = null_when != "never"
    return Reading(name, "days", meaning, null_when, windowed=False, nullable=nullable, drift=drift)


_ALL: Final = (
    _windowed("spend", "money", "spend", ("purchases",), "paid, net of refunds, at least 0"),
    _windowed("orders", "count", "spend", ("purchases",), "orders, net of full refunds"),
    _windowed("margin", "money", "spend", (MARGIN,), "margin of the order lines"),
    _windowed("refunds", "money", "falls", (REFUNDS,), "refunded, by refund day"),
    _ratio("refund_rate", "ratio", ("purchases", REFUNDS), "refunds / (spend + refunds)", "both zero"),
    _ratio("average_order", "money", ("purchases",), "spend / orders", "no order"),
    _windowed("active_days", "count", "falls", ("purchases",), "days with an order"),
    _ratio("order_volatility", "ratio", ("purchases",), "standard deviation / mean of daily spend", "fewer than 2 active days, or mean <= 0"),
    _windowed("categories", "count", "falls", ("categories",), "categories last bought in the window"),
    _ratio("high_margin_share", "ratio", (HIGH_MARGIN, LINES), "high-margin / all line amount", "no line amount"),
    _ratio("new_product_share", "ratio", (NEW_PRODUCT, LINES), "new-product / all line amount", "no line amount"),
    _ratio("on_time_rate", "ratio", (ON_TIME, LATE), "on-time / all settlements", "no settlement"),
    _windowed("overdue", "count", "falls", (OVERDUE,), "invoices overdue"),
    Reading("interactions", "count", "interactions, of one kind if named", with_kind=True, sources=("kinds",), on_exit="falls"),
    _windowed("referrals", "count", "falls", ("kinds",), "interactions of kind referral"),
    _windowed("complaints", "count", "falls", ("kinds",), "interactions of kind complaint"),
    _windowed("surveys", "count", "falls", ("kinds",), "interactions of kind survey"),
    _ratio("trend", "ratio", ("purchases",), "orders / orders of the window before - 1", "no order in the window before"),
    _drifting("recency_days", "last_purchase", "days since the last purchase", "never bought"),
    _drifting("inactive_days", "last_active", "days since the last order or interaction", "none"),
    _drifting("tenure_days", "tenure", "days since registration, else since the first fact", "never"),
    Reading("lifetime_orders", "count", "orders ever, net of full refunds", windowed=False, told_by=_PURCHASES),
    Reading("lifetime_spend", "money", "paid ever, net of refunds", windowed=False, told_by=_PURCHASES),
    Reading("last_order_amount", "money", "amount of the latest paid order", "never bought", windowed=False, nullable=True, told_by=("order.paid",)),
)  # fmt: skip

READINGS: Final = {reading.name: reading for reading in _ALL}
"""Every reading by name."""

KIND_READINGS: Final = {
    "referrals": "referral",
    "complaints": "complaint",
    "surveys": "survey",
}
"""Readings that count one kind of interaction."""
