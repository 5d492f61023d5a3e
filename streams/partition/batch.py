"""What one chunk is about to change: customers touched, rows to publish, counters."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from scoring.changes import Change
from scoring.customer import CustomerState
from scoring.policy import Policy
from scoring.units import Day
from streams.partition.ports import Codec, Commit, OutboxRow, PartitionMeta


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
    changes: list[Change] = field(default_factory=list)
    ticks: int = 0

    def touch(self, customer: str, state: CustomerState) -> None:
        """Remember that a customer is about to change."""
        if customer not in self.touched:
            self.touched[customer] = state
            self.due_before[customer] = state.due

    def count_change(self, change: Change) -> None:
        """Keep the counters a group-by over the states."""
        self.changes.append(change)
        if change.label is not None:
            if change.from_ is not None:
                self.counts[f"label:{change.label}:{change.from_}"] -= 1
            if change.to is not None:
                self.counts[f"label:{change.label}:{change.to}"] += 1
            return
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

    def commit(self, meta: PartitionMeta, commit_id: str, codec: Codec) -> Commit:
        """Everything as one commit on top of `meta`, whose bounds are already moved on."""
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
                if state.due != before[name]
            ],
            rows=self.rows,
            counts={name: n for name, n in self.counts.items() if n},
            moves={day: dict(moves) for day, moves in self.moves.items()},
        )
