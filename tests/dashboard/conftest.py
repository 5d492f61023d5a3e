"""A browser, and a programme with real purchases behind a real API."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from dashboard.shop import Shop, moved, purchases
from dashboard.viewing import Viewer
from playwright.sync_api import Browser, sync_playwright

from streams.clock import SystemClock
from streams.demo.stack import running
from streams.replay.event import WireEvent


def pytest_collection_modifyitems(items):
    """Whoever asks for a browser needs chromium, and the first of them starts two programmes."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.chromium)
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture(scope="session")
def events() -> list[WireEvent]:
    """What the households bought in 2017."""
    return purchases()


@pytest.fixture(scope="session")
def shop(events, tmp_path_factory) -> Iterator[Shop]:
    """Purchases up to the summer of 2017; more can be sent."""
    with running("grocery-usd", 2, clock="event") as stack:
        yield from _open(Shop(stack, tmp_path_factory.mktemp("shop"), events), "2017-07-01")


@pytest.fixture(scope="session")
def office(events, tmp_path_factory) -> Iterator[Shop]:
    """The same purchases as if the summer were today: commands are of today."""
    now_s = SystemClock().now_ms() / 1000
    today = datetime.fromtimestamp(now_s, ZoneInfo("America/New_York")).date()
    later = moved(events, (today - date(2017, 7, 1)).days)
    with running("grocery-usd", 2, clock="wall") as stack:
        shop = Shop(stack, tmp_path_factory.mktemp("office"), later)
        yield from _open(shop, today.isoformat())


def _open(shop: Shop, until: str) -> Iterator[Shop]:
    try:
        shop.open()
        shop.replay(until=until)
        yield shop
    finally:
        shop.close()


@pytest.fixture(scope="session")
def browser(shop, office) -> Iterator[Browser]:  # shops first: they start in loops of their own
    """Debian's chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            # As root there is no sandbox, and containers are short of /dev/shm.
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture
def viewer(browser, shop) -> Iterator[Viewer]:
    """Somebody who looks at the summer of 2017, whose browser must not complain of anything."""
    with Viewer.of(browser, shop, role="viewer") as viewer:
        yield viewer
        assert viewer.complaints == []


@pytest.fixture
def operator(browser, office) -> Iterator[Viewer]:
    """Somebody with an admin's key who does something today; nor may their browser complain."""
    with Viewer.of(browser, office, role="admin") as viewer:
        yield viewer
        assert viewer.complaints == []
