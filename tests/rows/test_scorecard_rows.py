"""Rows R1-R6 and the moves of R30, R31 under `b2b-fresh`: scorecard, caps, bands, triggers."""

import pytest
from asof import as_of
from builders import interaction, order, overdue, refund, registration, settlement
from graded import (
    FULL_MARKS_LINE,
    HIGH_MARGIN_LINE,
    busy_buyer,
    graded,
    partner_of_three_years,
    rules_of,
)

from streams.policies.load import presets

B2B = "b2b-fresh"


def test_r1_weights_of_the_scorecard():
    """Full marks everywhere are 100 points: 35 + 25 + 15 + 10 + 10 + 5."""
    events = [partner_of_three_years(), *busy_buyer(100_000, FULL_MARKS_LINE)]
    last = graded(B2B, *events).changes[-1]
    assert (last["tier"], last["score"]) == ("diamond", 100.0)
    assert {d["name"]: (d["weight"], d["points"]) for d in last["dimensions"]} == {
        "amount": (0.35, 35.0),
        "frequency": (0.25, 25.0),
        "timeliness": (0.15, 15.0),
        "product_mix": (0.10, 10.0),
        "cooperation": (0.10, 10.0),
        "new_products": (0.05, 5.0),
    }


@pytest.mark.parametrize(
    ("amount", "value"),
    [(0, 0.0), (50_000, 0.5), ("99999.99", 0.9999999), (100_000, 1), (100_001, 1)],
)
def test_r2_full_marks_for_spend_are_100000(amount, value):
    """min(amount / 100000, 1)."""
    assert graded(B2B, order(0, amount)).normalised["amount"] == value


@pytest.mark.parametrize(
    ("orders", "value"), [(1, 1 / 30), (15, 0.5), (29, 29 / 30), (30, 1), (31, 1)]
)
def test_r2_full_marks_for_frequency_are_30_orders(orders, value):
    """min(frequency / 30, 1)."""
    assert graded(B2B, *[order(0, 1)] * orders).normalised["frequency"] == pytest.approx(value)


@pytest.mark.parametrize(("days", "value"), [(0, 0), (1094, 1094 / 1095), (1095, 1), (1096, 1)])
def test_r2_full_marks_for_cooperation_are_three_years(days, value):
    """Registered 1,095 days ago is full marks."""
    events = [registration(0, since=-days), order(0)]
    assert graded(B2B, *events).normalised["cooperation"] == pytest.approx(value)


@pytest.mark.parametrize(("new", "value"), [(29, 29 / 30), (30, 1), (31, 1)])
def test_r2_full_marks_for_new_products_are_30_percent(new, value):
    """30 of 100 yuan on new products are full marks."""
    lines = [{"amount": new, "new_product": True}, {"amount": 100 - new}]
    found = graded(B2B, order(0, 100, lines=lines)).normalised["new_products"]
    assert found == pytest.approx(value)


def test_r3_base_dimensions():
    """Yearly spend, orders of a month and a quarter, margin share, payments, relationship."""
    # day   -30 registered   0 o50   275 o20   335 o30 (60 of 80 high margin)   364
    lines = [{"amount": 20}, {"amount": 60, "high_margin": True}]
    events = [registration(0, since=-30), order(0, 50), order(275, 20), order(335, 30, lines=lines)]
    events += [settlement(340, due=340), settlement(341, due=340), overdue(342), overdue(343)]
    texts = ["spend(365)", "orders(30)", "orders(90)", "high_margin_share(365)"]
    texts += ["on_time_rate(365)", "overdue(365)", "tenure_days"]
    assert as_of(364, *texts, events=events) == [100, 1, 2, 0.75, 0.5, 2, 394]
    # The 365th day is the last on which day 0 is in a year's window; a month and a quarter as well.
    assert as_of(365, "spend(365)", "orders(30)", "orders(90)", events=events) == [50, 0, 1]


def test_r4_auxiliary_dimensions():
    """Volatility of orders, new products, feedback and influence can be read and weighed."""
    lines = [{"amount": 25, "new_product": True}, {"amount": 75}]
    events = [order(0, 100, lines=lines), order(1, 300)]
    events += [interaction(1, kind) for kind in ("survey", "survey", "review", "referral")]
    texts = ["order_volatility(90)", "new_product_share(90)", "surveys(90)"]
    texts += ["interactions(90, review)", "referrals(90)"]
    assert as_of(1, *texts, events=events) == [0.5, 0.25, 2, 1, 1]


@pytest.mark.parametrize(
    ("line", "last", "score", "tier"),
    [
        (HIGH_MARGIN_LINE, "14257.14", 54.99, "bronze"),
        (HIGH_MARGIN_LINE, "14285.72", 55.0, "silver"),
        (FULL_MARKS_LINE, "42828.57", 69.99, "silver"),
        (FULL_MARKS_LINE, "42857.15", 70.0, "gold"),
        (FULL_MARKS_LINE, "85685.71", 84.99, "gold"),
        (FULL_MARKS_LINE, "85699.98", 84.99, "gold"),
        (FULL_MARKS_LINE, 85_700, 85.0, "diamond"),
        (FULL_MARKS_LINE, "85714.29", 85.0, "diamond"),
    ],
)
def test_r5_score_bands(line, last, score, tier):
    """Diamond from 85, gold from 70, silver from 55; 84.995 is shown and counts as 85."""
    found = graded(B2B, *busy_buyer(last, line))
    assert (found.score, found.tier) == (score, tier)


