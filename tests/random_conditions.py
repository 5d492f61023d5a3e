"""Hypothesis draws readings and conditions: every reading, bounds that histories meet.

Numbers are binary fractions, so that the engine's binary arithmetic and the oracle's
exact one agree on ties.
"""

from hypothesis import strategies as st

SHARES = ("0.25", "0.5", "1")
COUNTS = ("0", "1", "2", "3")
MONEY = ("0", "1", "40", "99.5", "100", "250")
DAYS = ("0", "1", "2", "7", "29", "30", "31", "90")

BOUNDS = {
    "spend": MONEY,
    "orders": COUNTS,
    "margin": ("-10", "0", "5"),
    "refunds": ("0", "40"),
    "refund_rate": ("0", *SHARES),
    "average_order": ("1", "40", "50"),
    "active_days": COUNTS,
    "order_volatility": ("0", "0.5", "1"),
    "categories": COUNTS,
    "high_margin_share": SHARES,
    "new_product_share": SHARES,
    "on_time_rate": SHARES,
    "overdue": COUNTS,
    "interactions": COUNTS,
    "referrals": COUNTS,
    "complaints": COUNTS,
    "surveys": COUNTS,
    "trend": ("-0.5", "-0.25", "0", "1"),
    "recency_days": DAYS,
    "inactive_days": DAYS,
    "tenure_days": DAYS,
    "lifetime_orders": COUNTS,
    "lifetime_spend": MONEY,
    "last_order_amount": MONEY,
}
"""Every reading with the values to compare it with."""

PLAIN = (
    "recency_days",
    "inactive_days",
    "tenure_days",
    "lifetime_orders",
    "lifetime_spend",
    "last_order_amount",
)
WINDOWS = st.sampled_from(["1", "2", "7", "30", "90", "199"])
ENDINGS = st.sampled_from(["", "", "", ", ending=0", ", ending=1", ", ending=2"])
OPERATORS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


@st.composite
def called(draw: st.DrawFn, name: str) -> str:
    """A reading by name, with a window if it takes one."""
    if name in PLAIN:
        return name
    kind = draw(st.sampled_from(["", ", login"])) if name == "interactions" else ""
    return f"{name}({draw(WINDOWS)}{kind}{draw(ENDINGS)})"


def readings(names: tuple[str, ...] = tuple(BOUNDS)) -> st.SearchStrategy[str]:
    """A reading as it is written in a policy."""
    return st.sampled_from(names).flatmap(called)


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    """A reading, or a little arithmetic with it, beside a number or another reading."""
    name = draw(st.sampled_from(tuple(BOUNDS)))
    reading = draw(called(name))
    bound = draw(st.sampled_from(BOUNDS[name]))
    operator = draw(OPERATORS)
    shapes = [
        f"{reading} {operator} {bound}",
        f"{reading} >= {bound}",
        f"{bound} {operator} {reading}",
        f"{reading} * 2 + 0.5 {operator} {bound} + 1",
        f"-{reading} {operator} 0 - {bound}",
        f"{reading} {operator} {draw(called(name))}",
        f"({reading} - {bound}) / {draw(readings())} {operator} 1",
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def exact_days(draw: st.DrawFn) -> str:
    """A condition on one day of a customer's time, perhaps with a demand beside it."""
    name = draw(st.sampled_from(["recency_days", "inactive_days", "tenure_days"]))
    exact = f"{name} == {draw(st.sampled_from(DAYS))}"
    beside = draw(st.none() | comparisons())
    return exact if beside is None else f"{exact} and {beside}"


def fields() -> st.SearchStrategy[str]:
    """A condition on the fact itself, for triggers."""
    return st.sampled_from(
        [
            "amount >= 40",
            "amount / 2 < 30",
            "amount > spend(30)",
            'type == "order.paid"',
            "type != 'order.refunded'",
            "channel == 'web'",
            "channel != 'web'",
            "kind == 'login'",
            "not order_id == 'o1'",
        ]
    )


def attributes() -> st.SearchStrategy[str]:
    """A condition on what the customer was registered with."""
    return st.sampled_from(
        [
            "attribute('x') == 't'",
            'attribute("x") != "t"',
            "'true' == attribute('y')",
            "attribute('y') < 2",
            "attribute('x') >= orders(30)",
            "attribute('y') <= recency_days",
            "attribute('x') == attribute('y')",
            "attribute('z') != 'never said'",
        ]
    )


def conditions(*more: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A whole condition: comparisons, and `more`, joined and turned round."""

    def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        several = st.lists(inner, min_size=2, max_size=3)
        return st.one_of(
            several.map(lambda parts: f"({' and '.join(parts)})"),
            several.map(lambda parts: f"({' or '.join(parts)})"),
            inner.map(lambda part: f"not ({part})"),
        )

    return st.recursive(
        st.one_of(comparisons(), exact_days(), attributes(), *more), extend, max_leaves=4
    )
