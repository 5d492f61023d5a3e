"""A few customers whose tier differs, chosen while the others are let go. Pure."""

from streams.replay.report_difference import Difference

SAMPLE = 10
_PRUNED_AT = 8 * SAMPLE


class Clearest:
    """The clearest customers of every kind of move; holds a bounded number of each kind.

    A kind is a tier on either side. Within a kind the greatest difference in score is the
    clearest; between kinds those whose direction is known.
    """

    def __init__(self) -> None:
        self._kinds: dict[tuple[str | None, str | None], list[Difference]] = {}

    def add(self, one: Difference) -> None:
        """Take note of a customer whose tier differs."""
        kind = self._kinds.setdefault((one.tier, one.tier_against), [])
        kind.append(one)
        if len(kind) >= _PRUNED_AT:
            kind.sort(key=_by_score)
            del kind[SAMPLE:]

    def sample(self) -> tuple[Difference, ...]:
        """In turn one from every kind of move, as far as it goes.

        >>> clearest = Clearest()
        >>> for name, gain in (("ann", 1.0), ("bob", 9.0)):
        ...     clearest.add(Difference(name, "low", "mid", "up", 0.0, gain, {}, None))
        >>> [one.customer_id for one in clearest.sample()]
        ['bob', 'ann']
        """
        ranked = []
        for kind in self._kinds.values():
            for turn, one in enumerate(sorted(kind, key=_by_score)):
                ranked.append((turn, one.direction == "other", *_by_score(one), one))
        ranked.sort(key=lambda row: row[:-1])
        return tuple(row[-1] for row in ranked[:SAMPLE])


def _by_score(one: Difference) -> tuple[float, str]:
    scores = one.score, one.score_against
    return -abs((scores[1] or 0.0) - (scores[0] or 0.0)), one.customer_id
