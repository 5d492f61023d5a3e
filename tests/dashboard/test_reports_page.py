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
    rows = viewer.page.locator(".grid tbody tr").all()
    expect(viewer.page.locator(".grid tbody tr").first).to_contain_text("Jan 2017")
    counted = sum(
        int(cell.inner_text().replace(",", "").replace("·", "0"))
        for row in rows
        for cell in row.locator("td").all()[:3]
    )
    moves = viewer.shop.ask("/api/moves", **{"from": "2016-12-01"})["moves"]
    assert counted == sum(move["count"] for move in moves)
