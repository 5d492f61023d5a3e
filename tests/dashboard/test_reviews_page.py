"""Moves that wait for somebody are decided on their page."""

from playwright.sync_api import expect


def test_cases_are_approved_and_rejected(operator):
    """Two large first orders wait: one makes its move, the other leaves the tier."""
    operator.shop.buy("large-ann", "large-bob", amount=900)
    operator.open("#/reviews")
    page = operator.page
    expect(page.locator(".case")).to_have_count(2)
    expect(page.locator(".case").first).to_contain_text("Rule Abnormal order")
    assert operator.violations() == []
    tiers = {}
    for name, decision in (("large-ann", "Approve"), ("large-bob", "Reject")):
        case = page.locator(".case", has_text=name)
        case.get_by_role("button", name=decision).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("asked her")
        dialog.get_by_role("button", name=decision).click()
        expect(case).to_have_count(0)
        tiers[name] = operator.shop.ask(f"/api/client/grade/{name}")["tier"]
    assert tiers == {"large-ann": "silver", "large-bob": "basic"}
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    operator.open("#/customers/large-bob")
    expect(page.locator(".note-warn")).to_contain_text("mei-admin refused Silver")
