"""The metrics of a worker after an input of which everything is known."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import orjson
import pytest
from journeys.wire_input import LAST_DAY_S, PARTITIONS, bad_records
from prometheus_client.parser import text_string_to_metric_families

from streams.partition.runner import TOPICS

UNPACKED = Path.home() / ".cache/regrade/promtool/usr/bin/promtool"
NAME = re.compile(r"regrade(_[a-z]+)+")
NOT_BASE_UNITS = {"ms", "milliseconds", "minutes", "hours", "days", "kb", "mb", "percent"}
EVERY_PARTITION = {(str(at),) for at in range(PARTITIONS)}


def test_every_record_is_counted_by_what_became_of_it(graded):
    """`regrade_events_total` and `regrade_dead_letters_total` are exact."""
    sent = graded.places.values()
    events = Counter((one.topic, one.outcome) for one in sent)
    letters = Counter((one.topic, one.reason) for one in sent if one.reason)
    assert graded.samples("regrade_events_total", "topic", "outcome") == events
    assert +Counter(graded.samples("regrade_dead_letters_total", "topic", "reason")) == letters


def test_changes_and_customers_are_counted_exactly(graded):
    """Changes by trigger and direction, labels, rows by topic, customers per tier."""
    bodies = [orjson.loads(body) for body in graded.history.expected.changes]
    tiers = Counter(
        (body["trigger"], body["type"].removeprefix("tier."))
        for body in bodies
        if "label" not in body
    )
    labels = Counter((body["label"],) for body in bodies if "label" in body)
    rows = {
        ("tier-changes",): tiers.total(),
        ("label-changes",): labels.total(),
        ("current-tier",): tiers.total(),
        ("dead-letters",): len(bad_records()),
    }
    assert +Counter(graded.samples("regrade_changes_total", "trigger", "direction")) == tiers
    assert graded.samples("regrade_label_changes_total", "label") == labels
    assert graded.samples("regrade_published_total", "topic") == rows
    expected = graded.history.expected.tiers()
    held = graded.samples("regrade_customers", "tier")
    assert held == {(tier,): expected.get(tier, 0) for (tier,) in held}
    assert len(held) == 4


def test_at_rest_nothing_lags_and_every_partition_shows_the_last_day(graded):
    """Lag and outbox are 0 everywhere; the partition day is that of the last event."""
    lags = graded.samples("regrade_lag_records", "partition", "topic")
    assert {partition for partition, _ in lags} == {at for (at,) in EVERY_PARTITION}
    assert len(lags) == len(TOPICS) * PARTITIONS
    assert set(lags.values()) == {0}
    days = graded.samples("regrade_partition_day_timestamp_seconds", "partition")
    assert days == dict.fromkeys(EVERY_PARTITION, LAST_DAY_S)
    assert set(graded.samples("regrade_outbox_rows", "partition").values()) == {0}
    assert graded.samples("regrade_assigned_partitions") == {(): PARTITIONS}
    assert graded.samples("regrade_stale_commits_total") == {(): 0}
    assert graded.samples("regrade_store_retries_total") == {(): 0}
    assert set(graded.samples("regrade_unaccounted_offsets_total", "topic").values()) == {0}


def test_metrics_follow_the_rules_of_prometheus(graded):
    """Prefix, base units, `_total` on counters alone, and a sentence of help on each."""
    families = list(text_string_to_metric_families(graded.metrics))
    assert len(families) > 10
    for family in families:
        assert NAME.fullmatch(family.name)
        assert NOT_BASE_UNITS.isdisjoint(family.name.split("_"))
        assert family.documentation.endswith(".")
        counts = [sample.name for sample in family.samples if sample.name.endswith("_total")]
        assert bool(counts) == (family.type == "counter" and bool(family.samples))


@pytest.mark.promtool
def test_promtool_has_nothing_to_say(graded):
    """`promtool check metrics` accepts the page without a word."""
    checked = subprocess.run(
        [shutil.which("promtool") or UNPACKED, "check", "metrics"],
        input=graded.metrics,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
