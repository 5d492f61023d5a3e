"""A policy file or preset -> `scoring.policy.Policy`, or every reason why not."""

import hashlib
import io
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, get_origin

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from scoring.policy import Policy
from streams.policies.build import build_policy
from streams.policies.document import LIST, MAPPING, LabelSection, PolicyDocument, RuleSection
from streams.policies.errors import PolicyRefused, Problem

DEFAULT_PRESET = "b2b-fresh"


def presets() -> list[str]:
    """Names of the shipped policies."""
    folder = resources.files("scoring") / "presets"
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    )


def policy_text(source: str) -> str:
    """The text of a preset by name, or of a file by path."""
    if source in presets():
        preset = resources.files("scoring") / "presets" / f"{source}.yaml"
        return preset.read_text(encoding="utf-8")
    try:
        return Path(source).read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(presets())
        problem = f"cannot be read: {error.strerror}; presets are {known}"
    except UnicodeDecodeError:
        problem = "is not UTF-8 text"
    raise PolicyRefused(source, [Problem("file", None, None, problem)])


def load_policy(source: str = DEFAULT_PRESET) -> Policy:
    """Read and validate a preset by name, or a file by path.

    Raises:
        PolicyRefused: with every problem found.
    """
    return parse_policy(policy_text(source), source)


def parse_policy(text: str, source: str) -> Policy:
    """Validate the text of a document; `source` names it in errors."""
    tree = _parse_yaml(text, source)
    try:
        document = PolicyDocument.model_validate(_plain(tree))
    except ValidationError as error:
        raise PolicyRefused(source, _problems(error, tree)) from None
    problems: list[Problem] = []

    def refuse(path: Sequence[str | int], problem: str) -> None:
        value = _at(tree, path)
        problems.append(Problem(_dotted(path), _line(tree, path), value, problem))

    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]
    policy = build_policy(document, fingerprint, refuse)
    if problems or policy is None:
        raise PolicyRefused(source, problems)
    return policy


def _parse_yaml(text: str, source: str) -> CommentedMap:
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
    if not isinstance(tree, CommentedMap):
        problem = Problem("document", 1, None, "a mapping with the key `policy` is needed")
        raise PolicyRefused(source, [problem])
    return tree


def _plain(node: Any) -> Any:
    """The tree as plain Python values, without the loader's own types."""
    if isinstance(node, CommentedMap):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    for plain in (bool, int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node


def _problems(error: ValidationError, tree: CommentedMap) -> list[Problem]:
    problems = []
    for found in error.errors(include_url=False):
        path = _path(found["loc"], tree)
        message = found["msg"].removeprefix("Value error, ")
        if found["type"] == "extra_forbidden":
            message = f"unknown key; allowed are {_allowed(found['loc'])}"
        value = None if found["type"] == "missing" else _at(tree, path)
        problems.append(Problem(_dotted(path), _line(tree, path), value, message))
    return problems


def _path(loc: Sequence[str | int], tree: Any) -> list[str | int]:
    """Where a problem is: members of a union appear in `loc` by their type, not as keys."""
    path: list[str | int] = []
    for part in loc:
        key = isinstance(tree, CommentedMap) and part in tree
        if key or isinstance(part, int) or not (part.startswith(_MEMBERS) or part in _TYPES):
            path.append(part)
            tree = tree[part] if key or _holds(tree, part) else None
    return path


def _holds(tree: Any, part: str | int) -> bool:
    return isinstance(tree, CommentedSeq) and isinstance(part, int) and part < len(tree)


_FORMS = {LIST: RuleSection, MAPPING: LabelSection}
_MEMBERS = ("literal[", "constrained-", "function-", LIST, MAPPING)
_TYPES = {"[key]", "int", "float", "str", "bool", "decimal", "list", "dict"}


def _allowed(loc: Sequence[str | int]) -> str:
    """The keys allowed beside an unknown one."""
    model: Any = PolicyDocument
    free = False
    for part in loc[:-1]:
        if part in _FORMS:
            model = _FORMS[str(part)]
            continue
        # Below a field such as `labels` the next key is the author's own.
        if isinstance(part, int) or free:
            free = False
            continue
        field = getattr(model, "model_fields", {}).get(part)
        model = _section(field.annotation) if field else None
        free = field is not None and get_origin(field.annotation) is dict
    fields = getattr(model, "model_fields", {})
    return ", ".join(sorted(f.alias or name for name, f in fields.items()))


def _section(annotation: Any) -> Any:
    """The section model inside an annotation such as `list[TierSection]`."""
    if hasattr(annotation, "model_fields"):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _section(inner)) is not None:
            return found
    return None


def _dotted(path: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in path) or "document"


def _at(tree: Any, path: Sequence[str | int]) -> object:
    for part in path:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return None
    return None if isinstance(tree, CommentedMap | CommentedSeq) else tree


def _line(tree: Any, path: Sequence[str | int]) -> int | None:
    """The line of the deepest part of `path` that exists."""
    line: int | None = None
    for part in path:
        try:
            mark = tree.lc.key(part) if isinstance(part, str) else tree.lc.item(part)
            line = mark[0] + 1
            tree = tree[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line
