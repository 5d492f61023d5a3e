"""The shape of a policy document: which keys exist and what each may hold.

The text below a key is its description: in `docs/policy.md`, in an editor, and where it is missing.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from streams.policies.values import (
    Calendar,
    ConditionText,
    Currency,
    Days,
    DisplayNames,
    Exact,
    FiresOn,
    Group,
    Name,
    Positive,
    Prose,
    ReadingText,
    StepDay,
    StepDays,
    Text,
)

LIST, MAPPING = "list[value]", "mapping[values]"
"""The two forms of a label, as they are named in the path of a problem."""


def _form(value: Any) -> str:
    return MAPPING if isinstance(value, dict | LabelSection) else LIST


class Section(BaseModel):
    """A mapping of the document: unknown keys and wrong types are refused."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class StepSection(Section):
    """One step of a `steps` normaliser: from this reading on, this value."""

    from_: float = Field(alias="from", allow_inf_nan=False)
    """lower bound, in the unit of the reading; going up"""
    value: float = Field(ge=0, le=1)
    """0 to 1"""


class DimensionSection(Section):
    """One dimension of the score; exactly one of cap, decay, share and steps."""

    name: Name
    """the dimension, different from the others"""
    reading: ReadingText
    """one reading, such as spend(90); no arithmetic"""
    weight: Positive
    """above 0; weights need not add up to 1"""
    cap: Positive | None = None
    """above 0: x / cap, at most 1"""
    decay: Positive | None = None
    """above 0: 1 - x / decay, at least 0"""
    share: Literal[True] | None = None
    """x itself, cut to 0..1"""
    steps: list[StepSection] | None = Field(default=None, min_length=1)
    """the value of the last step whose from is reached; 0 below the first"""
    missing: Annotated[float, Field(ge=0, le=1)] | Literal["skip"] = 0.0
    """0 to 1: what a null reading counts as; skip leaves the dimension and its weight out"""
    label: DisplayNames = {}
    """language to name, for people"""


class TierSection(Section):
    """One tier. `share` is the part of customers it is meant for, for reports."""

    name: Name
    """the tier, different from the others"""
    enter: Exact
    """0 for the lowest, then going up; 0 to 100 for scores; at most two decimals"""
    keep: Exact | None = None
    """at most enter, not below the keep of the tier below; 0 for the lowest"""
    share: float | None = Field(default=None, gt=0, le=1)
    """the part of customers the tier is meant for, above 0 to 1; it grades nobody"""
    label: DisplayNames = {}
    """language to name, for people"""


class TriggerSection(Section):
    """One trigger."""

    name: Name
    """the trigger, different from the others; stands in the change it permits"""
    fires_on: FiresOn
    """any (every fact of the customer and every tick), tick, manual (a recalculation), policy (a
    new version of the policy), or fact types: order.paid, order.refunded, order.cancelled,
    invoice.settled, invoice.overdue, interaction, customer.registered"""
    when: ConditionText | None = None
    """must be true as well"""
    calendar: Calendar | None = None
    """monthly, quarterly or half-yearly: only on the 1st of those months; needs tick in fires_on"""
    promote: bool = False
    """may raise the tier"""
    demote: bool = False
    """may lower it; one of the two must be true"""
    steps: Annotated[int, Field(ge=1)] | Literal["all"] | None = None
    """levels down at once"""
    ignore_hold: bool = False
    """may lower the tier during the hold"""


class MoveSection(Section):
    """How tiers move."""

    hold_days: Days = 30
    """0 to 36500: days after a tier was set before it may go down"""
    steps: Annotated[int, Field(ge=1)] | Literal["all"] = 1
    """levels a demotion goes down at once, unless the trigger says otherwise"""
    max_move_share: float | None = Field(default=None, ge=0, le=1)
    """0 to 1: the share of customers this version may demote before somebody confirms it"""
    triggers: list[TriggerSection] = Field(min_length=1)
    """one or more, in order of precedence"""


class RuleSection(Section):
    """One value of a label."""

    value: Name
    """the value, different from the others of the label"""
    when: ConditionText | None = None
    """the first true one wins; only the last entry may have none"""
    label: DisplayNames = {}
    """language to name, for people"""


