"""Amounts on the wire -> minor units of the policy's currency."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from scoring.units import DECIMALS, MinorUnits

MOST: Final = 10**13
"""Largest amount accepted, in minor units."""

_PLAIN = re.compile(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")
# Digits enough for any amount times any rate: the only rounding is the last.
_EXACTLY = Context(prec=200, rounding=ROUND_HALF_EVEN)
_EXACT_FLOAT: Final = 1e9
_TINY: Final = 1e-6


class AmountError(ValueError):
    """An amount that cannot be: the message says why."""


class Money:
    """Converts to one currency.

    >>> money = Money("CNY", {"USD": Decimal("7.10")})
    >>> money.minor(12.34, None), money.minor("0.125", "CNY"), money.minor(10, "USD")
    (1234, 12, 7100)
    """

    def __init__(self, currency: str, rates: Mapping[str, Decimal]) -> None:
        self._currency = currency
        self._rates = rates
        self._scale = 10 ** DECIMALS[currency]
        self.known = frozenset((currency, *rates))
        """The currencies whose amounts can be taken."""

    def minor(self, amount: float | str, currency: str | None) -> MinorUnits:
        """`amount` of `currency` (None: the policy's) in minor units, half-even.

        Raises:
            AmountError: not a plain number, negative, or too large.
            KeyError: no rate for the currency; ask `known` first.
        """
        result = self.signed(amount, currency)
        if result < 0 or (result == 0 and float(amount) < 0):
            raise AmountError(f"{amount} is negative")
        return result

    def signed(self, amount: float | str, currency: str | None) -> MinorUnits:
        """As `minor`, for numbers that may be below zero."""
        foreign = currency is not None and currency != self._currency
        if not foreign and type(amount) is float and -_EXACT_FLOAT < amount < _EXACT_FLOAT:
            scaled = amount * self._scale
            nearest = round(scaled)
            # Further off than this there may be a tie: that needs the digits.
            if abs(scaled - nearest) < _TINY:
                return MinorUnits(nearest)
        exact = self._exact(amount)
        if foreign:
            exact = _EXACTLY.multiply(exact, self._rates[str(currency)])
        exact = _EXACTLY.multiply(exact, Decimal(self._scale))
        result = int(_EXACTLY.to_integral_value(exact))
        if abs(result) > MOST:
            raise AmountError(f"{amount} is too large")
        return MinorUnits(result)

    @staticmethod
    def _exact(amount: float | str) -> Decimal:
        if isinstance(amount, str):
            if not _PLAIN.fullmatch(amount):
                raise AmountError(f"{amount!r} is not a decimal number")
            return Decimal(amount)
        # repr gives back the digits that were sent, up to 15 of them.
        return Decimal(repr(amount))
