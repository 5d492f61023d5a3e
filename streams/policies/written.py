"""A document as a tree of values that know the file and the line they were written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from streams.policies.errors import PolicyRefused, Problem
from streams.policies.tree import MAX_NODES

Path = Sequence[str | int]


@dataclass(slots=True)
class Written:
    """One value with its place."""

    value: Any
    """A scalar, or a dict or list of `Written`."""
    source: str
    line: int | None
    """From 1; None where the loader does not know."""

    def plain(self) -> Any:
        """The value as plain Python data."""
        if isinstance(self.value, dict):
            return {key: one.plain() for key, one in self.value.items()}
        if isinstance(self.value, list):
            return [one.plain() for one in self.value]
        return self.value

    def at(self, path: Path) -> "Written":
        """What stands at the deepest part of `path` that exists.

        >>> tree = Written({"a": Written([], "p.yaml", 3)}, "p.yaml", 1)
        >>> tree.at(["a", 7]).line, tree.at(["b"]).line
        (3, 1)
        """
        found = self
        for part in path:
            try:
                found = found.value[part]
            except (KeyError, IndexError, TypeError):
                break
        return found


def written(tree: CommentedMap, source: str) -> Written:
    """A document with the lines of its keys.

    Raises:
        PolicyRefused: it has too many values, or holds itself.
    """
    try:
        return _written(tree, source, 1, [MAX_NODES])
    except (RecursionError, OverflowError):
        problem = Problem("document", None, None, f"at most {MAX_NODES:,} values, none in itself")
        raise PolicyRefused(source, [problem]) from None


def _written(node: Any, source: str, line: int | None, left: list[int]) -> Written:
    left[0] -= 1
    if left[0] < 0:
        raise OverflowError
    value: Any = node
    if isinstance(node, CommentedMap):
        value = {
            key: _written(one, source, _line(node, key) or line, left) for key, one in node.items()
        }
    elif isinstance(node, CommentedSeq):
        value = [
            _written(one, source, _line(node, at) or line, left) for at, one in enumerate(node)
        ]
    else:
        for plain in (bool, int, float, str):
            if isinstance(node, plain):
                value = plain(node)
                break
    return Written(value, source, line)


def _line(node: CommentedMap | CommentedSeq, part: Any) -> int | None:
    """The line of a key or an entry; None for what came with an alias or a merge."""
    try:
        mark: tuple[int, int] = (
            node.lc.item(part) if isinstance(node, CommentedSeq) else node.lc.key(part)
        )
    except (KeyError, IndexError, TypeError, AttributeError):
        return None
    return mark[0] + 1
