"""A commit as the call of a function in the store: its keys, and its arguments in groups."""

from collections.abc import Callable, Sequence

from streams.partition.ports import Commit, OutboxRow
from streams.storage.keys import Keys
from streams.storage.meta_fields import meta_fields

Argument = str | bytes | int


def keys_of(commit: Commit, keys: Keys) -> list[str]:
    """All keys that a commit touches, in the order `functions.lua` expects."""
    return [
        keys.meta,
        keys.due,
        keys.outbox,
        keys.counts,
        keys.erased,
        keys.reviews,
        keys.policies,
        *[keys.moves(day) for day in commit.moves],
        *[keys.customer(customer) for customer, _ in commit.states],
        *[keys.customer(customer) for customer in commit.gone],
    ]


def arguments_of(commit: Commit, encode: Callable[[OutboxRow], bytes]) -> list[Argument]:
    """What it writes, each group led by its length; `encode` writes a row."""
    meta = commit.meta
    due = [x for name, day in commit.due if day is not None for x in (day, name)]
    rows: list[Argument] = []
    for sequence, row in enumerate(commit.rows, meta.tail - len(commit.rows) + 1):
        rows += [sequence, encode(row)]
    groups: list[Sequence[Argument]] = [
        meta_fields(meta),
        [] if commit.text is None else [meta.reign.policy, commit.text],
        [blob for _, blob in commit.states],
        commit.gone,
        [x for name, kept in commit.erased.items() for x in (name, f"{kept[0]} {kept[1]}")],
        [x for name, case in commit.cases.items() if case is not None for x in (name, case)],
        [name for name, case in commit.cases.items() if case is None],
        due,
        [name for name, day in commit.due if day is None],
        rows,
        _flat(commit.counts),
        *[_flat(moves) for moves in commit.moves.values()],
    ]
    return [value for group in groups for value in (len(group), *group)]


def _flat(increments: dict[str, int]) -> list[Argument]:
    return [value for pair in increments.items() for value in pair]