class LabelSection(Section):
    """A label written as a mapping; with group, definition and source it is a tag."""

    group: Group | None = None
    """the place in the tag tree: risk/churn or [risk, churn]"""
    definition: Prose | None = None
    """what the tag says about a customer, for people"""
    source: Prose | None = None
    """where the data comes from"""
    label: DisplayNames = {}
    """language to name, for people"""
    values: list[RuleSection] = Field(min_length=1)
    """one or more entries, in order"""


class BenefitSection(Section):
    """One benefit of a tier."""

    name: Name
    """what the tier is granted"""
    label: DisplayNames = {}
    """language to name, for people"""
    value: str | float | None = None
    """what it is worth, such as 5 %"""


Rules = Annotated[list[RuleSection], Field(min_length=1)]
AnyLabel = Annotated[
    Annotated[Rules, Tag(LIST)] | Annotated[LabelSection, Tag(MAPPING)], Discriminator(_form)
]


class ReminderSection(Section):
    """A ladder of days of silence on which a customer is to be spoken to."""

    name: Name
    """the reminder, different from the others"""
    since: Literal["last_purchase", "last_active"]
    """last_purchase (an order ends the silence) or last_active (an interaction does, too)"""
    after_days: StepDays
    """days of silence after which to remind, going up; each 1 to 399"""
    when: ConditionText | None = None
    """must be true as well, on the day of the step"""


class WarningSection(Section):
    """When to warn of a demotion that time alone will bring."""

    before_days: StepDays
    """days before the demotion, going down; each 1 to 399"""


class ReviewRuleSection(Section):
    """Which moves wait for somebody to decide; one that says nothing more than its name: all."""

    name: Name
    """the rule, different from the others; stands in the case"""
    on: Literal["promotion", "demotion", "any"] = "any"
    """promotion, demotion or any: the direction of the moves meant"""
    when: ConditionText | None = None
    """must be true as well"""
    levels: Annotated[int, Field(ge=2)] | None = None
    """2 or more: only moves over at least so many levels"""


class ReviewSection(Section):
    """Moves of a tier that wait for somebody to decide."""

    default: Literal["approve", "reject"]
    """approve or reject: what becomes of a case that nobody answers"""
    after_days: StepDay
    """days after which it does; 1 to 399"""
    rules: list[ReviewRuleSection] = Field(min_length=1)
    """one or more; the first that holds opens the case"""


class PolicyDocument(Section):
    """A whole policy document."""

    policy: Name
    """the name of the programme"""
    version: int = Field(ge=1, lt=2**31)
    """from 1; goes into every change"""
    extends: Text | None = None
    """a preset or a file, seen from this one: what stands there counts unless it is said here"""
    time_zone: Text = "Asia/Shanghai"
    """IANA name; decides which day an event belongs to"""
    currency: Currency = "CNY"
    """ISO 4217; the currency of all money in state, readings and events"""
    rates: dict[str, Exact] = {}
    """currency to what one unit of it is worth in currency; others are refused"""
    exclude: list[Text] = []
    """regular expressions searched for in customer ids; matches are dropped and counted"""
    kinds: list[Name] = []
    """interaction kinds accepted beside the built-in ones"""
    eligible: Literal["first_order", "first_fact"] = "first_order"
    """first_order or first_fact: from when on a customer is graded"""
    erased: Literal["refuse", "forget"] = "refuse"
    """refuse or forget: facts of a customer who was erased are rejected, or begin a new customer"""
    by: ReadingText | None = None
    """one reading; tiers are ranked by it instead of by the score; not a ratio"""
    score: list[DimensionSection] = []
    """the dimensions; needed unless by is given"""
    tiers: list[TierSection] = Field(min_length=2)
    """two or more, the lowest first"""
    move: MoveSection
    """when a tier moves"""
    labels: dict[Name, AnyLabel] = {}
    """label name to its list of values, or to a mapping with them"""
    benefits: dict[str, list[BenefitSection]] = {}
    """tier name to its list of benefits"""
    reminders: list[ReminderSection] = []
    """on which days of silence a customer is to be spoken to"""
    warnings: WarningSection | None = None
    """when to warn of a demotion that time alone will bring"""
    review_when: ReviewSection | None = None
    """which moves of a tier wait for somebody to decide"""
