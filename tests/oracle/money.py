"""Amounts as written, turned once into minor units of the policy's currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DECIMALS = {"CNY": 2, "USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KRW": 0, "KWD": 3}
LARGEST = 10**13
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def decimal_of(text: str) -> Decimal:
    """Read digits exactly; a number beyond all exponents counts as infinite."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def amount_of(value: object, *, signed: bool = False) -> Decimal:
    """Read an amount, a JSON number or a text of one; below zero only if `signed`.

    Raises ValueError for anything else.
    """
    if isinstance(value, str) and NUMBER.fullmatch(value):
        amount = decimal_of(value)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        amount = Decimal(value)
    else:
        raise ValueError("not a number")
    if not amount.is_finite() or (amount < 0 and not signed):
        raise ValueError("negative or without bounds")
    return amount


@dataclass(frozen=True)
class Exchange:
    """The policy's currency and what one unit of the others is worth in it."""

    currency: str
    rates: Mapping[str, Decimal]

    @property
    def scale(self) -> int:
        """Minor units in one major unit."""
        return int(10 ** DECIMALS[self.currency])

    def rate(self, currency: str | None) -> Decimal | None:
        """Return the rate of a currency; None when the policy does not know it."""
        if currency is None or currency == self.currency:
            return Decimal(1)
        return self.rates.get(currency)

    def minor(self, amount: Decimal, rate: Decimal) -> int:
        """Convert exactly, round once half-even, and refuse what is too large."""
        # The exponent is looked at first: the digits of 1e999999 need no writing out.
        if amount.adjusted() > 40:
            raise ValueError("too large")
        digits = len(amount.as_tuple().digits) + len(rate.as_tuple().digits) + 60
        with localcontext(prec=digits):
            product = amount * rate * self.scale
            minor = int(product.to_integral_value(ROUND_HALF_EVEN))
        if abs(minor) > LARGEST:
            raise ValueError("too large")
        return minor
