"""Keys: the form takes them, refuses them in words, and forgets them."""

from dashboard.viewing import Viewer
from playwright.sync_api import expect


def test_a_key_opens_the_board_and_signing_out_closes_it(browser, shop):
    """A wrong key is told so; the right one outlives a reload; signing out brings the form back."""
    with Viewer.of(browser, shop, role=None) as viewer:
        page = viewer.page
        page.goto(shop.url)
        page.get_by_label("Key").fill("rgk_0_wrong")
        viewer.button("Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("not known")
        assert viewer.violations() == []
        page.get_by_label("Key").fill(shop.keys["operator"])
        viewer.button("Sign in").click()
        viewer.settled()
        viewer.open()
        page.get_by_label("Signed in as mei-operator").click()
        viewer.button("Sign out").click()
        expect(page.get_by_label("Key")).to_be_visible()
        assert page.evaluate("document.cookie") == ""
