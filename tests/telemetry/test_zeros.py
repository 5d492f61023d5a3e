"""What alerts count is there before it happens."""

import pytest
from prometheus_client import CollectorRegistry

from streams.policies.load import load_policy
from streams.telemetry.metrics import Metrics
from streams.telemetry.zeros import begin_at_zero


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("regrade_dead_letters_total", {"topic": "orders", "reason": "bad_json"}),
        ("regrade_changes_total", {"trigger": "review", "direction": "downgraded"}),
        ("regrade_changes_total", {"trigger": "policy", "direction": "downgraded"}),
        ("regrade_unaccounted_offsets_total", {"topic": "interactions"}),
    ],
)
def test_a_counter_begins_at_zero(name, labels):
    """Else its first jump would be no increase."""
    registry = CollectorRegistry()
    begin_at_zero(Metrics(registry), load_policy("b2b-fresh"))
    assert registry.get_sample_value(name, labels) == 0
