"""Rows R16 and R25-R27: what customers are, the tag tree of `retail-rfm`, refunds and channels."""

import pytest
from builders import interaction, order, policy, refund, registration
from graded import graded, label, rules_of

from scoring.policy import TAG_GROUPS
from streams.policies.errors import PolicyRefused

MODELS = """
labels:
  woman: [{value: "yes", when: 'attribute("sex") == "f"'}, {value: "no"}]
  job: [{value: cook, when: 'attribute("job") == "cook"'}, {value: other}]
  income: [{value: high, when: 'attribute("income") >= 200000'}, {value: other}]
  region: [{value: east, when: 'attribute("region") == "east"'}, {value: other}]
  interest: [{value: wine, when: 'attribute("interest") == "wine"'}, {value: other}]
  service: [{value: phone, when: 'attribute("service") == "phone"'}, {value: other}]
"""


def test_r16_demographic_psychographic_and_preference_models():
    """Sex, job, income and region, interests, service preference: attributes and labels on them."""
    said = {"sex": "f", "job": "cook", "income": 200_000, "region": "east"}
    said |= {"interest": "wine", "service": "phone"}
    found = graded(MODELS, registration(0, attributes=said), order(0)).labels
    assert list(found.values()) == ["yes", "cook", "high", "east", "wine", "phone"]
    less = graded(MODELS, registration(0, attributes={"income": 199_999}), order(0)).labels
    assert set(less.values()) == {"no", "other"}


def tag(name: str, **attributes: object) -> str:
    """A tag of a customer registered so."""
    return label(name, registration(0, attributes=attributes), order(0))


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (17, "None"),
        (18, "18-25"),
        (25, "18-25"),
        (26, "26-35"),
        (35, "26-35"),
        (36, "36-50"),
        (50, "36-50"),
        (51, "above-50"),
        ("25", "None"),
        (None, "None"),
    ],
)
def test_r25_age_bands(age, band):
    """18-25 includes both; what is not a number, or not of age, has no band."""
    assert tag("age", age=age) == band


@pytest.mark.parametrize(
    ("name", "attribute", "value", "found"),
    [
        ("city", "city_tier", 1, "tier-1"),
        ("city", "city_tier", 2, "tier-2"),
        ("city", "city_tier", 3, "other"),
        ("staff", "staff", 49, "below-50"),
        ("staff", "staff", 50, "50-499"),
        ("staff", "staff", 499, "50-499"),
        ("staff", "staff", 500, "from-500"),
        ("channel", "channel", "online", "online"),
        ("channel", "channel", "offline", "offline"),
        ("channel", "channel", "omni", "omni"),
        ("channel", "channel", "fax", "None"),
    ],
)
def test_r25_city_company_and_channel(name, attribute, value, found):
    """A tier-1 city, fewer than 50 people, online, offline or both."""
    assert tag(name, **{attribute: value}) == found


@pytest.mark.parametrize(
    ("coupons", "sensitivity"), [(0, "low"), (1, "low"), (2, "medium"), (4, "medium"), (5, "high")]
)
def test_r25_price_sensitivity(coupons, sensitivity):
    """Coupons per order: a fifth is medium, half is high."""
    events = [*[order(0)] * 10, *[interaction(0, "coupon")] * coupons]
    assert label("price_sensitivity", *events) == sensitivity
    assert label("price_sensitivity", *events, on=365) == "None"


@pytest.mark.parametrize(("clicks", "rate"), [(0, "low"), (9, "low"), (10, "high")])
def test_r25_ad_click_rate(clicks, rate):
    """A tenth of the campaigns clicked; without campaigns there is no rate."""
    clicked = [interaction(0, "ad_click")] * clicks
    assert label("ad_clicks", order(0), *[interaction(0, "campaign")] * 100, *clicked) == rate
    assert label("ad_clicks", order(0), *clicked) == "None"


def test_r25_the_tree_has_three_levels():
    """Five groups with their branches, and on each branch tags with values."""
    assert list(TAG_GROUPS) == ["base", "behaviour", "value", "preference", "risk"]
    groups = {found.name: "/".join(found.tag.group) for found in rules_of("retail-rfm").labels}
    assert groups == {
        "rfm": "value/contribution",
        "value_band": "value/contribution",
        "quadrant": "value/contribution",
        "lifecycle": "value/lifecycle",
        "churn_risk": "risk/churn",
        "complaint_risk": "risk/complaint",
        "loyalty": "behaviour/purchase",
        "activity": "behaviour/interaction",
        "ad_clicks": "behaviour/interaction",
        "price_sensitivity": "preference/product",
        "age": "base/personal",
        "city": "base/personal",
        "staff": "base/company",
        "channel": "preference/channel",
    }


def test_r26_every_tag_states_definition_source_and_condition():
    """All labels of the preset do; at most the last value is what remains."""
    for found in rules_of("retail-rfm").labels:
        assert found.tag.definition
        assert found.tag.source
        assert all(rule.when is not None for rule in found.rules[:-1])
        assert found.rules[0].when is not None


@pytest.mark.parametrize("missing", ["group", "definition", "source"])
def test_r26_half_a_tag_is_refused(missing):
    """A tag without its definition, its source or its place is no tag."""
    said = {"group": "risk/churn", "definition": "Gone", "source": "orders"}
    lines = [f"    {key}: {value}" for key, value in said.items() if key != missing]
    lines += ["    values: [{value: 'yes'}]"]
    with pytest.raises(PolicyRefused, match=f"labels.gone.{missing}: is missing"):
        policy("\n".join(["labels:", "  gone:", *lines]))


TRADE = """
labels:
  returns: [{value: many, when: "refund_rate(365) >= 0.10"}, {value: few}]
  pays_by: [{value: card, when: 'attribute("payment") == "card"'}, {value: other}]
move:
  triggers:
    - {name: shop, fires_on: order.paid, when: "channel == 'shop'", promote: true}
"""


@pytest.mark.parametrize(("back", "returns"), [("9.99", "few"), (10, "many")])
def test_r27_refund_rate(back, returns):
    """10 of 100 yuan given back are a rate of 0.10."""
    assert label("returns", order(0, 100), refund(1, back), rules=TRADE) == returns


def test_r27_payment_preference_and_channel():
    """How a customer pays is an attribute; where an order was made, a field that triggers read."""
    said = registration(0, attributes={"payment": "card"})
    assert label("pays_by", said, order(0), rules=TRADE) == "card"
    web, shop = order(1, 500, channel="web"), order(1, 500, channel="shop")
    assert graded(TRADE, order(0), web).tier == "bronze"
    assert graded(TRADE, order(0), shop).tier == "gold"
