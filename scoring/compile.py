"""A policy turned into plain functions over (customer, day): made once, called per fact."""

from collections.abc import Callable
from dataclasses import dataclass

from scoring.customer import CustomerState
from scoring.emit import Emitter
from scoring.facts import Fact, Tick
from scoring.generated import function_of
from scoring.labelling import HeldLabels, Labelling
from scoring.policy import Policy, Trigger, centipoints
from scoring.readings import READINGS
from scoring.syntax import Node
from scoring.triggers import with_built_in
from scoring.units import Day

Rank = Callable[[CustomerState, Day], tuple[float | None, float | None]]
"""-> unrounded score, what tiers are ranked by (centipoints or reading)."""
Details = Callable[[CustomerState, Day], list[tuple[float | None, float | None]]]
"""-> per dimension (reading, normalised); money in minor units, None where null."""
When = Callable[[CustomerState, Day, Fact | Tick], bool]


@dataclass(frozen=True, slots=True)
class Grader:
    """A policy and its compiled functions: what `advance` is given."""

    policy: Policy
    rank: Rank
    labelling: Labelling
    details: Details
    triggers: tuple[Trigger, ...]
    """The policy's, ended by the built-in ones."""
    whens: tuple[When | None, ...]
    """Per trigger its condition."""
    enter: tuple[float, ...]
    """Per tier, in the unit of the ranking value."""
    keep: tuple[float, ...]
    reviews: tuple[When | None, ...] = ()
    """Per rule of `review_when` its condition."""

    def measure(
        self, state: CustomerState, today: Day
    ) -> tuple[float | None, float | None, HeldLabels]:
        """Unrounded score, what tiers are ranked by, and all labels."""
        return *self.rank(state, today), self.labelling.of(state, today)


def compile_policy(policy: Policy) -> Grader:
    """Compile `policy`. The source is built from its parsed tree, never from its text.

    >>> from scoring.syntax import ReadingCall
    >>> by_orders = Policy("shop", 1, "UTC", "EUR", tiers=(), by=ReadingCall("lifetime_orders"))
    >>> compile_policy(by_orders).rank(CustomerState(lifetime_orders=3), Day(0))
    (None, 3)
    """
    triggers = with_built_in(policy.triggers)
    rules = policy.review_when.rules if policy.review_when else ()
    return Grader(
        policy,
        _rank(policy),
        Labelling(policy),
        _details(policy),
        triggers,
        tuple(condition_of(policy, t.when) if t.when else None for t in triggers),
        *_bounds(policy),
        tuple(condition_of(policy, r.when) if r.when else None for r in rules),
    )


def _bounds(policy: Policy) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if policy.by is None:
        enter = tuple(float(centipoints(t.enter)) for t in policy.tiers)
        return enter, tuple(float(centipoints(t.keep)) for t in policy.tiers)
    scale = policy.scale if READINGS[policy.by.name].unit == "money" else 1
    enter = tuple(float(t.enter * scale) for t in policy.tiers)
    return enter, tuple(float(t.keep * scale) for t in policy.tiers)


def _rank(policy: Policy) -> Rank:
    code = Emitter(policy.scale)
    lines = code.lines
    if policy.dimensions:
        weights = sum(d.weight for d in policy.dimensions)
        lines.append(f"t = 0.0; w = {weights!r}")
        for dimension in policy.dimensions:
            code.dimension(dimension, detailed=False)
        lines.append("raw = 100.0 * t / w if w else 0.0")
        lines.append("score = int((raw + 1e-9) * 100.0 + 0.5)")
    else:
        lines.append("raw = score = None")
    rank = code.reading(policy.by) if policy.by is not None else "score"
    lines.append(f"return raw, {rank}")
    function: Rank = function_of(code, "s, D")
    return function


def _details(policy: Policy) -> Details:
    code = Emitter(policy.scale)
    code.lines.append("out = []")
    for dimension in policy.dimensions:
        code.dimension(dimension, detailed=True)
    code.lines.append("return out")
    function: Details = function_of(code, "s, D")
    return function


def condition_of(policy: Policy, condition: Node) -> When:
    """A condition of a policy as a function."""
    code = Emitter(policy.scale)
    source = code.condition(condition)
    code.lines.append(f"return {source}")
    function: When = function_of(code, "s, D, f")
    return function
