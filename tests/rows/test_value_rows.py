"""Rows R7-R18: classes, layers and bands of value, each at its bounds."""

import pytest
from builders import interaction, order
from graded import graded, label, rules_of


def shopper(orders: int, spend: float, last: int = 0) -> list:
    """So many orders for so much in all, the last of them on day `last`."""
    return [*[order(last, 0)] * (orders - 1), order(last, spend)]


@pytest.mark.parametrize(
    ("recent", "frequent", "rich", "name", "shown"),
    [
        (True, True, True, "important_value", "重要价值客户"),
        (False, True, True, "important_keep", "重要保持客户"),
        (True, False, True, "important_develop", "重要发展客户"),
        (False, False, True, "important_win_back", "重要挽留客户"),
        (True, True, False, "general_value", "一般价值客户"),
        (False, True, False, "general_keep", "一般保持客户"),
        (True, False, False, "general_develop", "一般发展客户"),
        (False, False, False, "general_win_back", "一般挽留客户"),
    ],
)
def test_r7_the_eight_classes(recent, frequent, rich, name, shown):
    """Bought 30 or 31 days ago, 6 or 5 times, for 3,000 or 2,999.99: all eight, at their bounds."""
    events = shopper(6 if frequent else 5, 3000 if rich else 2999.99)
    assert label("rfm", *events, on=30 if recent else 31) == name
    rules = next(label for label in rules_of("retail-rfm").labels if label.name == "rfm").rules
    assert {rule.value: rule.label["zh"] for rule in rules}[name] == shown


def test_r7_a_class_follows_time_to_the_day():
    """Nobody does anything: the 31st day makes it leaving, the 365th takes frequency and money."""
    found = graded("retail-rfm", *shopper(6, 3000), on=366)
    assert [move[:4] for move in found.moves if move[0] and move[1] == "rfm"] == [
        (31, "rfm", "important_value", "important_keep"),
        (365, "rfm", "important_keep", "general_win_back"),
    ]


@pytest.mark.parametrize(
    ("recency", "frequency", "money", "score"),
    [(0.30, 0.30, 0.40, 50.0), (0.35, 0.45, 0.20, 60.0), (0.25, 0.15, 0.60, 40.0)],
)
def test_r7_weights_per_industry_are_policy(recency, frequency, money, score):
    """R 1, F 0.5 and M 0.125: what they come to is a matter of weights, in the document."""
    rules = f"""
score:
  - {{name: recency, reading: recency_days, decay: 180, weight: {recency}}}
  - {{name: frequency, reading: orders(365), cap: 12, weight: {frequency}}}
  - {{name: money, reading: spend(365), cap: 10000, weight: {money}}}
"""
    tiers = "tiers: [{name: low, enter: 0}, {name: high, enter: 50}]"
    found = graded(rules + tiers, *shopper(6, 1250))
    assert found.score == score
    assert found.tier == ("high" if score >= 50 else "low")


def test_r7_the_score_of_the_preset():
    """Half of each: 90 of 180 days, 6 of 12 orders, 5,000 of 10,000; weights .30, .30, .40."""
    found = graded("retail-rfm", *shopper(6, 5000), on=90)
    assert found.normalised == {"recency": 0.5, "frequency": 0.5, "money": 0.5}
    weights = {d.name: d.weight for d in rules_of("retail-rfm").dimensions}
    assert weights == {"recency": 0.30, "frequency": 0.30, "money": 0.40}
    assert [float(t.enter) for t in rules_of("retail-rfm").tiers] == [0, 40, 65, 90]


ABC = """
by: margin(365)
tiers: [{name: C, enter: 0}, {name: B, enter: 1000}, {name: A, enter: 5000}]
"""


@pytest.mark.parametrize(
    ("profit", "tier"), [(999.99, "C"), (1000, "B"), (4999.99, "B"), (5000, "A")]
)
def test_r8_abc_by_profit_with_fixed_bounds(profit, tier):
    """A, B and C by the margin of order lines, whatever the amounts."""
    lines = [{"amount": 9, "margin": profit}]
    assert graded(ABC, order(0, 9, lines=lines)).tier == tier


@pytest.mark.parametrize(
    ("spend", "tier"), [(2999.99, "base"), (3000, "middle"), (9999.99, "middle"), (10_000, "top")]
)
def test_r9_three_layers_of_the_pyramid(spend, tier):
    """Top from 10,000 a year, middle from 3,000, base below."""
    assert graded("pyramid", order(0, spend)).tier == tier
    assert [t.label["zh"] for t in rules_of("pyramid").tiers] == ["塔基", "塔身", "塔尖"]


@pytest.mark.parametrize(
    ("spend", "tier"),
    [(5999.99, "base"), (6000, "potential"), (17_999.99, "potential"), (18_000, "core")],
)
def test_r10_core_potential_and_base(spend, tier):
    """Core from 18,000 a year, potential from 6,000: a fifth and the next 30 % of the UCI shops."""
    assert graded("small-business", order(0, spend)).tier == tier


TOP_TENTH = """
by: spend(365)
tiers: [{name: low, enter: 0}, {name: backbone, enter: 6000}, {name: high, enter: 32000}]
"""


