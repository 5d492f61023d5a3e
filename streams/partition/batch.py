"""What one chunk is about to change: customers touched, rows to publish, counters."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from scoring.changes import Change, Farewell
from scoring.customer import Case, CustomerState
from scoring.merging import is_alias
from scoring.policy import Policy
from scoring.units import Day
from streams.partition.erasures import Erasure
from streams.partition.ports import Codec, Commit, Desk, OutboxRow, PartitionMeta

OPEN_CASES: Final = "review:open"
"""The counter of open cases."""
LabelMove = tuple[str, str | None, str | None]
"""Label, the value it had, the value it has; None where no rule holds."""


@dataclass(slots=True)
class Batch:
    """Collected while folding, turned into one commit at the end."""

    touched: dict[str, CustomerState] = field(default_factory=dict)
    due_before: dict[str, Day | None] = field(default_factory=dict)
    rows: list[OutboxRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    moves: dict[Day, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(topic, outcome) -> records, for metrics."""
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(topic, reason) -> records."""
    tier_changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(trigger, type of the change) -> changes, for metrics."""
    label_moves: Counter[LabelMove] = field(default_factory=Counter)
    ticks: int = 0
    gone: dict[str, None] = field(default_factory=dict)
    """Customers erased, in order; who came back since is touched as well."""
    erased: dict[str, Erasure] = field(default_factory=dict)
    """By the hash of the id."""
    listed: dict[str, Case] = field(default_factory=dict)
    """The open cases that customers had before."""
    text: str | None = None
    """The document of a version taken with this batch."""

    def touch(self, customer: str, state: CustomerState) -> None:
        """Remember that a customer is about to change."""
        if customer not in self.touched:
            self.touched[customer] = state
            self.due_before[customer] = state.due
            case = _open_case(state)
            if case is not None:
                self.listed.setdefault(customer, case)

    def erase(self, customer: str, pseudonym: str, erasure: Erasure) -> None:
        """Let a customer go, with whatever this chunk did to them."""
        self.touched.pop(customer, None)
        self.gone[customer] = None
        self.erased[pseudonym] = erasure

    def count_farewell(self, policy: Policy, farewell: Farewell, labels: list[int]) -> None:
        """Take a customer out of the counters."""
        why = farewell.type.removeprefix("customer.")
        self.tier_changes[why, farewell.type] += 1
        if farewell.tier is None:
            return
        self.counts[f"tier:{farewell.tier}"] -= 1
        for label, at in zip(policy.labels, labels, strict=True):
            if at >= 0:
                self.counts[f"label:{label.name}:{label.rules[at].value}"] -= 1
        self.moves[farewell.effective_on][f"{farewell.tier}>:{why}"] += 1

    def count_change(self, change: Change) -> None:
        """Keep the counters a group-by over the states."""
        if change.label is not None:
            # By far the most changes: their counters are written once a batch.
            self.label_moves[change.label, change.from_, change.to] += 1
            return
        self.tier_changes[str(change.trigger), change.type] += 1
        if change.from_ is not None:
            self.counts[f"tier:{change.from_}"] -= 1
        self.counts[f"tier:{change.to}"] += 1
        move = f"{change.from_ or ''}>{change.to}:{change.trigger}"
        self.moves[change.effective_on][move] += 1

    def count_first_labels(self, policy: Policy, values: list[int]) -> None:
        """The labels that came with a first grade, about which nothing is published."""
        for label, at in zip(policy.labels, values, strict=True):
            if at >= 0:
                self.counts[f"label:{label.name}:{label.rules[at].value}"] += 1

    def label_changes(self) -> Counter[str]:
        """Label -> changes, for metrics."""
        found: Counter[str] = Counter()
        for (label, _, _), count in self.label_moves.items():
            found[label] += count
        return found

    def _count_label_moves(self) -> None:
        for (label, old, new), count in self.label_moves.items():
            if old is not None:
                self.counts[f"label:{label}:{old}"] -= count
            if new is not None:
                self.counts[f"label:{label}:{new}"] += count

    def _cases(self, desk: Desk) -> dict[str, bytes | None]:
        """The customers whose open case is another than before, counted."""
        found = {n: _open_case(state) for n, state in self.touched.items() if state.case}
        open_ = {name: case for name, case in found.items() if case is not None}
        if not open_ and not self.listed:
            return {}
        closed: dict[str, bytes | None] = {n: None for n in self.listed if n not in open_}
        self.counts[OPEN_CASES] += len(open_.keys() - self.listed.keys()) - len(closed)
        moved = (name for name, case in open_.items() if case is not self.listed.get(name))
        return closed | {name: desk.entry(name, self.touched[name]) for name in moved}

    def commit(self, meta: PartitionMeta, commit_id: str, codec: Codec, desk: Desk) -> Commit:
        """Everything as one commit on top of `meta`, whose bounds are already moved on."""
        self._count_label_moves()
        cases = self._cases(desk)
        encode = codec.encode
        before = self.due_before
        return Commit(
            expected=meta.commit,
            commit=commit_id,
            meta=meta,
            states=[(name, encode(state)) for name, state in self.touched.items()],
            due=[
                (name, state.due)
                for name, state in self.touched.items()
                if state.due != before[name] or name in self.gone
            ],
            rows=self.rows,
            counts={name: n for name, n in self.counts.items() if n},
            moves={day: dict(moves) for day, moves in self.moves.items()},
            gone=[name for name in self.gone if name not in self.touched],
            erased=self.erased,
            cases=cases,
            text=self.text,
        )


def _open_case(state: CustomerState) -> Case | None:
    """The case that waits for somebody; of an alias nobody is asked."""
    case = state.case
    return None if case is None or case.refused is not None or is_alias(state) else case
