"""Labels, a group at a time: only groups that a fact or the day can have changed are looked at.

Labels made from the same facts and windows form a group. Each group knows until which day its
values hold if nothing happens; a fact of another kind, and an earlier day, leave them as they are.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from scoring.analysis import Sensitivity, leaves_of
from scoring.customer import CustomerState
from scoring.emit import Emitter
from scoring.facts import FACT_TYPES, Fact, Interaction, Tick
from scoring.generated import function_of
from scoring.horizon import Horizon
from scoring.policy import Label, Policy
from scoring.readings import KIND_READINGS, READINGS
from scoring.syntax import AttributeOf, ReadingCall
from scoring.units import NEVER, Day

_ANY: Final = "any"
_REGISTERED: Final = "customer.registered"

Group = Callable[[CustomerState, Day, list[int]], Day]
"""(customer, today, labels to write) -> the first day on which one of them could change."""


class HeldLabels(list[int]):
    """The values of all labels, which also know how long they hold. Never changed once made.

    What is stored is the list alone: a customer fresh from the store is looked at whole.
    """

    __slots__ = ("by", "due", "until")
    by: "Labelling"
    until: list[Day]
    """Per group the first day on which its values could change with no new fact."""
    due: Day
    """The first of them, or NEVER."""


class _Cause(NamedTuple):
    """What can change a label."""

    facts: frozenset[str]
    """Fact types; `any` for all."""
    kinds: frozenset[str]
    """Kinds of interaction; `any` for all."""
    windows: frozenset[tuple[int, int]]


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
        self._empty = [-1] * len(policy.labels)
        self._groups = [_compiled(policy, places) for places in grouped.values()]
        causes = list(grouped)
        self._touched: dict[type, list[int]] = {
            kind: [at for at, cause in enumerate(causes) if cause.facts & {kind.TYPE, _ANY}]
            for kind in FACT_TYPES
        }
        self._touched[Tick] = []
        named = {kind for cause in causes for kind in cause.kinds}
        self._by_kind = {kind: _touched_by_kind(causes, kind) for kind in named | {_ANY}}

    def of(self, state: CustomerState, today: Day) -> HeldLabels:
        """All labels, each looked at."""
        labels = HeldLabels(self._empty)
        labels.by = self
        labels.until = until = [group(state, today, labels) for group in self._groups]
        labels.due = min(until, default=NEVER)
        return labels

    def after(self, state: CustomerState, fact: Fact | Tick, today: Day) -> HeldLabels:
        """The labels after `fact`, which is folded into `state` already."""
        held = state.labels
        kind = type(fact)
        touched = self._touched.get(kind)
        if touched is None or type(held) is not HeldLabels or held.by is not self:
            return self.of(state, today)
        if kind is Interaction:
            kinds = self._by_kind
            touched = kinds.get(fact.kind) or kinds[_ANY]  # type: ignore[union-attr]
        labels = HeldLabels(held)
        labels.by = self
        labels.until = until = held.until.copy()
        groups = self._groups
        due = held.due
        first_went = False
        for at in touched:
            day = groups[at](state, today, labels)
            if day < due:  # noqa: PLR1730 - a call for each of many groups would cost more
                due = day
            first_went = first_went or until[at] == held.due
            until[at] = day
        if first_went:
            due = min(until)
        while due <= today:
            at = until.index(due)
            until[at] = groups[at](state, today, labels)
            due = min(until)
        labels.due = due
        return labels


def _touched_by_kind(causes: Sequence[_Cause], kind: str) -> list[int]:
    """The groups an interaction of a kind can change."""
    return [at for at, c in enumerate(causes) if _ANY in c.facts or c.kinds & {kind, _ANY}]


def _cause_of(label: Label) -> _Cause:
    facts: set[str] = set()
    kinds: set[str] = set()
    windows: set[tuple[int, int]] = set()
    for rule in label.rules:
        for leaf in leaves_of(rule.when) if rule.when is not None else ():
            if isinstance(leaf, AttributeOf):
                facts.add(_REGISTERED)
            elif isinstance(leaf, ReadingCall):
                told_by = READINGS[leaf.name].facts
                facts.update(told_by)
                if "interaction" in told_by:
                    kinds.add(KIND_READINGS.get(leaf.name, leaf.kind) or _ANY)
                if leaf.window is not None:
                    windows.add((leaf.window, leaf.ending))
    return _Cause(frozenset(facts), frozenset(kinds), frozenset(windows))


def _compiled(policy: Policy, places: list[int]) -> Group:
    """One function for the labels at `places`."""
    code = Emitter(policy.scale)
    found = Sensitivity()
    for at in places:
        chain = "-1"
        for index, rule in reversed(list(enumerate(policy.labels[at].rules))):
            if rule.when is None:
                chain = str(index)
            else:
                found.add(rule.when)
                # No brackets: Python nests only so many.
                chain = f"{index} if {code.condition(rule.when)} else {chain}"
        code.lines.append(f"labels[{at}] = {chain}")
    code.lines.append("due = NEVER")
    horizon = Horizon(code)
    horizon.add(found)
    code.lines.append("return due")
    group: Group = function_of(code, "s, D, labels", **horizon.names)
    return group
