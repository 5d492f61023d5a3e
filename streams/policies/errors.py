"""Why a policy document is refused."""

from dataclasses import dataclass

from streams.errors import RegradeError


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


class PolicyRefused(RegradeError):
    """A policy document is refused as a whole; every problem is listed."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        lines = [f"policy {source} is refused:"]
        for found in problems:
            at = f"{source}:{found.line}" if found.line else source
            shown = "" if found.value is None else f" (found {found.value!r:.80})"
            lines.append(f"  {at}: {found.path}: {found.problem}{shown}")
        super().__init__("\n".join(lines))
