"""Numbers and findings of an explanation in words."""

from datetime import date

from scoring.policy import Policy
from scoring.readings import READINGS, Unit
from scoring.units import DECIMALS
from scoring.why.explanation import (
    Explanation,
    OneOrder,
    OutlookDay,
    ReviewRow,
    TriggerRow,
    Way,
)


class Words:
    """Words for the explanations of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._decimals = DECIMALS[policy.currency]

    def number(self, value: float | None, unit: Unit) -> str:
        """A reading; money with its decimals.

        >>> from streams.policies.load import load_policy
        >>> words = Words(load_policy("b2b-fresh"))
        >>> words.number(4310, "money"), words.number(0.61204, "ratio"), words.number(None, "days")
        ('4,310.00', '0.612', 'none')
        """
        if value is None:
            return "none"
        if unit == "money":
            return f"{value:,.{self._decimals}f}"
        return f"{round(value, 4):,.10g}"

    def ranked(self, value: float | None) -> str:
        """A ranking value: points of the score, or the reading."""
        by = self._policy.by
        if by is not None:
            return self.number(value, READINGS[by.name].unit)
        return "none" if value is None else f"{value:.2f}"

    def way(self, way: Way) -> str:
        """What one reading alone would have to do.

        >>> from streams.policies.load import load_policy
        >>> end = date(2026, 12, 31)
        >>> seven = Way(["frequency"], "orders(365)", "count", "add", 7, end, None, 9.5)
        >>> Words(load_policy("b2b-fresh")).way(seven)
        '7 more, by 2026-12-31'
        """
        if way.relation is None:
            return f"cannot do it alone: at its best the score is {self.ranked(way.best)}"
        amount = self.number(way.amount, way.unit)
        if way.relation == "add":
            return f"{amount} more, {_until(way.by)}"
        reached = "" if way.on is None else f" (on {way.on} it is)"
        return f"{way.relation} {amount}{reached}, {_until(way.by)}"

    def one_order(self, order: OneOrder | None) -> str:
        """What one order would have to be."""
        if order is None:
            return "cannot do it alone"
        amount = self.number(order.amount, "money")
        size = f"of {amount}" if order.amount else "of any amount"
        return f"{size}, {_until(order.by)}"

    def day(self, day: OutlookDay) -> str:
        """What changes on a day to come."""
        moves = [
            f"{move.what}: {move.from_} → {move.to}"
            + (f" ({move.trigger})" if move.trigger else "")
            for move in day.moves
        ]
        readings = [
            f"{move.reading}: {self._reading(move.reading, move.from_)} → "
            f"{self._reading(move.reading, move.to)}"
            for move in day.readings
        ]
        return "\n".join([*moves, *readings])

    def readings(self, readings: dict[str, float | None]) -> str:
        """Readings with their values."""
        return "\n".join(f"{name} is {self._reading(name, v)}" for name, v in readings.items())

    def _reading(self, text: str, value: float | None) -> str:
        return self.number(value, READINGS[text.partition("(")[0]].unit)


def _until(by: date | None) -> str:
    return "on any day to come" if by is None else f"by {by}"


def permits(row: TriggerRow) -> str:
    """Which moves a trigger allows."""
    demotes = "down" + (" to the target" if row.steps is None else f" {row.steps}")
    ways = [*(["up"] if row.promote else []), *([demotes] if row.demote else [])]
    return ", ".join(ways) + (" (no hold)" if row.demote and row.ignore_hold else "")


def reviewed(review: ReviewRow) -> str:
    """The move that waits, or was refused.

    >>> day = date(2024, 3, 1)
    >>> reviewed(ReviewRow("open", "gold", "big", "crossing", "e7", day, date(2024, 3, 8)))
    'the move to gold (crossing) waits for a decision until 2024-03-08, by the rule big'
    """
    move = f"the move to {review.to} ({review.trigger})"
    if review.status == "open":
        return f"{move} waits for a decision until {review.deadline}, by the rule {review.rule}"
    who = f"by {review.author}: {review.reason}" if review.author else "for nobody answered in time"
    return f"{move} was refused on {review.refused_on} {who}"


def summary(customer: str, policy: Policy, told: Explanation, alias: str | None = None) -> str:
    """The short form, line by line; `alias` is whom the customer was merged into."""
    rows = {
        "customer": customer + ("" if alias is None else f" (merged into {alias})"),
        "tier": told.tier or f"none yet: eligible is {policy.eligible}",
        told.ranked_by: Words(policy).ranked(told.value),
        **{row.name: row.value or "none" for row in told.labels},
        "since": str(told.tier_since or "-"),
        "due": str(told.due_on or "-"),
        "as of": str(told.as_of),
        "policy": f"{policy.policy_id} version {policy.version}",
    }
    if told.override is not None:
        rows["tier"] += (
            f" ({told.override.kind} {told.override.tier}; computed {told.computed_tier})"
        )
    if told.review is not None:
        rows["review"] = reviewed(told.review)
    width = max(map(len, rows))
    return "\n".join(f"{name:{width}}  {value}" for name, value in rows.items())
