"""The shape of a policy document: which keys exist and what each may hold."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scoring.calendar import CALENDARS
from scoring.facts import FACT_TYPES
from scoring.triggers import MANUAL, POLICY

FIRES_ON = ("any", "tick", *(fact.TYPE for fact in FACT_TYPES), MANUAL, POLICY)


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


def _fires_on(value: str) -> str:
    if value not in FIRES_ON:
        raise ValueError(f"allowed are {', '.join(FIRES_ON)}")
    return value


def _calendar(value: str) -> str:
    if value not in CALENDARS:
        raise ValueError(f"allowed are {', '.join(CALENDARS)}")
    return value


Exact = Annotated[Decimal, BeforeValidator(_decimal)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Field(min_length=1)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Positive = Annotated[float, Field(gt=0, le=10**15)]
DisplayNames = dict[str, Text]


class Section(BaseModel):
    """A mapping of the document: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class StepSection(Section):
    """One step of a `steps` normaliser: from this reading on, this value."""

    from_: float = Field(alias="from", allow_inf_nan=False)
    value: float = Field(ge=0, le=1)


class DimensionSection(Section):
    """One dimension of the score; exactly one of cap, decay, share and steps."""

    name: Name
    reading: Text
    weight: Positive
    cap: Positive | None = None
    decay: Positive | None = None
    share: Literal[True] | None = None
    steps: list[StepSection] | None = Field(default=None, min_length=1)
    missing: Annotated[float, Field(ge=0, le=1)] | Literal["skip"] = 0.0
    label: DisplayNames = {}


class TierSection(Section):
    """One tier. `share` is the part of customers it is meant for, for reports."""

    name: Name
    enter: Exact
    keep: Exact | None = None
    share: float | None = Field(default=None, gt=0, le=1)
    label: DisplayNames = {}


class TriggerSection(Section):
    """One trigger."""

    name: Name
    fires_on: Annotated[
        list[Annotated[str, BeforeValidator(_fires_on)]],
        BeforeValidator(_list),
        Field(min_length=1),
    ]
    when: Text | None = None
    calendar: Annotated[str, BeforeValidator(_calendar)] | None = None
    promote: bool = False
    demote: bool = False
    steps: Annotated[int, Field(ge=1)] | Literal["all"] | None = None
    ignore_hold: bool = False


class MoveSection(Section):
    """How tiers move."""

    hold_days: Days = 30
    steps: Annotated[int, Field(ge=1)] | Literal["all"] = 1
    triggers: list[TriggerSection] = Field(min_length=1)


class RuleSection(Section):
    """One value of a label."""

    value: Name
    when: Text | None = None
    label: DisplayNames = {}


class BenefitSection(Section):
    """One benefit of a tier."""

    name: Name
    label: DisplayNames = {}
    value: str | float | None = None


class PolicyDocument(Section):
    """A whole policy document."""

    policy: Name
    version: int = Field(ge=1, lt=2**31)
    time_zone: Text = "Asia/Shanghai"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    rates: dict[str, Exact] = {}
    exclude: list[Text] = []
    kinds: list[Name] = []
    eligible: Literal["first_order", "first_fact"] = "first_order"
    by: Text | None = None
    score: list[DimensionSection] = []
    tiers: list[TierSection] = Field(min_length=2)
    move: MoveSection
    labels: dict[Name, Annotated[list[RuleSection], Field(min_length=1)]] = {}
    benefits: dict[str, list[BenefitSection]] = {}
