"""Every page can be read and used by everybody: axe, narrow screens, keys, both languages."""

import pytest
from dashboard.viewing import PAGES, Viewer
from playwright.sync_api import expect

WIDTHS = {360: 740, 820: 1180, 1920: 1080}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", PAGES)
def test_axe_finds_nothing(browser, shop, place, theme):
    """WCAG 2.2 AA as far as a program can tell, in both themes."""
    with Viewer.of(browser, shop, role="admin", color_scheme=theme) as viewer:
        viewer.open(place)
        assert viewer.page.locator("html").get_attribute("data-theme") == theme
        assert viewer.violations() == []
        assert viewer.complaints == []


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_scrolls_sideways(browser, shop, width, language):
    """From a phone to a wall every page is as wide as the screen."""
    size = {"width": width, "height": WIDTHS[width]}
    with Viewer.of(browser, shop, role="admin", viewport=size, locale=language) as viewer:
        for place in PAGES:
            viewer.open(place)
            assert viewer.page.evaluate("document.documentElement.scrollWidth") == width, place
        assert viewer.complaints == []


def test_a_wall_screen_shows_all_in_one_look(browser, shop):
    """Full HD needs no scrolling."""
    with Viewer.of(
        browser, shop, role="viewer", viewport={"width": 1920, "height": 1080}
    ) as viewer:
        viewer.open()
        assert viewer.page.evaluate("document.documentElement.scrollHeight") <= 1080


def test_the_language_is_switched_and_remembered(viewer):
    """Words and tier names change at once, numbers do not, and the choice outlives a reload."""
    viewer.open()
    viewer.button("切换到中文").click()
    viewer.settled()
    expect(viewer.page.get_by_role("heading", name="客户金字塔")).to_be_visible()
    expect(viewer.page.locator(".step-title").first).to_have_text("铂金")
    viewer.open()
    assert viewer.page.locator("html").get_attribute("lang") == "zh"
    viewer.button("Switch to English").click()
    expect(viewer.page.locator(".step-title").first).to_have_text("Platinum")


def test_the_theme_is_switched_and_remembered(viewer):
    """The switch wins over the system's choice."""
    viewer.open()
    viewer.button("Dark colours").click()
    viewer.open()
    assert viewer.page.locator("html").get_attribute("data-theme") == "dark"


def test_everything_is_reached_by_key(viewer):
    """The first tab stop skips to the content; links, choices and the feed follow."""
    viewer.open()
    page = viewer.page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Period")).to_be_focused()


def test_who_wants_no_motion_gets_none(browser, shop):
    """Nothing is animated where the system asks for calm."""
    with Viewer.of(browser, shop, role="viewer", reduced_motion="reduce") as viewer:
        viewer.open()
        assert viewer.page.evaluate("document.getAnimations().length") == 0
