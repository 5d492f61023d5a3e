"""Rows R20-R24 under `retail-rfm`: stages, risks, loyalty, activity, each at its bounds."""

import pytest
from asof import as_of
from builders import cancellation, interaction, order, registration
from graded import graded, label


@pytest.mark.parametrize(
    ("age", "stage"),
    [(0, "new"), (89, "new"), (90, "growing"), (364, "growing"), (365, "mature"), (3650, "mature")],
)
def test_r20_age_in_days_since_registration(age, stage):
    """New below 90 days, growing below 365, then mature."""
    events = [registration(0, since=-age), order(0)]
    assert label("lifecycle", *events) == stage


@pytest.mark.parametrize(
    ("days", "stage"), [(179, "declining"), (180, "churned"), (366, "churned")]
)
def test_r20_churned_after_180_days_without_a_purchase(days, stage):
    """Whatever else is true of the customer, a login included; until then the quarter was empty."""
    assert label("lifecycle", order(0), interaction(days), on=days) == stage


@pytest.mark.parametrize(
    ("before", "now", "stage"),
    [(100, 72, "growing"), (100, 71, "growing"), (100, 70, "declining"), (10, 7, "declining")],
)
def test_r20_declining_when_orders_fell_by_30_percent(before, now, stage):
    """71 orders after 100 are -0.29, 70 are -0.30: a quarter against the quarter before."""
    # day   0 registered ... 89 the quarter before   |   90 ... 179 this quarter
    events = [registration(0), *[order(89, 1)] * before, *[order(90, 1)] * now]
    assert label("lifecycle", *events, on=179) == stage


def test_r20_a_life_told_by_time_alone():
    """Growing after 90 days, declining when a quarter is empty, churned 180 days after the last."""
    # day   0 o   10 o   90 growing   100 nothing in 11..100   190
    moves = graded("retail-rfm", order(0), order(10), on=200).moves
    assert [move[:4] for move in moves if move[1] == "lifecycle"] == [
        (90, "lifecycle", "new", "growing"),
        (100, "lifecycle", "growing", "declining"),
        (190, "lifecycle", "declining", "churned"),
    ]


@pytest.mark.parametrize("preset", ["b2b-fresh", "pyramid", "retail-rfm", "small-business"])
@pytest.mark.parametrize(
    ("days", "risk"), [(0, "low"), (29, "low"), (30, "medium"), (89, "medium"), (90, "high")]
)
def test_r21_churn_risk_by_days_without_a_purchase(days, risk, preset):
    """Low within 30 days, medium from 30, high from 90."""
    assert label("churn_risk", order(0), interaction(days), on=days, rules=preset) == risk


@pytest.mark.parametrize("preset", ["b2b-fresh", "retail-rfm"])
def test_r21_who_kept_nothing_never_bought(preset):
    """An order that was called off leaves no purchase to be away from."""
    assert label("churn_risk", order(0), cancellation(1), on=90, rules=preset) == "none_yet"


def test_r21_churn_risk_is_published_on_its_day():
    """On day 30 and 90 after the purchase, though nothing happens on them."""
    moves = graded("retail-rfm", order(5), on=120).moves
    assert [move for move in moves if move[1] == "churn_risk"] == [
        (35, "churn_risk", "low", "medium", None),
        (95, "churn_risk", "medium", "high", None),
    ]


@pytest.mark.parametrize(("orders", "spend", "window"), [(8, 225, 90), (12, 1475, 180)])
def test_r30_churn_windows_of_90_and_180_days(orders, spend, window):
    """Recency alone takes the score from 36.07 to 35.90 on that day; silver is kept from 36."""
    events = [*[order(0, 0)] * (orders - 1), order(0, spend)]
    before = graded("retail-rfm", *events, on=window - 1)
    assert (before.tier, before.score) == ("silver", 36.07)
    after = graded("retail-rfm", *events, on=window)
    assert (after.tier, after.score) == ("bronze", 35.9)
    assert [move for move in after.moves if move[1] == "tier"][-1][4] == "churn-window"


def test_r30_past_the_churn_windows_a_review_decides():
    """A year after the last purchase the score is 0; the tier falls on the 1st, a day later."""
    # day   0 o   365 Dec 31 out of the window   366 Jan 1 review
    events = [*[order(0, 0)] * 11, order(0, 1525)]
    kept = graded("retail-rfm", *events, on=365)
    assert (kept.tier, kept.score) == ("silver", 0.0)
    assert graded("retail-rfm", *events, on=366).tier == "bronze"


@pytest.mark.parametrize(("amount", "trigger"), [("2999.99", "crossing"), (3000, "large-order")])
def test_r30_a_large_order_of_a_shopper_is_one_of_3000(amount, trigger):
    """A medium year in one order lifts by its own name."""
    found = graded("retail-rfm", order(0, 0), order(0, amount))
    tiers = [move for move in found.moves if move[1] == "tier"]
    assert tiers[-1] == (0, "tier", "bronze", "silver", trigger)


@pytest.mark.parametrize(
    ("complaints", "risk"), [(0, "low"), (1, "medium"), (2, "medium"), (3, "high"), (4, "high")]
)
def test_r22_complaint_risk_by_complaints_of_a_year(complaints, risk):
    """High from 3 a year, medium from 1."""
    events = [order(0), *[interaction(0, "complaint")] * complaints]
    assert label("complaint_risk", *events, on=364) == risk
    assert label("complaint_risk", *events, on=365) == "low"


@pytest.mark.parametrize(
    ("categories", "referrals", "loyalty"),
    [(2, 0, "occasional"), (3, 0, "cross_category"), (2, 1, "recommends"), (3, 1, "advocate")],
)
def test_r23_loyalty_is_breadth_and_recommendation(categories, referrals, loyalty):
    """Three categories in a year, and whether the customer brought somebody."""
    lines = [{"amount": 10, "category": f"c{n}"} for n in range(categories)]
    events = [order(0, 10 * categories, lines=lines), *[interaction(1, "referral")] * referrals]
    assert label("loyalty", *events, on=364) == loyalty
    assert label("loyalty", *events, on=366) == "occasional"


@pytest.mark.parametrize(
    ("count", "activity"), [(0, "low"), (3, "low"), (4, "medium"), (11, "medium"), (12, "high")]
)
def test_r24_activity_by_interactions_of_30_days(count, activity):
    """Logins, likes, comments and campaigns count alike; on the 31st day they are gone."""
    kinds = ("login", "like", "comment", "campaign")
    events = [order(0), *[interaction(0, kinds[n % 4]) for n in range(count)]]
    assert label("activity", *events, on=29) == activity
    assert label("activity", *events, on=30) == "low"


def test_r24_when_a_customer_was_last_active():
    """Days since the last order or interaction; each kind can be counted by itself."""
    events = [order(0), interaction(3, "login"), interaction(9, "comment"), interaction(9, "login")]
    texts = ["inactive_days", "interactions(30, login)", "interactions(30, comment)"]
    assert as_of(20, *texts, events=events) == [11, 2, 1]
