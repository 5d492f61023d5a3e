"""A policy file or preset -> `scoring.policy.Policy`, or every reason why not."""

import hashlib
import io
import os
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from ruamel.yaml import YAML

from scoring.policy import Policy
from streams.policies.build import build_policy
from streams.policies.document import PolicyDocument
from streams.policies.errors import PolicyRefused, Problem
from streams.policies.extend import EXTENDS, resolved
from streams.policies.salvage import Salvage
from streams.policies.shape import shape_problems
from streams.policies.tree import MAX_BYTES, check_length, dotted, parse_tree, value_at
from streams.policies.tree import Path as Place
from streams.policies.written import Written, written

DEFAULT_PRESET = "b2b-fresh"


class ReadPolicy(NamedTuple):
    """A policy as its author wrote it, all it extends included, and as it grades."""

    document: PolicyDocument
    policy: Policy


class Version(NamedTuple):
    """A policy, and the text it can be read from again without anything else."""

    text: str
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
        with Path(source).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        check_length(len(raw), source)
        return raw.decode("utf-8")
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


def load_version(source: str = DEFAULT_PRESET) -> Version:
    """As `load_policy`, with the whole text beside the policy.

    Raises:
        PolicyRefused: with every problem found.
    """
    policy = load_policy(source)
    return Version(resolved_text(source), policy)


def read_version(text: str, source: str) -> Version:
    """As `load_version`, from the text of a document; `source` names it in errors."""
    whole, extended = _whole(text, source)
    return Version(_dumped(whole.plain()) if extended else text, parse_policy(text, source))


def read_policy(source: str) -> ReadPolicy:
    """As `load_policy`, with the document beside the policy."""
    return _read(policy_text(source), source)


def read_text(text: str, source: str) -> ReadPolicy:
    """As `read_policy`, from the text of a document; `source` names it in errors."""
    return _read(text, source)


def parse_policy(text: str, source: str) -> Policy:
    """Validate the text of a document; `source` names it in errors."""
    return _read(text, source).policy


def resolved_text(source: str) -> str:
    """The text of a policy with all it extends: to the letter its own when it extends nothing.

    Raises:
        PolicyRefused: it cannot be read, or not be resolved; what it means is not judged.
    """
    text = policy_text(source)
    whole, extended = _whole(text, source)
    return _dumped(whole.plain()) if extended else text


def _whole(text: str, source: str) -> tuple[Written, bool]:
    """The document with all it extends, and whether it extends anything."""
    document = written(parse_tree(text, source), source)
    return resolved(document, _base), EXTENDS in document.value


def _base(name: str, given: Written) -> Written:
    """The document that `extends` names: a preset, or a file as seen from the one that says so."""
    beside = os.path.normpath(Path(given.source).parent / name)
    source = name if name in presets() else beside
    try:
        text = policy_text(source)
    except PolicyRefused as refused:
        (problem,) = refused.problems
        told = Problem(EXTENDS, given.line, name, problem.problem)
        raise PolicyRefused(given.source, [told]) from None
    return written(parse_tree(text, source), source)


def _dumped(plain: dict[Any, Any]) -> str:
    yaml = YAML(typ="rt")
    yaml.width = 10_000
    out = io.StringIO()
    yaml.dump(plain, out)
    return out.getvalue()


def _read(text: str, source: str) -> ReadPolicy:
    whole, extended = _whole(text, source)
    plain = whole.plain()
    problems: list[Problem] = []
    salvage = Salvage(plain, [])

    def place(path: Place, value: object, problem: str, at: int | None = None) -> Problem:
        found = whole.at(path)
        file = None if found.source == source else found.source
        return Problem(dotted(path), found.line or 1, value, problem, at, file)

    try:
        document = PolicyDocument.model_validate(plain)
    except ValidationError as error:
        found = shape_problems(error, plain, place)
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
            problems.append(place(path, value, problem, at))

    meant = _dumped(plain) if extended and not problems else text
    fingerprint = hashlib.sha256(meant.encode()).hexdigest()[:16]
    policy = build_policy(document, fingerprint, refuse, any_kind=salvage.any_kind)
    if problems:
        problems.sort(key=lambda one: (one.file or "", one.line or 0))
        raise PolicyRefused(source, problems)
    return ReadPolicy(document, policy)