@pytest.mark.parametrize(
    ("back", "score", "tier"), [("24285.72", 76.5, "diamond"), (24_315, 76.49, "gold")]
)
def test_r5_a_tier_is_kept_down_to_nine_tenths(back, score, tier):
    """Diamond is entered at 85 and kept at 76.5."""
    events = busy_buyer("85714.30", FULL_MARKS_LINE)
    found = graded(B2B, *events, refund(0, back, order_id="o30"))
    assert (found.score, found.tier) == (score, tier)


def test_r5_names_of_the_tiers():
    """Four levels, with the names that operators use."""
    shown = [(t.name, t.label["zh"], t.enter, t.keep) for t in rules_of(B2B).tiers]
    assert [(n, zh, float(e), float(k)) for n, zh, e, k in shown] == [
        ("bronze", "青铜", 0, 0),
        ("silver", "白银", 55, 49.5),
        ("gold", "黄金", 70, 63),
        ("diamond", "钻石", 85, 76.5),
    ]


LAYERS = """
score: [{name: value, reading: "spend(365)", cap: 10000, weight: 1}]
tiers:
  - {name: potential, label: {zh: 潜力层}, enter: 0}
  - {name: bronze, enter: 20}
  - {name: silver, enter: 40}
  - {name: gold, enter: 60}
  - {name: platinum, label: {zh: 铂金}, enter: 80}
labels:
  feature:
    - value: loyal
      label: {zh: 高价值高频忠诚客}
      when: spend(365) >= 6000 and orders(365) >= 12
    - value: sleeping
      label: {zh: 低频高客单沉睡客}
      when: average_order(365) >= 2000 and orders(365) <= 3 and recency_days >= 90
    - {value: ordinary}
"""


@pytest.mark.parametrize(
    ("spend", "tier"),
    [(1999, "potential"), (2000, "bronze"), (4000, "silver"), (6000, "gold"), (8000, "platinum")],
)
def test_r6_five_layers_by_fixed_bounds(spend, tier):
    """Layers found elsewhere can be written as tiers: platinum to potential."""
    assert graded(LAYERS, order(0, spend)).tier == tier


def test_r6_a_layer_has_its_feature():
    """Often and much is loyal; seldom, dear and long ago is sleeping."""
    assert graded(LAYERS, *[order(0, 500)] * 12).labels["feature"] == "loyal"
    assert graded(LAYERS, order(0, 2000), on=89).labels["feature"] == "ordinary"
    assert graded(LAYERS, order(0, 2000), on=90).labels["feature"] == "sleeping"


@pytest.mark.parametrize(("amount", "trigger"), [("19999.99", "crossing"), (20_000, "large-order")])
def test_r30_a_large_order_is_one_of_20000(amount, trigger):
    """The order that lifts a customer to silver names the large order from 20,000 on."""
    found = graded(B2B, *busy_buyer(amount, HIGH_MARGIN_LINE))
    assert found.moves[-1] == (0, "tier", "bronze", "silver", trigger)


def unpunctual(day: int) -> list:
    """Late payments that take 15 points away, and permit nothing."""
    return [settlement(day, due=day - 1) for _ in range(200)]


@pytest.mark.parametrize(("promoted", "demoted"), [(1, 31), (2, 60)])
def test_r31_a_review_respects_the_hold_of_30_days(promoted, demoted):
    """Promoted 30 days before February 1 it falls then; 29 days before, on March 1."""
    # day   0 Jan 1   1 or 2 silver   5 late   31 Feb 1 review   60 Mar 1 review
    events = [*busy_buyer(20_000, HIGH_MARGIN_LINE, day=promoted), *unpunctual(5), order(20, 0)]
    tiers = [move for move in graded(B2B, *events, on=80).moves if move[1] == "tier"]
    assert tiers[-1] == (demoted, "tier", "silver", "bronze", "review")


def test_r30_the_churn_window_ends_after_90_days():
    """On the 90th day without a purchase what is pending is made; what comes later waits."""
    # day   3 o silver   91 Apr 1 review   92 late, |89   93 |90 v   94 late   121 May 1 review
    events = busy_buyer(20_000, HIGH_MARGIN_LINE, day=3)
    assert graded(B2B, *events, *unpunctual(92), on=92).tier == "silver"
    found = graded(B2B, *events, *unpunctual(92), on=93)
    assert [move for move in found.moves if move[1] == "tier"][-1] == (
        *(93, "tier", "silver", "bronze"),
        "churn-window",
    )
    assert graded(B2B, *events, *unpunctual(94), on=120).tier == "silver"


@pytest.mark.parametrize("preset", presets())
def test_r31_every_preset_holds_for_30_days_and_reviews_monthly(preset):
    """The calendar and the hold are the same everywhere."""
    policy = rules_of(preset)
    assert policy.hold_days == 30
    assert [t.calendar for t in policy.triggers if t.name == "review"] == ["monthly"]


def test_r30_refunds_take_back_what_they_gave():
    """Who gives back what made a diamond falls two levels at once, within the hold."""
    events = busy_buyer("85714.30", FULL_MARKS_LINE)
    back = refund(0, "85714.30", order_id="o30")
    found = graded(B2B, *events, back)
    assert (found.score, found.tier) == (54.17, "silver")
    assert found.changes[-1]["trigger"] == "refund"
