"""Counters begin at 0 where their labels are known.

Prometheus sees no increase in a series that appears with 5,000: the first mass demotion, or the
first dead letter, would go by unseen.
"""

from itertools import product
from typing import get_args

from scoring.policy import Policy
from scoring.triggers import with_built_in
from streams.intake.outcomes import Reason
from streams.partition.runner import TOPICS
from streams.telemetry.metrics import Metrics

DIRECTIONS = ("assigned", "upgraded", "downgraded")


def begin_at_zero(metrics: Metrics, policy: Policy) -> None:
    """Show what alerts count before it happens the first time."""
    for topic, reason in product(TOPICS, get_args(Reason)):
        metrics.dead_letters.labels(topic, reason)
    for trigger, direction in product(with_built_in(policy.triggers), DIRECTIONS):
        metrics.changes.labels(trigger.name, direction)
    for topic in TOPICS:
        metrics.unaccounted.labels(topic)