@pytest.mark.parametrize(
    ("spend", "tier"), [(5999, "low"), (6000, "backbone"), (31_999, "backbone"), (32_000, "high")]
)
def test_r12_top_tenth_backbone_and_low_with_fixed_bounds(spend, tier):
    """The percentiles are looked up once and written as bounds."""
    assert graded(TOP_TENTH, order(0, spend)).tier == tier


@pytest.mark.parametrize(
    ("spend", "band"),
    [(0, "low"), ("2999.99", "low"), (3000, "medium"), ("9999.99", "medium"), (10_000, "high")],
)
def test_r13_value_bands_are_half_open(spend, band):
    """High from 10,000 a year, medium in [3000, 10000), low below."""
    assert label("value_band", order(0, spend)) == band


def test_r13_a_band_is_of_one_year():
    """What was spent 364 days ago counts, 365 days ago no longer."""
    assert label("value_band", order(0, 10_000), on=364) == "high"
    assert label("value_band", order(0, 10_000), on=365) == "low"


@pytest.mark.parametrize(
    ("spend", "quiet", "quadrant"),
    [
        ("9999.99", 30, "ordinary"),
        (10_000, 29, "ordinary"),
        (10_000, 30, "sleeping_high_value"),
    ],
)
def test_r14_high_amount_and_low_activity_sleeps(spend, quiet, quadrant):
    """10,000 a year, and neither order nor interaction for 30 days."""
    assert label("quadrant", order(0, spend), on=quiet) == quadrant


def test_r14_an_interaction_wakes_up():
    """A login is activity: the 30 days count from it."""
    events = [order(0, 10_000), interaction(29)]
    assert label("quadrant", *events, on=58) == "ordinary"
    assert label("quadrant", *events, on=59) == "sleeping_high_value"


@pytest.mark.parametrize(
    ("spend", "clicks", "quadrant"),
    [("2999.99", 11, "ordinary"), ("2999.99", 12, "potential"), (3000, 12, "ordinary")],
)
def test_r14_high_activity_and_low_amount_has_potential(spend, clicks, quadrant):
    """Below 3,000 a year, but 12 interactions in 30 days."""
    events = [order(0, spend), *[interaction(0, "like")] * clicks]
    assert label("quadrant", *events, on=29) == quadrant


BUYERS = """
labels:
  buyer:
    - {value: price_sensitive, when: "interactions(365, coupon) / orders(365) >= 0.5"}
    - {value: impulsive, when: "order_volatility(365) >= 1"}
    - {value: loyal, when: "orders(365) >= 12"}
    - {value: ordinary}
"""


def test_r15_kinds_of_buyers_by_fixed_bounds():
    """What a clustering finds can be written as a label: coupons, volatility, steadiness."""
    steady = [order(day, 50) for day in range(12)]
    coupons = [interaction(11, "coupon")] * 6
    assert label("buyer", *steady, rules=BUYERS) == "loyal"
    assert label("buyer", *steady, *coupons[:5], rules=BUYERS) == "loyal"
    assert label("buyer", *steady, *coupons, rules=BUYERS) == "price_sensitive"
    assert label("buyer", *steady[:11], rules=BUYERS) == "ordinary"
    assert label("buyer", *steady, order(12, 5000), rules=BUYERS) == "impulsive"


POTENTIAL = """
labels:
  social: [{value: "yes", when: "interactions(90, share) + referrals(90) >= 2"}, {value: "no"}]
  data: [{value: "yes", when: "surveys(90) >= 1"}, {value: "no"}]
  scenario: [{value: "yes", when: "new_product_share(90) >= 0.10"}, {value: "no"}]
"""


def test_r17_potential_value_is_read_from_what_customers_do():
    """Invitations and shares, surveys filled in, and interest in new lines."""
    lines = [{"amount": 10, "new_product": True}, {"amount": 90}]
    told = [interaction(1, kind) for kind in ("share", "referral", "survey")]
    before = graded(POTENTIAL, order(0, 100), told[0]).labels
    assert before == {"social": "no", "data": "no", "scenario": "no"}
    after = graded(POTENTIAL, order(0, 100, lines=lines), *told).labels
    assert after == {"social": "yes", "data": "yes", "scenario": "yes"}


@pytest.mark.parametrize(
    ("amount", "then", "tier", "trend"),
    [
        (10, 4, "base", "rising"),
        (10, 2, "base", "falling"),
        (4000, 4, "top", "rising"),
        (4000, 2, "top", "falling"),
        (4000, 3, "top", "steady"),
    ],
)
def test_r18_level_and_trend_are_two_axes(amount, then, tier, trend):
    """Three orders in a quarter, then so many in the next: the level says nothing of it."""
    events = [*[order(day, amount) for day in (0, 40, 80)], *[order(179, amount)] * then]
    found = graded("pyramid", *events)
    assert (found.tier, found.labels["trend"]) == (tier, trend)


@pytest.mark.parametrize(
    ("before", "now", "trend"),
    [
        (0, 1, "unknown"),
        (100, 70, "falling"),
        (100, 71, "steady"),
        (100, 129, "steady"),
        (100, 130, "rising"),
    ],
)
def test_r18_a_trend_is_30_percent_up_or_down(before, now, trend):
    """A quarter against the quarter before; without one before there is no trend."""
    events = [*[order(89, 1)] * before, *[order(90, 1)] * now]
    assert label("trend", *events, on=179, rules="pyramid") == trend
