"""A policy is read, edited with checks, compared and tried before anybody publishes it."""

from playwright.sync_api import expect


def test_what_is_wrong_stands_beside_its_line(operator):
    """Checked as it is typed; a click on the problem goes to the line."""
    operator.open("#/policy")
    page = operator.page
    area = page.get_by_label("Text", exact=True).and_(page.locator("textarea"))
    expect(page.locator(".verdict")).to_have_text("Valid.")
    good = area.input_value()
    assert good.count("enter: 55") == 1
    area.fill(good.replace("enter: 55", "enter: much"))
    expect(page.locator(".verdict")).to_have_attribute("data-kind", "wrong")
    expect(operator.button("Simulate")).to_be_disabled()
    line = good[: good.index("enter: 55")].count("\n") + 1
    problem = page.locator(".problem").first
    expect(problem).to_contain_text(f"Line {line}")
    assert operator.violations() == []
    problem.click()
    chosen = page.evaluate("getSelection().toString()")
    assert "enter: much" in chosen
    area.fill(good)
    expect(page.locator(".verdict")).to_have_text("Valid.")
    expect(operator.button("Simulate")).to_be_enabled()


def test_a_change_is_compared_and_tried(operator):
    """In words what differs; as a table who would move; nothing is changed."""
    operator.open("#/policy")
    page = operator.page
    area = page.locator("textarea")
    expect(page.locator(".verdict")).to_have_text("Valid.")
    area.fill(area.input_value().replace("enter: 55", "enter: 40"))
    expect(operator.button("Compare")).to_be_enabled()
    operator.button("Compare").click()
    expect(page.locator(".differences")).to_contain_text("gold: enter 55 -> 40")
    before = operator.shop.ask("/api/tiers")["tiers"]
    operator.button("Simulate").click()
    gold = page.locator(".policy-result .grid tbody tr", has_text="Gold")
    then = int(gold.locator("td").nth(1).inner_text().replace(",", ""))
    assert then > {tier["name"]: tier["count"] for tier in before}["gold"]
    expect(page.locator(".policy-result .matrix")).to_be_visible()
    assert operator.violations() == []
    assert operator.shop.ask("/api/tiers")["tiers"] == before


def test_a_viewer_reads_and_does_not_edit(viewer):
    """The text can be read and compared, not changed or tried."""
    viewer.open("#/policy")
    expect(viewer.page.locator("textarea")).to_have_attribute("readonly", "")
    expect(viewer.button("Compare")).to_be_visible()
    expect(viewer.button("Simulate")).to_have_count(0)
