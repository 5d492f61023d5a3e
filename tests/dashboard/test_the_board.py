"""The board shows what the API answers, and follows it live."""

import re

from dashboard.viewing import Viewer
from playwright.sync_api import expect


def counts_of(shop) -> dict[str, int]:
    """Customers by tier, as the API has them."""
    return {tier["name"]: tier["count"] for tier in shop.ask("/api/tiers")["tiers"]}


def test_the_pyramid_and_the_flow_are_those_of_the_api(viewer):
    """Counts, shares and moves on the page are the numbers of the routes, as picture and table."""
    viewer.open()
    assert viewer.tier_counts() == counts_of(viewer.shop)
    page = viewer.page
    page.get_by_label("Period").select_option("365")
    viewer.button("Table").click()
    moves = viewer.shop.ask("/api/moves", **{"from": "2016-07-03"})["moves"]
    crossed = sum(m["count"] for m in moves if (m["from"], m["to"]) == ("basic", "silver"))
    row = page.locator(".matrix tbody tr", has=page.locator("th", has_text="Basic"))
    expect(row.locator("td").nth(2)).to_have_text(f"{crossed:,}")
    viewer.button("Picture").click()
    expect(page.locator(".flow .ribbon").first).to_be_attached()


def test_a_reason_narrows_the_flow(viewer):
    """The buttons of the reasons show the moves of one trigger alone, and all again."""
    viewer.open()
    page = viewer.page
    page.get_by_label("Period").select_option("365")
    first = page.get_by_role("button", name=re.compile("^First grade:"))
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".flow .ribbon:not(.ribbon-first)")).to_have_count(0)
    first.click()
    expect(page.locator(".flow .ribbon-up").first).to_be_attached()


def test_changes_arrive_while_purchases_come_in(viewer):
    """A replay moves counts, day and feed of an open page; a paused feed says how much waits."""
    viewer.open()
    page = viewer.page
    before = page.locator(".change").first.get_attribute("data-id")
    viewer.shop.replay(until="2017-07-10")
    expect(page.locator(f".feed > li:first-child:not([data-id='{before}'])")).to_be_attached()
    expect(page.locator(".fresh-day")).to_have_text("9 Jul 2017")
    page.locator(".freshness summary").click()
    expect(page.locator(".freshness dd").nth(1)).to_contain_text("9 Jul 2017")
    page.locator(".freshness summary").click()
    expect(page.locator(".change-why").first).not_to_be_empty()
    viewer.button("Pause").click()
    page.mouse.move(0, 0)
    held = page.locator(".change").first.get_attribute("data-id")
    viewer.shop.replay(until="2017-07-20")
    resume = page.get_by_role("button", name=re.compile(r"Resume · \d+ new"))
    expect(resume).to_be_visible()
    assert page.locator(".change").first.get_attribute("data-id") == held
    resume.click()
    expect(page.locator(f".feed > li:first-child:not([data-id='{held}'])")).to_be_attached()
    expect(page.locator(".panel-pyramid .panel-note")).to_have_text("19 Jul 2017")
    assert viewer.tier_counts() == counts_of(viewer.shop)


def test_ids_are_masked_until_they_are_asked_for(viewer):
    """The wall shows no whole id; the choice is remembered on the device."""
    viewer.open()
    ids = viewer.page.locator(".change-id")
    assert all("•••" in text for text in ids.all_inner_texts())
    viewer.button("Show ids").click()
    expect(viewer.page.locator(".change-id", has_text="•••")).to_have_count(0)
    viewer.open()
    expect(viewer.button("Mask ids")).to_be_visible()


def test_the_board_comes_back_after_the_api_was_restarted(browser, shop):
    """It says that it is disconnected, keeps its figures, and goes on by itself."""
    with Viewer.of(browser, shop, role="viewer") as viewer:
        viewer.open()
        before = viewer.tier_counts()
        shop.close()
        expect(viewer.page.locator(".band")).to_contain_text("Disconnected")
        assert viewer.tier_counts() == before
        shop.open()
        expect(viewer.page.locator(".band")).to_be_hidden()
        viewer.settled()
        shop.replay(until="2017-07-25")
        expect(viewer.page.locator(".fresh-day")).to_have_text("24 Jul 2017")
