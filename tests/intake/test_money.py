"""Amounts become minor units: exactly, rounded once, halves to even."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.money import MOST, AmountError, Money

CNY = Money("CNY", {"USD": Decimal("7.10"), "JPY": Decimal("0.047")})
CENTS = st.integers(0, MOST)
WIDE = Context(prec=400, rounding=ROUND_HALF_EVEN)


def exactly(amount: Decimal, rate: str = "1", scale: int = 100) -> int:
    """The minor units of an amount, computed with digits to spare."""
    product = WIDE.multiply(WIDE.multiply(amount, Decimal(rate)), Decimal(scale))
    return int(product.to_integral_value(ROUND_HALF_EVEN))


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("0.005", 0),
        ("0.015", 2),
        ("0.025", 2),
        (0.125, 12),
        (0.135, 14),
        (1.005, 100),
        (2.675, 268),
        ("0.12500000000000000000000000000000000001", 13),
        (0, 0),
        ("-0", 0),
        ("1e2", 10_000),
        ("1.5E-2", 2),
        (99_999_999_999.99, 9_999_999_999_999),
        ("100000000000", MOST),
    ],
)
def test_halves_go_to_even(amount, minor):
    """A half cent goes to the even neighbour, as written, not as its binary float."""
    assert CNY.minor(amount, None) == minor


@given(CENTS)
def test_a_number_and_its_text_are_one_amount(cents):
    """Any amount of whole cents survives as text and as JSON number."""
    text = f"{cents // 100}.{cents % 100:02}"
    assert CNY.minor(text, None) == cents
    assert CNY.minor(text, "CNY") == cents
    assert CNY.minor(float(text), None) == cents


@given(st.decimals(0, 10**9, allow_nan=False, places=7), st.sampled_from(["USD", "JPY"]))
def test_a_foreign_amount_is_rounded_once_after_the_rate(amount, currency):
    """Amount times rate is exact; only the product is rounded."""
    rate = {"USD": "7.10", "JPY": "0.047"}[currency]
    assert CNY.minor(f"{amount:f}", currency) == exactly(amount, rate)


@given(st.floats(0, 1e9))
def test_a_float_is_read_as_its_shortest_digits(amount):
    """The fast path for floats gives what the digits give."""
    assert CNY.minor(amount, None) == exactly(Decimal(repr(amount)))


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 2), ("CNY", 150), ("KWD", 1500)])
def test_a_currency_has_its_own_minor_unit(currency, minor):
    """The yen has no decimals, the yuan two, the Kuwaiti dinar three."""
    assert Money(currency, {}).minor("1.5", None) == minor


@pytest.mark.parametrize("amount", ["-0.001", -0.001, -1, "-1e-2", "100000000000.01", 1e12])
def test_below_zero_and_beyond_all_bounds_are_refused(amount):
    """An amount is not negative and at most 10^13 minor units."""
    with pytest.raises(AmountError):
        CNY.minor(amount, None)


@pytest.mark.parametrize(("amount", "minor"), [("-0.005", 0), (-1.5, -150), ("-1", -100)])
def test_a_margin_may_be_below_zero(amount, minor):
    """A loss is real; it is bounded like any amount."""
    assert CNY.signed(amount, None) == minor
    with pytest.raises(AmountError):
        CNY.signed("-100000000000.01", None)


def test_the_known_currencies_are_the_policys_and_its_table():
    """Whoever asks first never meets an unknown rate."""
    assert CNY.known == {"CNY", "USD", "JPY"}
