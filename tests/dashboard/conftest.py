"""A browser, and a programme with real purchases behind a real API."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dashboard.shop import Shop, moved, purchases
from dashboard.viewing import Viewer
from playwright.sync_api import Browser, sync_playwright

from streams.clock import SystemClock
from streams.demo.stack import running
from streams.policies.load import policy_text
from streams.replay.event import WireEvent

REVIEWS = """
review_when:
  default: reject
  after_days: 7
  rules:
    - {name: abnormal-order, on: promotion, when: "amount >= 900"}
"""
"""No household spent so much at once."""


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
def shops(tmp_path_factory) -> Iterator[tuple[Shop, Shop]]:
    """Two programmes, started side by side: most of it is waiting."""
    events = purchases()
    now_s = SystemClock().now_ms() / 1000
    today = datetime.fromtimestamp(now_s, ZoneInfo("America/New_York")).date()
    later = moved(events, (today - date(2017, 7, 1)).days)
    folder = tmp_path_factory.mktemp("office")
    policy = folder / "reviewing.yaml"
    policy.write_text(policy_text("grocery-usd") + REVIEWS, "utf-8")
    with ExitStack() as ends, ThreadPoolExecutor(2) as beside:
        patch = ends.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("REGRADE_ERASURE_KEY", "hash-of-erased-ids-with-this-key")

        def opened(policy: str, clock: str, folder: Path, events: list[WireEvent]) -> Shop:
            """A stack, and a shop on it that ends with the session."""
            stack = ends.enter_context(running(policy, 2, clock=clock))
            shop = Shop(stack, folder, events, policy)
            ends.callback(shop.close)
            shop.open()
            return shop

        summer = beside.submit(
            opened, "grocery-usd", "event", tmp_path_factory.mktemp("shop"), events
        )
        office = beside.submit(opened, str(policy), "wall", folder, later)
        summer.result().replay(until="2017-07-01")
        office.result().replay(until=today.isoformat())
        yield summer.result(), office.result()


@pytest.fixture(scope="session")
def shop(shops) -> Shop:
    """Purchases up to the summer of 2017; more can be sent."""
    return shops[0]


@pytest.fixture(scope="session")
def office(shops) -> Shop:
    """The same purchases as if the summer were today, and large orders wait for somebody."""
    return shops[1]


@pytest.fixture(scope="session")
def browser(shops) -> Iterator[Browser]:  # shops first: they start in loops of their own
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
