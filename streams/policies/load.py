"""A policy file or preset -> `scoring.policy.Policy`, or every reason why not."""

import hashlib
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from scoring.policy import Policy
from streams.policies.build import build_policy
from streams.policies.document import PolicyDocument
from streams.policies.errors import PolicyRefused, Problem
from streams.policies.salvage import Salvage
from streams.policies.shape import shape_problems
from streams.policies.tree import Path as Place
from streams.policies.tree import dotted, line_at, parse_tree, plain_tree, value_at

DEFAULT_PRESET = "b2b-fresh"


class ReadPolicy(NamedTuple):
    """A policy as its author wrote it and as it grades."""

    document: PolicyDocument
    policy: Policy


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


def read_policy(source: str) -> ReadPolicy:
    """As `load_policy`, with the document beside the policy."""
    return _read(policy_text(source), source)


def parse_policy(text: str, source: str) -> Policy:
    """Validate the text of a document; `source` names it in errors."""
    return _read(text, source).policy


def _read(text: str, source: str) -> ReadPolicy:
    tree = parse_tree(text, source)
    plain = plain_tree(tree, source)
    problems: list[Problem] = []
    salvage = Salvage(plain, [])
    try:
        document = PolicyDocument.model_validate(plain)
    except ValidationError as error:
        found = shape_problems(error, plain, tree)
        problems += [problem for _, _, problem in found]
        salvage = Salvage(plain, [(path, kind) for path, kind, _ in found])
        try:
            document = PolicyDocument.model_validate(salvage.document)
        except ValidationError:
            raise PolicyRefused(source, problems) from None

    def refuse(path: Place, problem: str, at: int | None = None) -> None:
        if not salvage.hides(path):
            value = value_at(plain, path)
            value = None if isinstance(value, dict | list) else value
            line = line_at(tree, path) or 1
            problems.append(Problem(dotted(path), line, value, problem, at))

    fingerprint = hashlib.sha256(text.encode()).hexdigest()[:16]
    policy = build_policy(document, fingerprint, refuse, any_kind=salvage.any_kind)
    if problems:
        raise PolicyRefused(source, sorted(problems, key=lambda one: one.line or 0))
    return ReadPolicy(document, policy)
