"""Whether the tier follows its target: promotion, demotion, hold and steps."""

from scoring.compile import Grader
from scoring.customer import CustomerState
from scoring.facts import Fact, Recalculate, Tick
from scoring.triggers import fires
from scoring.units import Day


def target_of(grader: Grader, value: float | None, tier: int) -> int:
    """The highest tier that `value` enters above `tier`, or keeps at `tier` or below.

    A null value (nothing to rank by) belongs to the lowest tier.

    >>> from decimal import Decimal
    >>> from scoring.compile import compile_policy
    >>> from scoring.policy import Policy, Tier
    >>> from scoring.syntax import ReadingCall
    >>> tiers = Tier("bronze", Decimal(0), Decimal(0)), Tier("silver", Decimal(10), Decimal(9))
    >>> by_orders = Policy("shop", 1, "UTC", "EUR", tiers, by=ReadingCall("orders", 365))
    >>> grader = compile_policy(by_orders)
    >>> target_of(grader, 9, tier=0), target_of(grader, 9, tier=1)  # too few to enter, not to keep
    (0, 1)
    """
    if value is None:
        return 0
    enter = grader.enter
    for rank in range(len(enter) - 1, tier, -1):
        if value >= enter[rank]:
            return rank
    keep = grader.keep
    for rank in range(tier, 0, -1):
        if value >= keep[rank]:
            return rank
    return 0


def move(
    grader: Grader, state: CustomerState, target: int, fact: Fact | Tick, today: Day
) -> tuple[int, str] | None:
    """The tier to move to and the first trigger that permits it, or None.

    A recalculation goes all the way down, whatever the steps: asked twice, it moves once.
    """
    tier = state.tier
    held = today - state.tier_since < grader.policy.hold_days
    for trigger, when in zip(grader.triggers, grader.whens, strict=True):
        if target > tier:
            if not trigger.promote:
                continue
        elif not trigger.demote or (held and not trigger.ignore_hold):
            continue
        if not fires(trigger, fact, today):
            continue
        if when is not None and not when(state, today, fact):
            continue
        if target > tier or trigger.steps is None or type(fact) is Recalculate:
            return target, trigger.name
        return max(target, tier - trigger.steps), trigger.name
    return None
