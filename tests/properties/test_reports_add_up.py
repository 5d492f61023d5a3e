"""Whatever the policy and the history: what a backtest reports adds up."""

import asyncio
import json
from collections import Counter

from builders import policy_from
from histories import QUARTERS, histories
from hypothesis import given
from random_policies import documents
from runs import run

from scoring.policy import Policy
from streams.replay.report import report_of
from streams.replay.report_comparison import compare
from streams.replay.report_timeline import timeline
from streams.replay.results import Results, read_grades


def results_of(policy: Policy, records: list) -> Results:
    """A partition as a backtest leaves it."""
    done = run(policy, records)
    results = Results(changes=[json.dumps(change).encode() for change in done.changes])
    results.take(asyncio.run(read_grades(done.store, 1, done.rules)))
    return results


def sums(matrix: Counter, side: int) -> Counter:
    """The sums of the rows (0) or of the columns (1)."""
    total: Counter = Counter()
    for cell, count in matrix.items():
        total[cell[side]] += count
    return total


@given(document=documents(), records=histories(QUARTERS))
def test_the_counts_of_a_report_add_up(document, records):
    """Matrices sum to the tiers, months to the changes, labels to the customers."""
    policy = policy_from(document)
    results = results_of(policy, records)
    report = report_of(results, policy, {})
    assert sums(report.first_to_last, 1) == Counter(report.counts)
    changes = [json.loads(body) for body in results.changes]
    first = Counter(
        change["to"] for change in changes if change["from"] is None and "label" not in change
    )
    assert sums(report.first_to_last, 0) == first
    came, went = sums(report.moves, 1), sums(report.moves, 0)
    assert {tier: came[tier] - went[tier] for tier in report.tiers} == report.counts
    months = sum(report.by_trigger.values()) + sum(report.by_label.values())
    assert months == report.changes == len(changes)
    assert {name for _, name in report.by_trigger} <= set(report.triggers)
    for values in report.labels.values():
        assert sum(values.values()) == report.graded
    if report.as_of:
        days = timeline(report.steps, report.tiers, report.as_of)
        assert all(count >= 0 for of in days.counts.values() for count in of)
        last = {tier: of[-1] if of else 0 for tier, of in days.counts.items()}
        assert last == report.counts


@given(one=documents(), other=documents(), records=histories(QUARTERS, most=30))
def test_the_counts_of_a_comparison_add_up(one, other, records):
    """Rows sum to the tiers of one policy, columns to the other's; the rest is told."""
    policies = policy_from(one), policy_from(other)
    results = [results_of(policy, records) for policy in policies]
    found = compare((policies[0], results[0]), (policies[1], results[1]))
    for side in (0, 1):
        counts = sums(found.matrix, side)
        del counts[None]
        assert counts == results[side].tiers()
    assert (None, None) not in found.matrix
    assert found.customers == sum(found.matrix.values())
    off = sum(n for (row, column), n in found.matrix.items() if row != column)
    assert found.moved == off
    told = Counter(label for one in found.differences for label in one.labels)
    assert told == Counter({name: n for name, n in found.labels.items() if n})
    assert len(found.sample) == min(10, found.moved)
