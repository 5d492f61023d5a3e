"""Why a policy document is refused."""

from dataclasses import dataclass
from typing import Final
from unicodedata import east_asian_width

from streams.errors import RegradeError

_WIDEST: Final = 90
"""Most characters of an expression that are shown around a caret."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document, and where."""

    path: str
    """Keys and positions joined by dots: `tiers.2.enter`."""
    line: int | None
    """Line of the document, from 1, where it is known."""
    value: object
    """What stands there; None when nothing does."""
    problem: str
    """What is wrong, and what is allowed."""
    at: int | None = None
    """In an expression the index of the offending character, from 0."""
    file: str | None = None
    """The document that says so, where it is one that the refused one extends."""

    def told(self, source: str) -> str:
        """The problem as text; an expression is shown with a caret below the character.

        >>> print(Problem("by", 3, "spend", "needs a window in days", 0).told("p.yaml"))
          p.yaml:3: by: needs a window in days, at character 1
              spend
              ^
        """
        file = self.file or source
        place = f"{file}:{self.line}" if self.line else file
        head = f"  {place}: {self.path}: {self.problem}"
        if self.at is not None and isinstance(self.value, str):
            return f"{head}, at character {self.at + 1}\n{_pointed(self.value, self.at)}"
        if self.value is None:
            return head
        found = str(self.value).lower() if isinstance(self.value, bool) else repr(self.value)
        return f"{head} (found {found:.80})"


class PolicyRefused(RegradeError):
    """A policy document is refused as a whole; every problem is listed."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        lines = [f"policy {source} is refused:", *(found.told(source) for found in problems)]
        super().__init__("\n".join(lines))


def _pointed(text: str, at: int) -> str:
    """The text, or what lies around a place in it, with a caret under that place."""
    first = max(0, at - _WIDEST // 2) if len(text) > _WIDEST else 0
    shown = text[first : first + _WIDEST]
    before = ("..." if first else "") + shown[: at - first]
    after = shown[at - first :] + ("..." if first + _WIDEST < len(text) else "")
    before, after = ("".join(c if c.isprintable() else " " for c in t) for t in (before, after))
    width = sum(2 if east_asian_width(c) in "WF" else 1 for c in before)
    return f"      {before}{after}".rstrip() + f"\n      {' ' * width}^"
