"""Producers that write in transactions: markers in the logs, records taken back."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from journeys.graded_input import LAG, samples, scrape
from journeys.laws import check_all
from journeys.patience import until
from journeys.programme import Programme

from streams.replay.generator import generate_orders
from streams.replay.produce import Replay

pytestmark = pytest.mark.kafka

IDEMPOTENT = {"REGRADE_IDEMPOTENT_PRODUCER": "true", "REGRADE_SESSION_TIMEOUT_S": "3"}
AT_ONCE = 600


async def test_transactions_are_graded_to_the_last_record_and_aborted_ones_not_at_all(
    durable_stack, household_history, tmp_path
):
    """Markers hold nothing up and are no lag; what was taken back has never happened."""
    events = household_history.events
    never = list(generate_orders(150, 200, months=1, seed=77))
    async with Programme(durable_stack, tmp_path, "transactions", **IDEMPOTENT) as programme:
        worker = await programme.worker()
        producer = AIOKafkaProducer(
            bootstrap_servers=durable_stack.bootstrap, transactional_id="replay"
        )
        async with producer:
            replay = Replay(producer, programme.prefix)
            await producer.begin_transaction()
            await Replay(producer, programme.prefix).run(never)
            await producer.abort_transaction()
            for start in range(0, len(events), AT_ONCE):
                async with producer.transaction():
                    await replay.run(events[start : start + AT_ONCE])
            async with producer.transaction():
                await replay.close_day()
        every = len(events) + programme.partitions
        await until(lambda: _accounts_for(programme, every), "all accounted for")
        await check_all(programme, household_history)
        await until(lambda: _shows_no_lag(str(worker.metrics_url)), "at lag 0")


async def _accounts_for(programme: Programme, records: int) -> bool:
    counts = await programme.counts()
    metas = await programme.metas()
    published = all(meta.head == meta.tail for meta in metas)
    return published and records == sum(
        count for name, count in counts.items() if name.startswith("in:")
    )


async def _shows_no_lag(url: str) -> bool:
    lags = samples(await asyncio.to_thread(scrape, url), LAG, "topic", "partition")
    return bool(lags) and not any(lags.values())
