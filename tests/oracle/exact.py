"""Exact numbers, so that no comparison depends on binary rounding."""

from __future__ import annotations

from fractions import Fraction

Number = int | Fraction


def exact(value: float | str) -> Fraction:
    """Return the number that is written, not the binary one nearest to it.

    >>> exact(0.35) == Fraction(35, 100)
    True
    """
    return Fraction(str(value))


def half_up(value: Number) -> Fraction:
    """Round to two decimals, halves upwards.

    >>> half_up(exact("49.505"))
    Fraction(4951, 100)
    """
    hundredths = (Fraction(value) * 100 + Fraction(1, 2)).__floor__()
    return Fraction(hundredths, 100)
