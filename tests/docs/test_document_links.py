"""Every link between documents leads somewhere."""

import pytest
from pages import PAGES, ROOT, anchors, links

HERE = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=HERE)
def test_every_link_of_a_page_resolves(page):
    """Files exist, and so do the headings that links name."""
    text = page.read_text(encoding="utf-8")
    for target in links(text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        led_to = (page.parent / path).resolve() if path else page
        assert led_to.exists(), f"{target} is not there"
        if anchor:
            assert anchor in anchors(led_to.read_text(encoding="utf-8")), f"{target} is no heading"


def test_every_page_can_be_reached_from_the_first():
    """A page nobody links to is a page nobody reads."""
    reached: set[str] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        name = str(page.relative_to(ROOT))
        if name in reached or name not in HERE:
            continue
        reached.add(name)
        for target in links(page.read_text(encoding="utf-8")):
            path = target.partition("#")[0]
            waiting += [(page.parent / path).resolve()] if path and "://" not in path else []
    assert reached == set(HERE)
