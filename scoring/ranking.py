"""How time alone moves what tiers are ranked by: which windows may raise or lower it, how fast."""

from dataclasses import dataclass, field

from scoring.policy import Dimension, Policy
from scoring.readings import READINGS
from scoring.syntax import ReadingCall


@dataclass(slots=True)
class RankDrift:
    """How time alone moves what tiers are ranked by."""

    rising: set[ReadingCall] = field(default_factory=set)
    rising_if_negative: set[ReadingCall] = field(default_factory=set)
    falling: set[ReadingCall] = field(default_factory=set)
    rise_per_day: float = 0.0
    fall_per_day: float = 0.0
    always: bool = False

    def add_window(self, call: ReadingCall, *, inverted: bool) -> None:
        """Take in a windowed reading; `inverted` where less of it is better."""
        on_exit = READINGS[call.name].on_exit
        if on_exit == "moves" or call.ending or inverted:
            self.rising.add(call)
        elif on_exit == "spend":
            self.rising_if_negative.add(call)
        self.falling.add(call)


def rank_drift(policy: Policy) -> RankDrift:
    """What of a policy's ranking value time alone can change.

    >>> by_age = Policy("club", 1, "UTC", "EUR", tiers=(), by=ReadingCall("tenure_days"))
    >>> rank_drift(by_age).rise_per_day
    1.0
    >>> by_spend = Policy("shop", 1, "UTC", "EUR", tiers=(), by=ReadingCall("spend", 365))
    >>> rank_drift(by_spend).falling == {ReadingCall("spend", 365)}
    True
    """
    return _by_reading(policy.by) if policy.by else _by_score(policy)


def _by_reading(call: ReadingCall) -> RankDrift:
    rank = RankDrift()
    reading = READINGS[call.name]
    if reading.drift is not None:
        rank.rise_per_day = 1.0
    elif reading.windowed:
        rank.add_window(call, inverted=False)
    return rank


def _by_score(policy: Policy) -> RankDrift:
    rank = RankDrift()
    certain = sum(d.weight for d in policy.dimensions if d.missing is not None)
    for dimension in policy.dimensions:
        reading = READINGS[dimension.reading.name]
        if reading.drift is not None:
            own = dimension.weight if dimension.missing is None else 0.0
            _add_drift(rank, dimension, certain + own)
        elif reading.windowed:
            inverted = dimension.normaliser in ("decay", "steps")
            rank.add_window(dimension.reading, inverted=inverted)
    return rank


def _add_drift(rank: RankDrift, dimension: Dimension, weights: float) -> None:
    """A dimension that changes daily, in centipoints a day at most."""
    if dimension.normaliser in ("steps", "share"):
        rank.always = True
        return
    points = 100.0 * 100.0 * dimension.weight / weights / dimension.limit
    if dimension.normaliser == "cap":
        rank.rise_per_day += points
    else:
        rank.fall_per_day += points
