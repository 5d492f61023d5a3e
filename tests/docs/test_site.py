"""The documentation as a site: it builds strictly, and nothing in it comes from elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT

# What a browser fetches by itself, not what a reader may follow.
FETCHED = [
    re.compile(r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=[\"']?(?:https?:)?//[^>]*>"),
    re.compile(r"<link\b[^>]*\bhref=[\"']?(?:https?:)?//[^>]*>"),
    re.compile(r"url\(\s*[\"']?(?:https?:)?//[^)]*\)"),
    re.compile(r"@import\s+[\"'][^\"']*//[^\"']*"),
]
HREF = re.compile(r"\bhref=\"([^\"#:]+)(?:#[^\"]*)?\"")


def fetched(text: str) -> list[str]:
    """What a browser would ask of other hosts for this text."""
    return [match[0] for pattern in FETCHED for match in pattern.finditer(text)]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_in_the_site(site):
    """All of `docs`, and the pages of the root under names of their own."""
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    made = {page.replace("README.md", "index.md").removesuffix(".md") for page in pages}
    made |= {"index", "changelog", "contributing"}
    assert [page for page in sorted(made) if not (site / f"{page}.html").is_file()] == []


def test_nothing_is_fetched_from_elsewhere(site):
    """No script, style, typeface or picture has an address outside of the site."""
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    found = [(str(path), one) for path in files for one in fetched(path.read_text("utf-8"))]
    assert found == []


def test_every_link_of_the_site_leads_to_a_file_of_it(site):
    """Opened from the folder, without a server."""
    dead = [
        (page.name, link)
        for page in site.rglob("*.html")
        if page.name != "404.html"  # it is for servers, and names paths from their root
        for link in HREF.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert dead == []


def test_an_address_from_elsewhere_would_be_found():
    """The check itself sees one of each kind."""
    wrong = [
        '<script async src="https://a.example/x.js">',
        '<link rel="stylesheet" href="//a.example/x.css">',
        "url(https://a.example/x.woff2)",
        '@import "https://a.example/x.css"',
    ]
    assert all(fetched(text) for text in wrong)
    assert fetched('<a href="https://a.example">') == []
