"""A tier held by hand: the effective tier follows from the override and the computed one.

Under an override `CustomerState.tier` is the effective tier. While a fact is judged the
computed one stands there (`lift`), so that triggers, hold and steps go on as if there were no
override; then the override is laid over it again (`impose`). `until` is the last day on which
an override counts: the tick of the day after ends it.
"""

from msgspec.structs import replace

from scoring.customer import UNGRADED, CustomerState, Override
from scoring.facts import OverrideCleared, OverrideSet
from scoring.policy import Trigger
from scoring.triggers import name_by_hand
from scoring.units import NEVER, Day


def effective(override: Override | None, computed: int) -> int:
    """The tier that carries the benefits. Who has no tier yet gets none from an override.

    >>> gold = Override("floor", 2, "key account", "kim", Day(0), None)
    >>> effective(gold, 1), effective(gold, 3), effective(gold, UNGRADED) == UNGRADED
    (2, 3, True)
    """
    if override is None or computed == UNGRADED:
        return computed
    if override.kind == "floor":
        return max(computed, override.rank)
    if override.kind == "ceiling":
        return min(computed, override.rank)
    return override.rank


def computed_of(state: CustomerState) -> int:
    """The tier the customer has, or would have without the override."""
    return state.tier if state.override is None else state.override.computed


def day_after(override: Override | None) -> Day:
    """The first day on which the override no longer counts, or NEVER."""
    if override is None or override.until is None:
        return NEVER
    return Day(override.until + 1)


def set_override(state: CustomerState, fact: OverrideSet, _today: Day) -> None:
    """Put an override in place of the one before; the effective tier waits for `impose`."""
    state.override = Override(
        fact.kind,
        fact.rank,
        fact.reason,
        fact.author,
        fact.day,
        fact.until,
        computed_of(state),
    )


def clear_override(state: CustomerState, _fact: OverrideCleared, today: Day) -> None:
    """Let an override have ended yesterday: `lift` takes it away."""
    if state.override is not None:
        state.override = replace(state.override, until=Day(today - 1))


def lift(state: CustomerState, override: Override, today: Day) -> int:
    """Let the computed tier stand in `tier`; take away an override whose days are over.

    Returns the effective tier as the override alone would have it, before any trigger.
    """
    state.tier = override.computed
    if day_after(override) <= today:
        state.override = None
    return effective(state.override, state.tier)


def impose(
    state: CustomerState,
    triggers: tuple[Trigger, ...],
    before: int,
    alone: int,
    trigger: str | None,
) -> str | None:
    """Lay the override over the computed tier, which `trigger` may have moved.

    `before` is the effective tier before the fact, `alone` what `lift` returned. Returns the
    name of what moved the effective tier: of the override itself if that was enough.
    """
    override = state.override
    if override is not None:
        if override.computed != state.tier:
            state.override = replace(override, computed=state.tier)
        state.tier = effective(override, state.tier)
    if state.tier == before:
        return None
    return trigger if alone == before else name_by_hand(triggers)
