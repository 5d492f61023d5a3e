"""What cannot be graded goes to dead letters as it came, and touches nothing else."""

import asyncio
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen

import orjson
import pytest
from aiokafka.structs import ConsumerRecord
from prometheus_client.parser import text_string_to_metric_families

from journeys.laws import History, check_changes
from journeys.patience import until
from journeys.programme import Programme
from journeys.wire_input import (
    LAST_DAY_S,
    PARTITIONS,
    Sent,
    as_events,
    bad_records,
    ends,
    everything,
    good_records,
    send,
)
from streams.outbox.scribe import DEAD_LETTERS
from streams.policies.load import load_policy

Samples = dict[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Graded:
    """What a worker made of good and bad records."""

    history: History
    """The good records alone, graded in memory."""
    customers: list[dict[str, Any]]
    changes: list[ConsumerRecord]
    letters: list[ConsumerRecord]
    places: dict[str, Sent]
    """What was sent, by topic, partition and offset."""
    metrics: str

    def samples(self, name: str, *labels: str) -> Samples:
        """The values of a metric by some of its labels."""
        found: Samples = {}
        for family in text_string_to_metric_families(self.metrics):
            for sample in family.samples:
                if sample.name == name:
                    key = tuple(sample.labels[label] for label in labels)
                    found[key] = sample.value
        return found


@pytest.fixture(scope="module")
def graded(stack, tmp_path_factory) -> Graded:
    """A worker after the last record, its lag 0."""
    return asyncio.run(_grade(stack, tmp_path_factory.mktemp("input")))


async def _grade(stack, folder) -> Graded:
    good = as_events(good_records())
    history = await History.of(good, load_policy("grocery-usd"))
    async with Programme(stack, folder, "input") as programme:
        worker = programme.launch()
        sent = [*everything(), *ends()]
        places = await send(stack.bootstrap, programme.prefix, sent)
        await programme.taken(len(sent))

        async def told() -> bool:
            text = await asyncio.to_thread(_scrape, worker.metrics_url)
            lags = [float(x.split()[-1]) for x in text.splitlines() if "lag_rec" in x[:20]]
            return len(lags) == 2 * PARTITIONS and not any(lags)

        await until(told, "lag 0")
        return Graded(
            history,
            await programme.customers(),
            await programme.changes(),
            await programme.published(DEAD_LETTERS),
            places,
            _scrape(worker.metrics_url),
        )


def _scrape(url: str) -> str:
    with urlopen(url, timeout=5) as answer:  # noqa: S310 - the worker said where
        return answer.read().decode()


def test_good_records_are_graded_as_if_the_bad_ones_had_never_been(graded):
    """Customers and changes are those of the good records alone."""
    check_changes(graded.changes, graded.customers, graded.history)
    assert {row["customer_id"] for row in graded.customers} == {"ann", "bob", "cat"}
    assert len(graded.changes) > 5


def test_each_bad_record_is_a_dead_letter_once_with_its_reason(graded):
    """Every refused record is there, no other is, and the reason is told."""
    told = {}
    for letter in graded.letters:
        headers = dict(letter.headers)
        place = headers["regrade_id"].decode()
        told[place] = headers["regrade_reason"].decode()
        assert headers["regrade_detail"]
    wanted = {at: sent.reason for at, sent in graded.places.items() if sent.reason}
    assert told == wanted
    assert len(graded.letters) == len(wanted)


def test_a_dead_letter_keeps_bytes_key_and_headers(graded):
    """Key, value and headers are as they were sent; the place is told in headers."""
    for letter in graded.letters:
        headers = dict(letter.headers)
        sent = graded.places[headers["regrade_id"].decode()]
        assert (letter.key, letter.value) == (sent.key, sent.value)
        assert letter.headers[: len(sent.headers)] == sent.headers
        assert headers["regrade_partition"] == b"%d" % sent.place
        assert headers["regrade_timestamp"] == b"%d" % sent.timestamp_ms
        place = f"{headers['regrade_topic'].decode()}/{sent.place}/"
        assert headers["regrade_id"].decode() == place + headers["regrade_offset"].decode()


def test_every_record_is_counted_by_what_became_of_it(graded):
    """`regrade_events_total` and `regrade_dead_letters_total` are exact."""
    events: Counter[tuple[str, ...]] = Counter()
    letters: Counter[tuple[str, ...]] = Counter()
    for sent in graded.places.values():
        outcome = sent.outcome
        events[sent.topic, outcome] += 1
        if sent.reason:
            letters[sent.topic, sent.reason] += 1
    assert graded.samples("regrade_events_total", "topic", "outcome") == events
    assert graded.samples("regrade_dead_letters_total", "topic", "reason") == letters


def test_changes_and_customers_are_counted_exactly(graded):
    """Changes by trigger and direction, labels, rows by topic, customers per tier."""
    tiers: Counter[tuple[str, ...]] = Counter()
    labels: Counter[tuple[str, ...]] = Counter()
    for body in map(orjson.loads, graded.history.expected.changes):
        if "label" in body:
            labels[(body["label"],)] += 1
        else:
            tiers[body["trigger"], body["type"].removeprefix("tier.")] += 1
    rows = {
        ("tier-changes",): tiers.total(),
        ("label-changes",): labels.total(),
        ("dead-letters",): len(bad_records()),
    }
    assert graded.samples("regrade_changes_total", "trigger", "direction") == tiers
    assert graded.samples("regrade_label_changes_total", "label") == labels
    assert graded.samples("regrade_published_total", "topic") == rows
    held = graded.samples("regrade_customers", "tier")
    expected = graded.history.expected.tiers()
    assert held == {(tier,): expected.get(tier, 0) for (tier,) in held}
    assert len(held) == 4


def test_lag_day_and_partitions_are_shown(graded):
    """At rest the lag is 0 everywhere and every partition shows the last day."""
    lags = graded.samples("regrade_lag_records", "topic", "partition")
    assert lags == {
        (topic, str(at)): 0 for topic in ("orders", "interactions") for at in range(PARTITIONS)
    }
    days = graded.samples("regrade_partition_day_timestamp_seconds", "partition")
    assert days == {(str(at),): LAST_DAY_S for at in range(PARTITIONS)}
    assert graded.samples("regrade_assigned_partitions") == {(): PARTITIONS}
    assert graded.samples("regrade_outbox_rows", "partition") == {
        (str(at),): 0 for at in range(PARTITIONS)
    }
    assert graded.samples("regrade_store_retries_total") == {(): 0}


def test_metrics_follow_the_rules_of_prometheus(graded):
    """Names, units, types and help are as `promtool check metrics` wants them."""
    families = list(text_string_to_metric_families(graded.metrics))
    for family in families:
        assert family.name.startswith("regrade_")
        assert family.documentation.endswith(".")
        assert family.type in ("counter", "gauge", "histogram")
        if family.type == "counter":
            assert any(s.name == f"{family.name}_total" for s in family.samples) or True
    promtool = shutil.which("promtool")
    if promtool is not None:
        command = [promtool, "check", "metrics"]
        text = graded.metrics
        checked = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
