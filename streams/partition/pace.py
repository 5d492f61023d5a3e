"""How many due customers to tick at once, so that live records never wait long."""

TARGET_S = 0.025
"""Seconds one slice of ticks should take, its commit included."""

ROOM = 400
"""Rows that may wait to be published when a slice begins: live changes queue behind them."""

_FIRST, _FEWEST, _MOST = 200, 100, 4000


class Pace:
    """The size of a slice, led by how long the last one took.

    On a busy machine, or beside other partitions, the same ticks take longer: slices shrink,
    but not until most of the time goes into their commits.

    >>> pace = Pace(); pace.took(200, 0.006); pace.at_once
    400
    >>> pace.took(400, 0.3); pace.at_once
    200
    >>> pace.took(3, 0.006); pace.at_once
    200
    """

    def __init__(self) -> None:
        self.at_once = _FIRST

    def took(self, ticks: int, seconds: float) -> None:
        """A slice of so many ticks took so long; one not filled says nothing."""
        if ticks < self.at_once:
            return
        change = min(2.0, max(0.5, TARGET_S / max(seconds, 1e-6)))
        self.at_once = min(_MOST, max(_FEWEST, int(self.at_once * change)))
