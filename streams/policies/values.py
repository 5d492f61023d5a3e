"""What a single value of a policy document may be, for the loader and for editors."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from scoring.calendar import CALENDARS
from scoring.facts import FACT_TYPES
from scoring.policy import TAG_GROUPS
from scoring.readings import READINGS
from scoring.triggers import MANUAL, POLICY
from scoring.units import DECIMALS

FIRES_ON: Final = ("any", "tick", *(fact.TYPE for fact in FACT_TYPES), MANUAL, POLICY)
NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
_NUMBER: Final = r"^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*$"


def _decimal(value: Any) -> Decimal:
    """An exact decimal from a number or its quoted text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        # Not TypeError: pydantic turns only this into a problem of the document.
        raise ValueError("a number is needed")  # noqa: TRY004
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("a number is needed") from None
    if not number.is_finite():
        raise ValueError("a finite number is needed")
    return number


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _one_of(*allowed: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"allowed are {', '.join(allowed)}")
        return value

    return AfterValidator(check)


def _group(value: Any) -> Any:
    """The two levels of a tag's group, from `risk/churn` or `[risk, churn]`."""
    if isinstance(value, str):
        return value.split("/")
    if not isinstance(value, list) or not value:
        raise ValueError("a place in the tree such as risk/churn is needed")
    return value


def _in_tree(value: list[str]) -> list[str]:
    top, *below = value
    if top not in TAG_GROUPS:
        raise ValueError(f"unknown group {top!r}; allowed are {', '.join(TAG_GROUPS)}")
    if len(below) != 1 or below[0] not in TAG_GROUPS[top]:
        allowed = ", ".join(f"{top}/{second}" for second in TAG_GROUPS[top])
        raise ValueError(f"allowed in {top!r} are {allowed}")
    return value


def _reading_schema() -> dict[str, Any]:
    """Texts an editor offers, and the form every reading has."""
    offered = [f"{r.name}(365)" if r.windowed else r.name for r in READINGS.values()]
    windowed = "|".join(r.name for r in READINGS.values() if r.windowed)
    plain = "|".join(r.name for r in READINGS.values() if not r.windowed)
    arguments = r"\(\s*[0-9]+\s*(,[^()]*)?\)"
    form = rf"^[\s(]*(({windowed})\s*{arguments}|({plain}))[\s)]*$"
    return {"anyOf": [{"enum": offered}, {"type": "string", "pattern": form}]}


def _group_schema() -> dict[str, Any]:
    places = [(top, second) for top, below in TAG_GROUPS.items() for second in below]
    return {"enum": [*("/".join(place) for place in places), *(list(place) for place in places)]}


_EXACT_SCHEMA: Final = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": _NUMBER}]}
_FIRES_ON_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"enum": list(FIRES_ON)},
        {"type": "array", "items": {"enum": list(FIRES_ON)}, "minItems": 1},
    ]
}

Exact = Annotated[Decimal, BeforeValidator(_decimal), WithJsonSchema(_EXACT_SCHEMA)]
"""A number taken exactly as it is written; quoted, too."""
Name = Annotated[str, Field(pattern=NAME)]
Text = Annotated[str, Field(min_length=1)]
Prose = Annotated[str, Field(pattern=r"\S")]
Days = Annotated[int, Field(ge=0, le=36_500)]
StepDay = Annotated[int, Field(ge=1, le=399)]
StepDays = Annotated[list[StepDay], Field(min_length=1)]
Positive = Annotated[float, Field(gt=0, le=10**15)]
DisplayNames = dict[str, Text]
Currency = Annotated[str, WithJsonSchema({"enum": list(DECIMALS)})]
ReadingText = Annotated[Text, WithJsonSchema(_reading_schema())]
ConditionText = Annotated[
    Text,
    Field(examples=["recency_days >= 90", 'spend(365) < 3000 and attribute("size") == "small"']),
]
Calendar = Annotated[str, _one_of(*CALENDARS), WithJsonSchema({"enum": list(CALENDARS)})]
FiresOn = Annotated[
    list[Annotated[str, _one_of(*FIRES_ON)]],
    BeforeValidator(_list),
    Field(min_length=1),
    WithJsonSchema(_FIRES_ON_SCHEMA),
]
Group = Annotated[
    list[str],
    BeforeValidator(_group),
    AfterValidator(_in_tree),
    WithJsonSchema(_group_schema()),
]


def is_currency_code(code: str) -> bool:
    """Whether a text has the form of an ISO 4217 code.

    >>> is_currency_code("USD"), is_currency_code("usd")
    (True, False)
    """
    return re.fullmatch("[A-Z]{3}", code) is not None
