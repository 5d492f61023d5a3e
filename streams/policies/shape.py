"""What pydantic found wrong with the shape of a document, in the words of the document."""

from difflib import get_close_matches
from typing import Any, Final, Protocol, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from streams.policies.document import LIST, MAPPING, LabelSection, PolicyDocument, RuleSection
from streams.policies.errors import Problem
from streams.policies.tree import Path, value_at
from streams.policies.values import NAME

_FORMS: Final = {LIST: RuleSection, MAPPING: LabelSection}
_MEMBERS: Final = ("literal[", "constrained-", "function-", LIST, MAPPING)
_TYPES: Final = {"[key]", "int", "float", "str", "bool", "decimal", "list", "dict"}
_PATTERNS: Final = {
    NAME: "1 to 64 letters, digits, _ . and - are needed, beginning with a letter or digit",
    r"\S": "must not be empty",
}
_WORDS: Final = {
    "string_type": "a text is needed",
    "string_too_short": "must not be empty",
    "int_type": "a whole number is needed",
    "int_from_float": "a whole number is needed",
    "float_type": "a number is needed",
    "finite_number": "a finite number is needed",
    "bool_type": "true or false is needed",
    "list_type": "a list is needed",
    "dict_type": "a mapping is needed",
    "model_type": "a mapping is needed",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "too_short": "a list of at least {min_length} is needed",
    "invalid_key": "a text is needed as a key",
}


class Place(Protocol):
    """Makes a problem of what is wrong at a path, with the file and line it is written in."""

    def __call__(self, path: Path, value: object, problem: str, at: int | None = None) -> Problem:
        """`at` is the character of an expression, from 0."""


def shape_problems(
    error: ValidationError, plain: dict[Any, Any], place: Place
) -> list[tuple[Path, str, Problem]]:
    """Every problem with its path and the type of its first error."""
    found: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        # What a union says about each of its members is one problem.
        found.setdefault(_path(detail["loc"], plain), []).append(detail)
    problems: list[tuple[Path, str, Problem]] = []
    for path, details in found.items():
        kind = "key" if "[key]" in details[0]["loc"] else details[0]["type"]
        told = ", or ".join(dict.fromkeys(_told(detail) for detail in details))
        value = path[-1] if kind in ("key", "invalid_key") else value_at(plain, path)
        if value is None and kind != "missing":
            told += "; it is empty"
        problems.append((path, kind, place(path, value, told)))
    return problems


def _told(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return f"is missing: {_described(detail['loc'])}"
    if kind == "extra_forbidden":
        return _unknown(detail["loc"])
    if kind == "string_pattern_mismatch":
        return _PATTERNS[context["pattern"]]
    if kind in _WORDS:
        numbers = {name: _number(value) for name, value in context.items()}
        return _WORDS[kind].format(**numbers)
    return detail["msg"].removeprefix("Value error, ")


def _number(value: Any) -> str:
    """A limit as people write it.

    >>> _number(1e15), _number(0.5), _number("'skip'")
    ('1,000,000,000,000,000', '0.5', "'skip'")
    """
    if isinstance(value, int | float):
        return f"{value:,.0f}" if value == int(value) else f"{value:g}"
    return str(value).replace("True", "true")


def _path(loc: Path, tree: Any) -> tuple[str | int, ...]:
    """Where a problem is: members of a union appear in `loc` by their type, not as keys."""
    path: list[str | int] = []
    for part in loc:
        key = isinstance(tree, dict) and part in tree
        # One text where a list is allowed is read as a list of one.
        place = isinstance(part, int) and isinstance(tree, list)
        name = isinstance(part, str) and not (part.startswith(_MEMBERS) or part in _TYPES)
        if key or place or name:
            path.append(part)
            tree = value_at(tree, [part])
    return tuple(path)


def _unknown(loc: Path) -> str:
    allowed = [f.alias or name for name, f in _fields(loc).items()]
    close = get_close_matches(str(loc[-1]), allowed, 1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return f"unknown key; allowed are {', '.join(sorted(allowed))}{meant}"


def _described(loc: Path) -> str:
    fields = {f.alias or name: f for name, f in _fields(loc).items()}
    return str(fields[str(loc[-1])].description)


def _fields(loc: Path) -> Any:
    """The fields of the section that the last part of `loc` is, or should be, a key of."""
    model: Any = PolicyDocument
    free = False
    for part in loc[:-1]:
        if part in _FORMS:
            model = _FORMS[str(part)]
            free = False
            continue
        # Below a field such as `labels` the next key is the author's own.
        if isinstance(part, int) or free:
            free = False
            continue
        field = getattr(model, "model_fields", {}).get(part)
        model = _section(field.annotation) if field else None
        free = field is not None and get_origin(field.annotation) is dict
    return getattr(model, "model_fields", {})


def _section(annotation: Any) -> Any:
    """The section model inside an annotation such as `list[TierSection]`."""
    if hasattr(annotation, "model_fields"):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _section(inner)) is not None:
            return found
    return None
