"""How the parts of a document are refused while it is built."""

from typing import Protocol

from streams.policies.tree import Path


class Refuse(Protocol):
    """Takes note of a problem; the document is judged to its end."""

    def __call__(self, path: Path, problem: str, at: int | None = None) -> None:
        """Note what is wrong at a path; `at` is the character of an expression, from 0."""


def refuse_repeats(refuse: Refuse, names: list[str], *path: str, key: str = "name") -> None:
    """Refuse every name that an earlier entry of the list has."""
    for index, name in enumerate(names):
        if name in names[:index]:
            refuse([*path, index, key], f"the name {name!r} is used twice")
