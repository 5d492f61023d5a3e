"""What brings a state of an older stored form up to the present one: a pure step per version.

A form changes only where a new field with a default will not do. The step that follows goes to the
end of `STEPS`, and with it the present version rises. States are brought up as they are read,
wherever they come from (the store, a snapshot, a worker that hands a merged customer over), and
are written in the present form by the next commit that touches them.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

Raw = list[Any]
"""A state as it is stored: its fields in their order."""
Step = Callable[[Raw], Raw]
"""Makes the next version of a state; may change what it is given."""

STEPS: Final[tuple[Step, ...]] = ()
"""The step at place n makes version n + 2 of version n + 1: the first form is version 1."""

_OWN, _PARTS = 2, 3
_STATE_OF_PART = 1


def inside_too(step: Step, ties: int) -> Step:
    """The same step for a state and the states inside it, of those who were merged.

    `ties` is the place of `CustomerState.ties` in the older form.

    >>> doubled = inside_too(lambda raw: [raw[0] * 2, *raw[1:]], ties=1)
    >>> doubled([1, ["host", 7, [2, None], {"ann": [3, [4, None]]}]])
    [2, ['host', 7, [4, None], {'ann': [3, [8, None]]}]]
    """

    def everywhere(raw: Raw) -> Raw:
        held = raw[ties] if len(raw) > ties else None
        if held is not None:
            if held[_OWN] is not None:
                held[_OWN] = everywhere(held[_OWN])
            for part in held[_PARTS].values():
                part[_STATE_OF_PART] = everywhere(part[_STATE_OF_PART])
        return step(raw)

    return everywhere


def upcast(raw: Raw, version: int, steps: Sequence[Step]) -> Raw:
    """Take every step from a version to the present one.

    >>> upcast([1], 2, [lambda raw: [*raw, "not taken"], lambda raw: [*raw, "taken"]])
    [1, 'taken']
    """
    for step in steps[version - 1 :]:
        raw = step(raw)
    return raw
