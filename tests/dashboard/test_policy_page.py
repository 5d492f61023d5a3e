"""A policy is read, edited with checks, compared and tried before anybody publishes it."""

import re

from dashboard.viewing import Viewer
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


def test_a_version_is_published_watched_and_taken_back(operator):
    """Looked at first, held by its guard until that is confirmed, followed to the last customer."""
    operator.open("#/policy")
    page = operator.page
    area = page.locator("textarea")
    expect(page.locator(".verdict")).to_have_text("Valid.")
    before = in_force(operator)
    text = area.input_value().replace("enter: 55", "enter: 50")
    area.fill(text.replace("hold_days: 30", "hold_days: 30\n  max_move_share: 0"))
    operator.button("Publish").click()
    operator.button(f"Make it version {before + 1}").click()
    form = page.locator("form.confirmation")
    expect(page.locator(".policy-result .differences")).to_contain_text("gold: enter 55 -> 50")
    expect(page.locator(".policy-result .matrix")).to_be_visible()
    form.get_by_label("Reason").fill("spring")
    publish = form.get_by_role("button", name=f"Publish version {before + 1}")
    publish.click()
    held = form.get_by_label("More customers would go down")
    expect(held).to_be_focused()
    assert operator.violations() == []
    assert in_force(operator) == before
    held.check()
    publish.click()
    followed(operator, before + 1)
    expect(page.locator(".version.in-force")).to_contain_text(f"Version {before + 1}")
    expect(page.locator(".version.in-force")).to_contain_text("by mei-admin")
    expect(page.locator(".version.in-force")).to_contain_text("“spring”")
    operator.button(f"Bring version {before} back").click()
    expect(area).to_have_value(re.compile(rf"^version: {before}$", re.MULTILINE))
    form.get_by_label("Reason").fill("too many")
    form.get_by_role("button", name=f"Bring version {before} back").click()
    followed(operator, before)
    assert in_force(operator) == before


def test_what_was_looked_at_is_what_goes_out(operator):
    """Another text after the simulation has no form any more; refusals are told beside it."""
    operator.open("#/policy")
    page = operator.page
    area = page.locator("textarea")
    expect(page.locator(".verdict")).to_have_text("Valid.")
    text = area.input_value()
    area.fill(re.sub(r"version: \d+", "version: 90", text))
    operator.button("Publish").click()
    form = page.locator("form.confirmation")
    form.get_by_label("Reason").fill("spring")
    area.fill(re.sub(r"version: \d+", "version: 91", text))
    expect(form).to_have_count(0)
    operator.button("Publish").click()
    form.get_by_label("Reason").fill("spring")
    page.route("**/api/policies/publish", lambda route: route.abort())
    form.get_by_role("button", name="Publish version 91").click()
    expect(form.get_by_role("alert")).to_have_text("The API does not answer.")
    expect(form.get_by_role("button", name="Publish version 91")).to_be_enabled()
    operator.forgive("net::ERR_FAILED")


def followed(operator, version):
    """Wait until the page tells that a version has reached everybody."""
    done = operator.page.locator(".published")
    expect(done).to_contain_text(f"Version {version} grades every customer.")
    expect(done.locator("li.done")).to_have_count(3)
    expect(done).to_contain_text("Taken by 2 of 2 partitions")
    total = operator.shop.ask("/api/status")["policies"][0]["customers"]
    expect(done).to_contain_text(f"Customers reached: {total:,} of {total:,}")


def in_force(operator) -> int:
    """The version that grades, as the API has it."""
    rows = operator.shop.ask("/api/policies")["versions"]
    (version,) = [row["version"] for row in rows if row["in_force"]]
    return version


def test_a_viewer_reads_and_does_not_edit(viewer):
    """The text can be read and compared, not changed or tried."""
    viewer.open("#/policy")
    expect(viewer.page.locator("textarea")).to_have_attribute("readonly", "")
    expect(viewer.button("Compare")).to_be_visible()
    expect(viewer.button("Simulate")).to_have_count(0)


def test_an_operator_tries_and_does_not_publish(browser, office):
    """No button that would be refused: versions go out by an admin's key."""
    with Viewer.of(browser, office, role="operator") as viewer:
        viewer.open("#/policy")
        expect(viewer.button("Simulate")).to_be_enabled()
        expect(viewer.button("Publish")).to_have_count(0)
        expect(viewer.page.locator(".version").get_by_text("Bring back")).to_have_count(0)
