"""What the site needs beyond `docs`: the pages of the root, and the files that pages point to.

Hooks of ProperDocs. Links are written for a reader of the repository; here those that leave `docs`
are led to a copy of the file inside of the site, so that they work offline.
"""

import posixpath
import re
from pathlib import Path

from properdocs.config.defaults import ProperDocsConfig
from properdocs.structure.files import File, Files
from properdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
}
COPIES = "repository"
LINK = re.compile(r"(\[[^\]]*\])\(([^)\s#:]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def on_config(config: ProperDocsConfig) -> ProperDocsConfig:
    """Put every decision into the navigation, below their index."""
    decisions = sorted(path.name for path in (ROOT / "docs/decisions").glob("*.md"))
    index = {"Index": "decisions/README.md"}
    pages = [f"decisions/{name}" for name in decisions if name != "README.md"]
    for entry in config.nav or []:
        if "Decisions" in entry:
            entry["Decisions"] = [index, *pages]
    return config


def on_files(files: Files, config: ProperDocsConfig) -> Files:
    """Add the pages of the root and every file that is linked to."""
    for source, name in PAGES.items():
        files.append(File.generated(config, name, content=(ROOT / source).read_text("utf-8")))
    for file in list(files.documentation_pages()):
        base = _folder(file.src_uri)
        prose = "".join(FENCE.split(file.content_string)[::2])
        for target in {posixpath.normpath(f"{base}/{path}") for _, path, _ in LINK.findall(prose)}:
            copy = _copy_of(target)
            if not _in_site(target) and (ROOT / target).is_file() and copy not in files.src_uris:
                files.append(File.generated(config, copy, abs_src_path=str(ROOT / target)))
    return files


def on_page_markdown(markdown: str, page: Page, **_more: object) -> str:
    """Lead links that were written for the repository to where their targets are in the site."""
    source = page.file.src_uri

    def led(found: re.Match[str]) -> str:
        text, path, anchor = found[1], found[2], found[3] or ""
        target = posixpath.normpath(f"{_folder(source)}/{path}")
        if (ROOT / target).is_dir():
            return text[1:-1]  # a folder is no page; its name is told
        place = PAGES.get(target) or target.removeprefix("docs/")
        if not _in_site(target):
            place, anchor = _copy_of(target), ""
        return f"{text}({posixpath.relpath(place, posixpath.dirname(source) or '.')}{anchor})"

    parts = FENCE.split(markdown)
    parts[::2] = [LINK.sub(led, part) for part in parts[::2]]
    return "".join(parts)


def _folder(source: str) -> str:
    """The folder of a page in the repository."""
    return "." if source in PAGES.values() else posixpath.dirname(f"docs/{source}")


def _copy_of(target: str) -> str:
    """Where a copy stands: as plain text, so that a browser shows it; never hidden."""
    return posixpath.join(COPIES, f"{target.lstrip('.')}.txt")


def _in_site(target: str) -> bool:
    """Whether a path from the root is a page or picture of the site."""
    return target in PAGES or target.startswith("docs/")
