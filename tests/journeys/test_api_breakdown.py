"""Customers counted by tier along labels, attributes and categories (R37)."""

import json

from journeys.programme import Programme
from journeys.served import asked, served
from journeys.wire_input import good, ms_on, order, send

from scoring.customer import CustomerState
from scoring.units import Day
from streams.api.breakdown import MOST_VALUES, Breakdown
from streams.api.programme import Programme as Graded
from streams.policies.load import load_policy

TODAY = Day(19_000)


def test_an_attribute_that_names_single_customers_is_no_axis():
    """A telephone number has too many values to be one; nothing is left of what was counted."""
    graded, found = Graded(load_policy("grocery-usd"), 1000), Breakdown()
    for number in range(MOST_VALUES + 10):
        attributes = {"phone": str(number), "region": "east" if number % 2 else "west", "age": None}
        found.add(CustomerState(tier=1, labels=[0, -1], attributes=attributes), graded, TODAY)
    assert found.axes == ["attribute:region", "label:churn_risk"]
    assert found.rows("attribute:phone") == []
    assert found.rows("attribute:region") == [("east", {"silver": 30}), ("west", {"silver": 30})]
    assert found.rows("label:churn_risk") == [("high", {"silver": 60})]


def test_a_category_counts_for_a_year():
    """A customer has as many as they bought from; what is older than a year is over."""
    graded, found = Graded(load_policy("grocery-usd"), 1000), Breakdown()
    bought = {"meat": TODAY, "drug": Day(TODAY - 364), "deli": Day(TODAY - 365)}
    found.add(CustomerState(tier=0, labels=[0, 0], categories=bought), graded, TODAY)
    assert found.rows("category") == [("drug", {"basic": 1}), ("meat", {"basic": 1})]


async def test_tiers_by_region_and_category(stack, tmp_path):
    """What registrations and order lines said, over all partitions."""
    lines = [{"sku": "s", "category": "deli", "amount": 200}]
    records = [
        sent
        for name, region in (("ann", "east"), ("bob", "west"), ("cat", "east"))
        for sent in (
            good(0, order(0, name, lines=lines)),
            good(1, registered(name, region)),
        )
    ]
    async with Programme(stack, tmp_path, "breakdown") as programme:
        await programme.worker()
        await send(stack.bootstrap, programme.prefix, records)
        await programme.taken(len(records))
        async with served(programme) as client:
            told = await asked(client, "/api/breakdown", by="attribute:region")
            assert {row["value"]: row["customers"] for row in told["rows"]} == {
                "east": 2,
                "west": 1,
            }
            assert "label:churn_risk" in told["axes"]
            (row,) = (await asked(client, "/api/breakdown"))["rows"]
            assert (row["value"], row["customers"], sum(row["tiers"].values())) == ("deli", 3, 3)
            unknown = await client.get("/api/breakdown", params={"by": "attribute:shoe"})
            assert json.loads(unknown.text)["error"]["code"] == "unknown_axis"


def registered(name: str, region: str) -> dict:
    """A registration that tells of a region."""
    return {
        "type": "customer.registered",
        "event_id": f"r-{name}",
        "customer_id": name,
        "occurred_at": ms_on(1),
        "registered_at": ms_on(0),
        "attributes": {"region": region},
    }
