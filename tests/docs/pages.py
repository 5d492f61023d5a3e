"""The documentation as data: its pages, code blocks, tables and links."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def text_of(name: str) -> str:
    """A page by its path from the root of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return [body for found, body in _FENCED.findall(text) if found == language]


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return _FENCED.sub("", text)


def inline_code(text: str) -> list[str]:
    """What stands between backticks, outside of blocks."""
    return _INLINE.findall(prose(text))


def links(text: str) -> list[str]:
    """The targets of all links."""
    return _LINK.findall(prose(text))


def anchors(text: str) -> set[str]:
    """What can follow `#` in a link to this page."""
    titles = [title for _, title in _HEADING.findall(prose(text))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next of its level or above."""
    level = next(len(marks) for marks, found in _HEADING.findall(text) if found == title)
    begin = text.index(f"{'#' * level} {title}\n")
    after = re.compile(rf"^#{{1,{level}}} ", re.MULTILINE).search(text, begin + level + 1)
    return text[begin : after.start() if after else None]


def tables(text: str) -> Iterator[list[dict[str, str]]]:
    """The tables of a text, each a list of rows by column; code marks are taken off."""
    for group in re.findall(r"(?:^\|.*\n)+", prose(text), re.MULTILINE):
        head, _, *rows = [_cells(line) for line in group.splitlines()]
        yield [dict(zip(head, row, strict=True)) for row in rows]


def table(text: str, first_column: str) -> list[dict[str, str]]:
    """The first table whose first column is named so."""
    return next(found for found in tables(text) if found and first_column == next(iter(found[0])))


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
