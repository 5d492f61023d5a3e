"""A branch's document laid over the one it extends.

Mappings are merged by key, lists of entries with a `name` (`value` in a label) by that; anything
else is replaced. A key without a value, or an entry with `remove: true`, takes away what the base
has. A new entry keeps its place beside its neighbours in the branch's list.
"""

from collections.abc import Callable
from typing import Final

from streams.policies.errors import PolicyRefused, Problem
from streams.policies.tree import dotted
from streams.policies.written import Path, Written

OWN: Final = ("policy", "version")
"""What a branch has for itself: never taken from the base."""
EXTENDS: Final = "extends"
REMOVE: Final = "remove"
_NAMED_BY: Final = ("name", "value")

Read = Callable[[str, Written], Written]
"""(what `extends` says, where it says so) -> that document, itself not yet extended."""


def resolved(document: Written, read: Read, chain: tuple[str, ...] = ()) -> Written:
    """The document with all it extends, without the key `extends`.

    Raises:
        PolicyRefused: a base is missing or comes round in a circle, or what is to be taken away
            is not there.
    """
    given = document.value.get(EXTENDS)
    if given is None:
        return document
    chain = (*chain, document.source)
    if not isinstance(given.value, str) or not given.value:
        raise _refused(given, "the name of a preset or the path of a file is needed")
    base = read(given.value, given)
    if base.source in chain:
        circle = " extends ".join([*chain[chain.index(base.source) :], base.source])
        raise _refused(given, f"goes round in a circle: {circle}")
    below = resolved(base, read, chain)
    kept = {key: one for key, one in below.value.items() if key not in OWN}
    own = {key: one for key, one in document.value.items() if key != EXTENDS}
    head = {key: own[key] for key in OWN if key in own}
    rest = {key: one for key, one in own.items() if key not in head}
    merged = _merged(
        Written(kept, below.source, below.line), Written(rest, document.source, document.line), ()
    )
    return Written(head | merged.value, document.source, document.line)


def _merged(base: Written, own: Written, path: Path) -> Written:
    if isinstance(base.value, dict) and isinstance(own.value, dict):
        return Written(_merged_keys(base, own, path), own.source, own.line)
    if isinstance(base.value, list) and isinstance(own.value, list):
        by = _named_by(own.value)
        if by is not None and by == _named_by(base.value):
            return Written(_merged_entries(base, own, by, path), own.source, own.line)
    return own


def _merged_keys(base: Written, own: Written, path: Path) -> dict[str, Written]:
    found: dict[str, Written] = dict(base.value)
    for key, one in own.value.items():
        if one.value is None:
            if found.pop(key, None) is None:
                raise _refused(one, f"{base.source} has none to take away", (*path, key))
        else:
            found[key] = _merged(found[key], one, (*path, key)) if key in found else one
    return found


def _merged_entries(base: Written, own: Written, by: str, path: Path) -> list[Written]:
    """The base's entries in their order; new ones beside their neighbours of the branch's list."""
    found: dict[str, Written] = {}
    for one in base.value:
        name = one.value[by].value
        if name in found:
            raise _refused(one, f"the name {name!r} is used twice", (*path, name))
        found[name] = one
    order = list(found)
    names = [one.value[by].value for one in own.value]
    for at, (name, one) in enumerate(zip(names, own.value, strict=True)):
        place = (*path, name)
        if name in names[:at]:
            raise _refused(one, f"the name {name!r} is used twice", place)
        if REMOVE in one.value:
            _check_removal(one, by, place)
            if name not in found:
                raise _refused(one, f"{base.source} has no {name!r} to take away", place)
        elif name in found:
            found[name] = _merged(found[name], one, place)
        else:
            found[name] = one
            order.insert(_place(order, names, at), name)
    gone = {name for name, one in zip(names, own.value, strict=True) if REMOVE in one.value}
    return [found[name] for name in order if name not in gone]


def _place(order: list[str], names: list[str], at: int) -> int:
    """After the entry named before it; else before the next one the base has; else at the end.

    >>> _place(["low", "top"], ["low", "mid"], 1), _place(["low", "top"], ["mid", "top"], 0)
    (1, 1)
    >>> _place(["low", "top"], ["mid"], 0)
    2
    """
    if at:
        return order.index(names[at - 1]) + 1
    return next((order.index(name) for name in names if name in order), len(order))


def _check_removal(one: Written, by: str, path: Path) -> None:
    if one.value[REMOVE].value is not True or set(one.value) != {by, REMOVE}:
        raise _refused(one, f"{REMOVE}: true stands alone with {by}", path)


def _named_by(entries: list[Written]) -> str | None:
    """The key all entries are named by; None for other lists and for an empty one."""
    for key in _NAMED_BY:
        if entries and all(
            isinstance(one.value, dict)
            and isinstance(getattr(one.value.get(key), "value", None), str)
            for one in entries
        ):
            return key
    return None


def _refused(given: Written, problem: str, path: Path = (EXTENDS,)) -> PolicyRefused:
    value = given.value if isinstance(given.value, str | int | float) else None
    return PolicyRefused(given.source, [Problem(dotted(path), given.line, value, problem)])
