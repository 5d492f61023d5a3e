"""Reports: downloads, and moves by month."""

import csv
import json

from playwright.sync_api import expect


def test_downloads_hold_every_customer_and_change(viewer):
    """CSV and JSON lines, as many rows as the API has."""
    viewer.open("#/reports")
    page = viewer.page
    total = viewer.shop.ask("/api/status")["customers"]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV Customers").click()
    with download.value.path().open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == total
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON lines Changes").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["type"] for line in lines} <= {
        "tier.assigned",
        "tier.upgraded",
        "tier.downgraded",
    }


def test_months_add_up_to_the_moves(viewer):
    """The table of months counts every move once by its way."""
    viewer.open("#/reports")
    months = viewer.page.locator(".panel-months tbody tr")
    expect(months.first).to_contain_text("Jan 2017")
    rows = months.all()
    counted = sum(
        int(cell.inner_text().replace(",", "").replace("·", "0"))
        for row in rows
        for cell in row.locator("td").all()[:3]
    )
    moves = viewer.shop.ask("/api/moves", **{"from": "2016-12-01"})["moves"]
    assert counted == sum(move["count"] for move in moves)


def test_tiers_are_broken_down_by_what_tells_customers_apart(viewer):
    """By category at first, by any label when chosen; every customer has one value of a label."""
    viewer.open("#/reports")
    page = viewer.page
    told = viewer.shop.ask("/api/breakdown")["rows"][0]
    table = page.get_by_role("table", name="Customers by tier and …")
    row = table.locator("tbody tr").first
    expect(row).to_contain_text(f"{told['customers']:,}")
    page.get_by_label("Told apart by").select_option("label:churn_risk")
    expect(table.locator("thead")).to_contain_text("Churn risk")
    counted = {
        line.locator("th").inner_text(): int(line.locator("td").first.inner_text())
        for line in table.locator("tbody tr").all()
    }
    labels = {label["name"]: label for label in viewer.shop.ask("/api/labels")["labels"]}
    assert counted == {
        value["label"]["en"]: value["count"]
        for value in labels["churn_risk"]["values"]
        if value["count"]
    }
