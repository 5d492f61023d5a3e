"""What an operator does about one customer."""

import pytest
from dashboard.viewing import Viewer
from playwright.sync_api import expect


def test_a_customer_is_found_and_shown_from_all_sides(viewer):
    """Search by the beginning of the id, then the page of the one who was meant."""
    viewer.open("#/customers")
    page = viewer.page
    page.get_by_label("Find a customer").fill("90")
    page.get_by_role("link", name="900", exact=False).first.click()
    told = viewer.shop.ask("/api/client/900")["explanation"]
    expect(page.get_by_role("heading", level=1)).to_have_text("900")
    expect(page.locator(".who-number")).to_have_text(f"{told['score']:.2f}")
    for dimension in told["dimensions"]:
        row = page.locator(".dimension", has_text=dimension["name"].capitalize())
        expect(row.locator(".dimension-points")).to_contain_text(f"{dimension['points']:.2f} of")
    expect(page.locator(".decay-day")).to_have_count(len(told["outlook"]))
    expect(page.locator(".history-line")).to_be_attached()
    page.get_by_text("Show as a table").click()
    rows = viewer.shop.ask("/api/client/900/ledger")["rows"]
    expect(page.locator(".as-table tbody tr")).to_have_count(len(rows))


def test_an_unknown_customer_is_said_to_be_unknown(browser, shop):
    """No error, no empty page."""
    with Viewer.of(browser, shop, role="viewer") as viewer:
        viewer.open("#/customers/nobody")
        expect(viewer.page.get_by_text("Nobody has the id nobody")).to_be_visible()


def test_a_tier_is_held_and_released(operator):
    """The page shows who holds it and why, and what would be without it."""
    operator.open("#/customers/900")
    page = operator.page
    operator.button("Hold a tier").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How").select_option("pin")
    dialog.get_by_label("Tier", exact=True).select_option("basic")
    dialog.get_by_label("Reason").fill("opening of the new branch")
    dialog.get_by_role("button", name="Hold a tier").click()
    expect(page.locator(".note-warn")).to_contain_text("opening of the new branch")
    expect(page.locator(".who-badge")).to_have_text("Basic")
    expect(page.locator(".change-why").first).to_contain_text("Held at Basic by mei-admin")
    operator.button("Release the tier").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("it has opened")
    page.get_by_role("dialog").get_by_role("button", name="Release the tier").click()
    expect(page.locator(".note-warn")).to_have_count(0)


@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        ("viewer", []),
        ("operator", ["Grade anew", "Hold a tier"]),
        ("admin", ["Grade anew", "Hold a tier", "Merge", "Erase"]),
    ],
)
def test_each_role_sees_what_it_may_do(browser, office, role, buttons):
    """No button that would be refused."""
    with Viewer.of(browser, office, role=role) as viewer:
        viewer.open("#/customers/800")
        assert viewer.page.locator(".actions button").all_inner_texts() == buttons


def test_erasing_asks_for_the_id(operator):
    """The wrong id sends nothing."""
    operator.open("#/customers/800")
    operator.button("Erase").click()
    dialog = operator.page.get_by_role("dialog")
    dialog.get_by_label("Type 800 to confirm").fill("80")
    dialog.get_by_label("Reason").fill("asked for it")
    dialog.get_by_role("button", name="Erase").click()
    expect(dialog.get_by_role("alert")).to_have_text("The id does not agree.")
    operator.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(operator.page.get_by_role("heading", level=1)).to_have_text("800")


def test_two_customers_are_merged_and_taken_apart(operator):
    """The page of the merged one names the other, and lets it go again."""
    operator.shop.buy("twin-a", "twin-b", amount=20)
    operator.open("#/customers/twin-a")
    page = operator.page
    order_of(operator, "Merge", {"Into which customer": "twin-b"})
    expect(page.locator(".who-notes")).to_contain_text("goes on as this customer")
    expect(page.locator(".actions button")).to_have_text(["Take out again", "Erase"])
    page.locator(".who-notes").get_by_role("link", name="twin-b").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("twin-b")
    assert operator.shop.ask("/api/client/twin-b")["lifetime_orders"] == 2
    operator.open("#/customers/twin-a")
    order_of(operator, "Take out again", {})
    expect(page.locator(".who-notes")).not_to_contain_text("goes on")
    assert operator.shop.ask("/api/client/twin-b")["lifetime_orders"] == 1


def test_a_customer_is_erased(operator):
    """Typed once more, then nothing is left to be found."""
    operator.shop.buy("leaving", amount=20)
    operator.open("#/customers/leaving")
    order_of(operator, "Erase", {"Type leaving to confirm": "leaving"})
    expect(operator.page.get_by_text("Nobody has the id leaving")).to_be_visible()
    operator.open("#/customers")
    operator.page.get_by_label("Find a customer").fill("leaving")
    expect(operator.page.locator(".search-found .state-title")).to_be_visible()
    operator.forgive("404")


def order_of(viewer, button, fields):
    """Press a button, fill in its dialog with a reason, and send it."""
    viewer.button(button).click()
    dialog = viewer.page.get_by_role("dialog")
    for label, value in {**fields, "Reason": "asked for it"}.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name=button).click()
    expect(dialog).to_have_count(0)
