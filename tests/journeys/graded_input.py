"""What a worker makes of an input in which bad records stand among good ones."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from aiokafka.structs import ConsumerRecord
from journeys.laws import History
from journeys.patience import until
from journeys.programme import Programme, Stack
from journeys.wire_input import (
    PARTITIONS,
    Sent,
    as_events,
    ends,
    everything,
    good_records,
    send,
)
from prometheus_client.parser import text_string_to_metric_families

from streams.outbox.scribe import DEAD_LETTERS
from streams.partition.runner import TOPICS
from streams.policies.load import load_policy

Samples = dict[tuple[str, ...], float]
LAG = "regrade_lag_records"


@dataclass(frozen=True, slots=True)
class Graded:
    """All that is known afterwards."""

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
        return samples(self.metrics, name, *labels)


def samples(metrics: str, name: str, *labels: str) -> Samples:
    """The values of a metric by some of its labels."""
    return {
        tuple(sample.labels[label] for label in labels): sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if sample.name == name
    }


async def grade(stack: Stack, folder: Path) -> Graded:
    """A worker's view after the last record, its lag 0."""
    history = await History.of(as_events(good_records()), load_policy("grocery-usd"))
    async with Programme(stack, folder, "input") as programme:
        worker = programme.launch()
        sent = [*everything(), *ends()]
        places = await send(stack.bootstrap, programme.prefix, sent)
        await programme.taken(len(sent))
        assert worker.metrics_url is not None
        url = worker.metrics_url
        await until(lambda: _shows_no_lag(url), "at lag 0")
        return Graded(
            history,
            await programme.customers(),
            await programme.changes(),
            await programme.published(DEAD_LETTERS),
            places,
            scrape(url),
        )


async def _shows_no_lag(url: str) -> bool:
    lags = samples(await asyncio.to_thread(scrape, url), LAG, "topic", "partition")
    return len(lags) == len(TOPICS) * PARTITIONS and not any(lags.values())


def scrape(url: str) -> str:
    """The metrics page."""
    with urlopen(url, timeout=5) as answer:  # noqa: S310 - the worker said where
        return answer.read().decode()
