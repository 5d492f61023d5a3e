"""A customer's state in the terms of a newer version of the policy.

A state refers to tiers and label values by their place in the policy that graded it. Another
version may have them in other places, or not at all: they are found again by their names. No
tier is judged here: that follows, by the trigger `policy`.
"""

from typing import NamedTuple

from msgspec.structs import replace

from scoring.customer import UNGRADED, Case, CustomerState
from scoring.override import computed_of, effective
from scoring.policy import Label, Policy
from scoring.units import Day


class Lost(NamedTuple):
    """What a customer had that the newer version has no name for."""

    tier: int | None
    """Rank in the older version of a tier given up for another one, else None."""
    up: bool
    """Whether the tier now held stands above the place of the one given up."""
    labels: list[tuple[str, str]]
    """(label, value) taken away: the label is gone, or has no such value any more."""


class Untranslatable(Exception):
    """A version whose days or money are others: stored ones would change their meaning."""


def check_successor(old: Policy, new: Policy) -> None:
    """Whether customers graded by `old` may go on under `new`.

    Raises:
        Untranslatable: with what differs and must not.
    """
    if new.policy_id != old.policy_id:
        told = f"it is a version of {new.policy_id}, the programme runs {old.policy_id}"
        raise Untranslatable(told)
    if new.version <= old.version:
        told = f"its version is {new.version}; it must be above {old.version}, the latest"
        raise Untranslatable(told)
    if new.currency != old.currency:
        told = f"its currency is {new.currency}; stored amounts are in {old.currency}"
        raise Untranslatable(told)
    if new.time_zone != old.time_zone:
        told = f"its time zone is {new.time_zone}; stored days are those of {old.time_zone}"
        raise Untranslatable(told)


def ranks_between(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[int, ...]:
    """Per tier of `old` its rank in `new`; names are given lowest first.

    A tier that is gone leaves its customers in the next lower tier that is still there, and
    those for whom there is none in the lowest.

    >>> ranks_between(("bronze", "silver", "gold"), ("bronze", "plus", "gold"))
    (0, 0, 2)
    >>> ranks_between(("iron", "bronze"), ("bronze", "gold"))
    (0, 0)
    """
    ranks = []
    last = 0
    for name in old:
        last = new.index(name) if name in new else last
        ranks.append(last)
    return tuple(ranks)


class Translator:
    """From one version to another; made once, used for every customer.

    >>> from decimal import Decimal
    >>> from scoring.policy import Tier
    >>> def version(number: int, *names: str) -> Policy:
    ...     tiers = tuple(Tier(name, Decimal(0), Decimal(0)) for name in names)
    ...     return Policy("shop", number, "UTC", "CNY", tiers)
    >>> newer = Translator(version(1, "bronze", "silver"), version(2, "iron", "bronze", "gold"))
    >>> ann = CustomerState(tier=1, tier_since=Day(3))
    >>> newer.translate(ann, Day(9)), ann.tier, ann.tier_since
    (Lost(tier=1, up=False, labels=[]), 1, 9)
    """

    def __init__(self, old: Policy, new: Policy) -> None:
        names = [tuple(tier.name for tier in policy.tiers) for policy in (old, new)]
        self._old, self._new = names
        self._ranks = ranks_between(*names)
        self._labels = _label_places(old.labels, new.labels)
        self._before = old.labels
        self._count = len(new.labels)
        asked = new.review_when
        self._rules = frozenset(rule.name for rule in asked.rules) if asked else frozenset()

    def translate(self, state: CustomerState, today: Day) -> Lost:
        """Put the newer version's terms in place of the older's, in `state`.

        A computed tier given up for another counts as set on `today`.
        """
        tier = state.tier
        before = computed_of(state)
        after = UNGRADED if before == UNGRADED else self._ranks[before]
        override = state.override
        if override is not None:
            rank = self._ranks[override.rank]
            state.override = replace(override, rank=rank, computed=after)
        if tier == UNGRADED:
            return Lost(None, up=False, labels=[])
        if state.case is not None:
            state.case = self._case(state.case, before, after)
        if self._new[after] != self._old[before]:
            state.tier_since = today
        state.tier = effective(state.override, after)
        lost = self._translate_labels(state)
        if self._new[state.tier] == self._old[tier]:
            return Lost(None, up=False, labels=lost)
        return Lost(tier, up=self._above(tier, state.tier), labels=lost)

    def _case(self, case: Case, before: int, after: int) -> Case | None:
        """The case in the newer version's terms; None where it does not ask the same question."""
        refused = case.refused
        ranks = {before, case.to} | (set() if refused is None else {refused.target})
        there = all(self._new[self._ranks[rank]] == self._old[rank] for rank in ranks)
        to = self._ranks[case.to]
        if not there or case.rule not in self._rules or (to > after) != (case.to > before):
            return None
        if refused is not None:
            refused = replace(refused, target=self._ranks[refused.target])
        return replace(case, to=to, refused=refused)

    def _above(self, tier: int, rank: int) -> bool:
        """Whether a rank of the newer version lies above the place of a tier of the older."""
        if not set(self._old[: tier + 1]) & set(self._new):
            return True
        return rank > self._ranks[tier]

    def _translate_labels(self, state: CustomerState) -> list[tuple[str, str]]:
        found = [-1] * self._count
        lost = []
        for label, place, at in zip(self._before, self._labels, state.labels, strict=True):
            if at < 0:
                continue
            new = place[1][at] if place is not None else -1
            if place is None or new < 0:
                lost.append((label.name, label.rules[at].value))
            else:
                found[place[0]] = new
        state.labels = found
        return lost


def _label_places(
    old: tuple[Label, ...], new: tuple[Label, ...]
) -> list[tuple[int, tuple[int, ...]] | None]:
    """Per label of `old` its place in `new` and where its values are there; -1 for nowhere."""
    places = {label.name: at for at, label in enumerate(new)}
    found: list[tuple[int, tuple[int, ...]] | None] = []
    for label in old:
        at = places.get(label.name)
        if at is None:
            found.append(None)
            continue
        values = {rule.value: index for index, rule in enumerate(new[at].rules)}
        found.append((at, tuple(values.get(rule.value, -1) for rule in label.rules)))
    return found
