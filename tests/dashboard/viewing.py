"""Somebody who looks at the board: a browser of their own, and what it complains of."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from dashboard.shop import Shop
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

PATIENCE_MS = 30_000
PAGES = ["", "#/customers", "#/customers/900", "#/policy", "#/reviews", "#/reports"]
expect.set_options(timeout=PATIENCE_MS)
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Viewer:
    """A page, and everything its console complained of."""

    def __init__(self, page: Page, shop: Shop) -> None:
        self.page = page
        self.shop = shop
        self.complaints: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.set_default_timeout(PATIENCE_MS)

    @classmethod
    @contextmanager
    def of(cls, browser: Browser, shop: Shop, role: str | None, **how: Any) -> Iterator["Viewer"]:
        """Signed in with a key of this role; None: not yet."""
        context = browser.new_context(**{"locale": "en-GB", **how})
        try:
            if role is not None:
                answer = context.request.post(
                    f"{shop.url}/api/session", data={"key": shop.keys[role]}
                )
                assert answer.ok, answer.text()
            yield cls(context.new_page(), shop)
        finally:
            context.close()

    def open(self, place: str = "") -> None:
        """Go to a place of the board, and wait until it shows what it has."""
        self.page.goto(f"{self.shop.url}/{place}")
        self.settled()

    def settled(self) -> None:
        """Wait until nothing is loading and the stream is heard."""
        expect(self.page.locator(".freshness")).to_have_attribute("data-condition", "live")
        expect(self.page.locator(".skeleton, [aria-busy=true]")).to_have_count(0)

    def violations(self) -> list[str]:
        """What axe finds on the page, and where."""
        found = Axe().run(self.page, options=AXE_RULES).response["violations"]
        return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]

    def tier_counts(self) -> dict[str, int]:
        """The pyramid as it is shown."""
        steps = self.page.locator(".step").all()
        return {
            step.get_attribute("data-tier"): int(
                step.locator(".step-count .big").inner_text().replace(",", "")
            )
            for step in steps
        }

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def forgive(self, words: str) -> None:
        """Take a complaint that was meant to come off the list."""
        self.complaints = [said for said in self.complaints if words not in said]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)
