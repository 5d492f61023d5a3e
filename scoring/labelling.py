"""Labels, a group at a time: only groups that a fact or the day can have changed are looked at.

Labels made from the same facts and windows form a group. Each group knows until which day its
values hold if nothing happens; a fact of another kind, and an earlier day, leave them as they are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress, count
from operator import ne
from typing import Final, NamedTuple

from scoring.analysis import Sensitivity, leaves_of
from scoring.customer import CustomerState
from scoring.emit import Emitter
from scoring.facts import FACT_TYPES, Fact, Interaction, Tick
from scoring.generated import function_of
from scoring.horizon import Horizon
from scoring.policy import Label, Policy
from scoring.readings import KIND_READINGS, READINGS, Drift
from scoring.syntax import AttributeOf, ReadingCall
from scoring.units import NEVER, Day

_ANY: Final = "any"
"""Interactions of every kind."""
_REGISTERED: Final = "customer.registered"

Moved = tuple[int, int]
"""The place of a label, and its new value."""

Look = Callable[[CustomerState, Day, list[int], list[Day], list[Moved]], None]
"""(customer, today, labels as they are, per group the first day on which one could change: to
write, labels that have another value: to add to)."""


class HeldLabels(list[int]):
    """The values of all labels, which also know how long they hold. Values never change.

    What is stored is the list alone: a customer fresh from the store is looked at whole.
    """

    __slots__ = ("by", "due", "until")
    by: "Labelling"
    until: list[Day]
    """Per group the first day on which its values could change with no new fact."""
    due: Day
    """The first of them, or NEVER."""


def differing(before: list[int], after: list[int]) -> list[int]:
    """The places at which two lists of labels differ.

    >>> differing([0, 1, 2], [0, 2, 1])
    [1, 2]
    """
    return list(compress(count(), map(ne, before, after)))


class _Cause(NamedTuple):
    """What can change a label."""

    facts: frozenset[str]
    kinds: frozenset[str]
    windows: frozenset[tuple[int, int]]
    drifts: frozenset[Drift]


class _Touch:
    """Groups that are looked at together."""

    __slots__ = ("groups", "look")

    def __init__(self, groups: Iterable[int]) -> None:
        self.groups = tuple(groups)
        self.look: Look | None = None
        """Compiled when it is first needed."""


class Labelling:
    """The labels of one policy.

    >>> from scoring.expressions import parse_condition
    >>> from scoring.policy import Rule
    >>> busy = Label("busy", (Rule("yes", parse_condition("orders(30) >= 2")), Rule("no")))
    >>> labelling = Labelling(Policy("shop", 1, "UTC", "EUR", tiers=(), labels=(busy,)))
    >>> labels = labelling.of(CustomerState(days=[Day(1), Day(9)], orders=[1, 1]), Day(9))
    >>> labels, labels.due  # the first order leaves the window
    ([0], 31)
    """

    def __init__(self, policy: Policy) -> None:
        grouped: dict[_Cause, list[int]] = defaultdict(list)
        for at, label in enumerate(policy.labels):
            grouped[_cause_of(label)].append(at)
        causes = list(grouped)
        self._policy = policy
        self._empty = [-1] * len(policy.labels)
        self._groups = list(grouped.values())
        places = range(len(causes))
        self._all = _Touch(places)
        self._each = [_Touch([at]) for at in places]
        self._touched: dict[type, _Touch] = {
            kind: _Touch(at for at in places if kind.TYPE in causes[at].facts)
            for kind in FACT_TYPES
        }
        self._touched[Tick] = _Touch(())
        named = {kind for cause in causes for kind in cause.kinds}
        self._by_kind = {kind: _touched_by_kind(causes, kind) for kind in named | {_ANY}}

    def of(self, state: CustomerState, today: Day) -> HeldLabels:
        """All labels, each looked at."""
        moved: list[Moved] = []
        until = [NEVER] * len(self._groups)
        look = self._all.look or self._compile(self._all)
        look(state, today, self._empty, until, moved)
        labels = self._made(self._empty, moved, until)
        labels.due = min(until, default=NEVER)
        return labels

    def after(
        self, state: CustomerState, fact: Fact | Tick, today: Day
    ) -> tuple[HeldLabels, list[int]]:
        """The labels after `fact`, which is folded into `state` already, and which are other now.

        Those are told by their places, ascending.
        """
        held = state.labels
        kind = type(fact)
        touched = self._touched.get(kind)
        # A fact of the first day may be the new first one: tenure counts from it.
        if (
            touched is None
            or type(held) is not HeldLabels
            or held.by is not self
            or fact.day == state.first_day
        ):
            labels = self.of(state, today)
            return labels, differing(held, labels)
        if kind is Interaction:
            kinds = self._by_kind
            touched = kinds.get(fact.kind, kinds[_ANY])  # type: ignore[union-attr]
        moved: list[Moved] = []
        until = held.until
        due = held.due
        if touched.groups:
            look = touched.look or self._compile(touched)
            look(state, today, held, until, moved)
            due = min(until)
        while due <= today:
            first = self._each[until.index(due)]
            look = first.look or self._compile(first)
            look(state, today, held, until, moved)
            due = min(until)
        # Nobody else holds them: mostly nothing moves but how long they hold.
        labels = self._made(held, moved, until) if moved else held
        labels.due = due
        return labels, [at for at, _ in sorted(moved)] if moved else []

    def _made(self, before: list[int], moved: list[Moved], until: list[Day]) -> HeldLabels:
        labels = HeldLabels(before)
        for at, value in moved:
            labels[at] = value
        labels.by = self
        labels.until = until
        return labels

    def _compile(self, touch: _Touch) -> Look:
        """One function for these groups, which compute together what they have in common."""
        places = {at: self._groups[at] for at in touch.groups}
        touch.look = look = _compiled(self._policy, places)
        return look


def _touched_by_kind(causes: Sequence[_Cause], kind: str) -> _Touch:
    """The groups an interaction of a kind can change."""
    return _Touch(at for at, cause in enumerate(causes) if cause.kinds & {kind, _ANY})


def _cause_of(label: Label) -> _Cause:
    facts: set[str] = set()
    kinds: set[str] = set()
    windows: set[tuple[int, int]] = set()
    drifts: set[Drift] = set()
    for rule in label.rules:
        for leaf in leaves_of(rule.when) if rule.when is not None else ():
            if isinstance(leaf, AttributeOf):
                facts.add(_REGISTERED)
            elif isinstance(leaf, ReadingCall):
                reading = READINGS[leaf.name]
                facts.update(reading.facts)
                if reading.drift is not None:
                    drifts.add(reading.drift)
                if "interaction" in reading.facts:
                    kinds.add(KIND_READINGS.get(leaf.name, leaf.kind) or _ANY)
                if leaf.window is not None:
                    windows.add((leaf.window, leaf.ending))
    return _Cause(frozenset(facts), frozenset(kinds), frozenset(windows), frozenset(drifts))


def _compiled(policy: Policy, groups: Mapping[int, Sequence[int]]) -> Look:
    """One function for groups of labels, by what they are numbered."""
    code = Emitter(policy.scale)
    horizon = Horizon(code)
    for group, places in groups.items():
        found = Sensitivity()
        for at in places:
            _label(policy.labels[at], at, code, found)
        code.lines.append("due = NEVER")
        horizon.add(found)
        code.lines.append(f"until[{group}] = due")
    code.lines.append("return")
    look: Look = function_of(code, "s, D, labels, until, moved", **horizon.names)
    return look


def _label(label: Label, at: int, code: Emitter, found: Sensitivity) -> None:
    """Add the line that sets a label, and what of it time alone can change."""
    chain = "-1"
    for index, rule in reversed(list(enumerate(label.rules))):
        if rule.when is None:
            chain = str(index)
        else:
            found.add(rule.when)
            # No brackets: Python nests only so many.
            chain = f"{index} if {code.condition(rule.when)} else {chain}"
    code.lines += [
        f"label = {chain}",
        f"if label != labels[{at}]: moved.append(({at}, label))",
    ]
