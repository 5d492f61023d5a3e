"""The text of a document -> its tree, which knows the line of every key."""

import io
from collections.abc import Sequence
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from streams.policies.errors import PolicyRefused, Problem

Path = Sequence[str | int]
MAX_NODES: Final = 100_000
"""Most values of one document; aliases count each time they are used."""


MAX_BYTES: Final = 1024 * 1024
"""Longest text of one document."""


def check_length(length: int, source: str) -> None:
    """Whether a text may be read at all.

    Raises:
        PolicyRefused: it is longer than any policy.
    """
    if length > MAX_BYTES:
        problem = f"is larger than {MAX_BYTES} bytes; no policy is"
        raise PolicyRefused(source, [Problem("file", None, None, problem)])


def parse_tree(text: str, source: str) -> CommentedMap:
    """Read YAML 1.2; the document must be a mapping.

    Raises:
        PolicyRefused: with the line where the text stops being YAML.
    """
    check_length(len(text), source)
    try:
        tree = YAML(typ="rt").load(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else None
        problem = Problem("document", line, None, f"not YAML: {error.problem}")
        raise PolicyRefused(source, [problem]) from None
    except YAMLError as error:
        problem = Problem("document", None, None, f"not YAML: {error}")
        raise PolicyRefused(source, [problem]) from None
    except RecursionError:
        problem = Problem("document", None, None, "too deeply nested")
        raise PolicyRefused(source, [problem]) from None
    if not isinstance(tree, CommentedMap):
        problem = Problem("document", 1, None, "a mapping with the key `policy` is needed")
        raise PolicyRefused(source, [problem])
    return tree


def dotted(path: Path) -> str:
    """A path as people write it.

    >>> dotted(["tiers", 2, "enter"])
    'tiers.2.enter'
    """
    return ".".join(str(part) for part in path) or "document"


def value_at(node: Any, path: Path) -> Any:
    """What stands at a path of a tree, plain or not; None when nothing does."""
    for part in path:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return None
    return node
