"""How a case is named: by its customer, the day it was opened and the tier it proposes.

So a case that followed its target to another tier has another name: nobody approves what they
have not seen.
"""

from datetime import date
from typing import NamedTuple

from scoring.calendar import day_of, iso
from scoring.units import Day


class CaseId(NamedTuple):
    """A case as it is named."""

    customer: str
    opened: Day
    tier: str


def case_id(customer: str, opened: Day, tier: str) -> str:
    """The name of a case.

    >>> case_id("c-42", Day(19_800), "gold")
    'c-42:2024-03-18:gold'
    """
    return f"{customer}:{iso(opened)}:{tier}"


def parse_case(text: str) -> CaseId | None:
    """A case from its name; None if it is none. The customer may hold any sign.

    >>> parse_case("a:b:2024-03-18:gold")
    CaseId(customer='a:b', opened=19800, tier='gold')
    >>> parse_case("c-42") is parse_case("c-42:today:gold") is None
    True
    """
    customer, *rest = text.rsplit(":", 2)
    if len(rest) != 2:  # noqa: PLR2004 - a day and a tier
        return None
    day, tier = rest
    try:
        return CaseId(customer, day_of(date.fromisoformat(day)), tier)
    except ValueError:
        return None
