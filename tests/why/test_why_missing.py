"""What is said to be missing is exactly what is missing, by the oracle's arithmetic (R43, R53)."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from builders import policy_from
from histories import CENTS, histories
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.customer import Customer
from oracle.days import EPOCH
from oracle.expressions import reading_of
from oracle.facts import Fact
from oracle.folding import fold
from programmes import programmes, tiers_of
from ruamel.yaml import YAML
from why.recomputed import Case, cases

from scoring.policy import Policy
from scoring.why.explanation import Way
from streams.policies.load import load_policy, policy_text, presets

DOCUMENTS = {name: YAML(typ="safe").load(policy_text(name)) for name in presets()}
POLICIES = {name: load_policy(name) for name in presets()}
FEWER = settings(max_examples=settings.default.max_examples // 2)
"""Each example looks at hundreds of days."""
ENDLESS = (1, 2, 29, 30, 31, 90, 365, 399, 400)
"""Days after which what has no end is tried again."""
GREAT = (0, 1, Fraction(1, 2), 30, 1000, 10**9)
"""Values of a reading that is said not to do it alone."""

KINDS = {"referrals": "referral", "complaints": "complaint", "surveys": "survey"}


def added(customer: Customer, way: Way, number: int, day: int) -> Customer:
    """A customer of whom so many minor units, or so many of something, are known in addition."""
    other = deepcopy(customer)
    row, name = other.row(day), way.reading.partition("(")[0]
    if name in ("spend", "orders", "margin", "refunds", "overdue"):
        setattr(row, name, getattr(row, name) + number)
    elif name.startswith("lifetime"):
        setattr(other, name, getattr(other, name) + number)
    elif name == "categories":
        other.categories |= {f"new {at}": day for at in range(number)}
    else:
        kind = reading_of(way.reading).kind or KINDS.get(name, "login")
        row.kinds[kind] = row.kinds.get(kind, 0) + number
    return other


def closes(case: Case, way: Way, less: int, day: int) -> bool:
    """Whether the way leads to the next tier on a day, made shorter by `less` of its grid."""
    assert way.amount is not None
    grid = {"money": case.policy.exchange.scale, "ratio": 10_000}.get(way.unit, 1)
    places = round(Fraction(str(way.amount)) * grid)
    if way.relation == "add":
        other = added(case.customer, way, places - less, day)
        read: Any = reading_of(way.reading).read(case.scope(day, other))
    else:
        read = Fraction(places + (less if way.relation == "at most" else -less), grid)
    value = case.value(case.scope(day), {way.reading: read})
    return value is not None and value >= case.enter()


def check_way(case: Case, way: Way) -> None:
    """It leads there, one step less does not; so it is up to its day, and no longer."""
    if way.relation is None:
        scope = case.scope()
        for read in GREAT:
            assert case.value(scope, {way.reading: read}) < case.enter(), way
        return
    assert closes(case, way, 0, case.today), way
    if way.amount > 0 or way.relation == "at most":
        assert not closes(case, way, 1, case.today), way
    check_days(case, way.by, lambda day: closes(case, way, 0, day))


def check_days(case: Case, by: date | None, holds: Any) -> None:
    """True on every day up to `by`, false on the day after; with no end, as far as one sees."""
    if by is None:
        assert all(holds(case.today + ahead) for ahead in ENDLESS)
        return
    last = by.toordinal()
    days = range(case.today, last + 1)
    tried = {*days[:5], *days[-5:], *days[:: 1 + len(days) // 20]}
    assert all(holds(day) for day in tried)
    assert not holds(last + 1)


def ordered(case: Case, amount: int, day: int) -> bool:
    """Whether one order of so many minor units leads to the next tier."""
    other = deepcopy(case.customer)
    instant = max(other.last_order[0], EPOCH) if other.last_order else EPOCH
    fold(other, Fact("order.paid", "one", None, instant, day, order_id="one", amount=amount), day)
    value = case.value(case.scope(day, other))
    return value is not None and value >= case.enter()


def check_order(case: Case) -> None:
    """One order does it, and one minor unit less does not."""
    order = case.told.next_tier.one_order
    if order is None:
        assert not any(ordered(case, amount, case.today) for amount in (0, 1, 10**6, 10**13))
        return
    amount = round(Fraction(str(order.amount)) * case.policy.exchange.scale)
    assert ordered(case, amount, case.today)
    assert amount == 0 or not ordered(case, amount - 1, case.today)
    check_days(case, order.by, lambda day: ordered(case, amount, day))


def below(policy: Policy, document: dict[str, Any], records: list) -> Iterator[Case]:
    """The customers who have not reached the next tier."""
    for case in cases(policy, document, records):
        if case.told.next_tier is None:
            continue
        value = case.value(case.scope())
        reached = value is not None and value >= case.enter()
        assert (case.told.next_tier.ways == []) == reached
        if not reached:
            yield case


def check_missing(policy: Policy, document: dict[str, Any], records: list) -> None:
    """Every reading that counts, and the single order."""
    for case in below(policy, document, records):
        for way in case.told.next_tier.ways:
            check_way(case, way)
        check_order(case)


@pytest.mark.parametrize("preset", presets())
@FEWER
@given(data=st.data())
def test_what_a_preset_says_is_missing_is_just_enough(preset, data):
    """The amount, count or value named leads to the next tier, the one before it does not."""
    records = data.draw(histories(CENTS, most=25, tiers=tiers_of(DOCUMENTS[preset])))
    check_missing(POLICIES[preset], DOCUMENTS[preset], records)


@FEWER
@given(drawn=programmes(most=20))
def test_what_any_policy_says_is_missing_is_just_enough(drawn):
    """Whatever the policy: by one reading alone and by one order, up to the day named."""
    document, records = drawn
    check_missing(policy_from(document), document, records)
