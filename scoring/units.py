"""The numbers of the core, each with its unit in its name.

>>> [10 ** DECIMALS[currency] for currency in ("CNY", "JPY", "KWD")]
[100, 1, 1000]
>>> max(Day(20_000), NEVER) == NEVER
True
"""

from typing import Final, NewType

Day = NewType("Day", int)
"""A local calendar date in the policy's zone: days since 1970-01-01."""

EpochMs = NewType("EpochMs", int)
"""An instant: milliseconds since 1970-01-01T00:00Z."""

MinorUnits = NewType("MinorUnits", int)
"""Money: an integer of the smallest unit of the policy's currency (cent, fen, yen)."""

Centipoints = NewType("Centipoints", int)
"""A score in hundredths of a point: 8500 is 85.00."""

NEVER: Final = Day(10**9)
"""A day later than every other: nothing is due."""

MS_PER_DAY: Final = 86_400_000

DECIMALS: Final = {
    "AED": 2, "AUD": 2, "BHD": 3, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0, "CNY": 2,
    "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2, "IDR": 2, "ILS": 2,
    "INR": 2, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "MXN": 2, "MYR": 2,
    "NOK": 2, "NZD": 2, "OMR": 3, "PHP": 2, "PLN": 2, "RON": 2, "SAR": 2, "SEK": 2,
    "SGD": 2, "THB": 2, "TND": 3, "TRY": 2, "TWD": 2, "USD": 2, "VND": 0, "ZAR": 2,
}  # fmt: skip
"""ISO 4217: how many decimals the minor unit of a currency has."""
