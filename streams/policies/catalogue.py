"""The shipped policies, each with one line on what it is for."""

from typing import NamedTuple

from streams.policies.load import policy_text, presets


class Preset(NamedTuple):
    """A shipped policy."""

    name: str
    description: str
    """The first line of the comment at the head of its document."""


def catalogue() -> list[Preset]:
    """Every shipped policy, by name."""
    return [Preset(name, heading(policy_text(name))) for name in presets()]


def heading(text: str) -> str:
    r"""The first line of the comment with which a document begins; empty without one.

    >>> heading("# Shoppers of a bakery.\n# More.\npolicy: bakery\n")
    'Shoppers of a bakery.'
    >>> heading("policy: bakery\n")
    ''
    """
    first = text.partition("\n")[0]
    return first.removeprefix("#").strip() if first.startswith("#") else ""
