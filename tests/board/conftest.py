"""A browser, and a programme with real purchases behind a real API."""

import shutil
from collections.abc import Iterator

import pytest
from board.shop import Shop
from board.viewing import Viewer
from playwright.sync_api import Browser, sync_playwright

from streams.demo.stack import running


def pytest_collection_modifyitems(items):
    """Whoever asks for a browser needs chromium."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.chromium)


@pytest.fixture(scope="session")
def shop(tmp_path_factory) -> Iterator[Shop]:
    """A tenth of the households of the demo, their purchases up to the summer taken in."""
    with running("grocery-usd", 2, clock="event") as stack:
        shop = Shop(stack, tmp_path_factory.mktemp("api"))
        try:
            shop.open()
            shop.replay(until="2017-07-01")
            yield shop
        finally:
            shop.close()


@pytest.fixture(scope="session")
def browser(shop) -> Iterator[Browser]:  # the shop first: starting it needs a loop of its own
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
    """Somebody with an admin's key, whose browser must not complain of anything."""
    with Viewer.of(browser, shop, role="admin") as viewer:
        yield viewer
        assert viewer.complaints == []
