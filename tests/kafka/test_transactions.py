"""Producers that write in transactions leave markers in the logs."""

import pytest
from aiokafka import AIOKafkaProducer
from journeys.laws import check_all
from journeys.patience import until
from journeys.programme import Programme

from streams.replay.produce import Replay

pytestmark = pytest.mark.kafka

IDEMPOTENT = {"REGRADE_IDEMPOTENT_PRODUCER": "true", "REGRADE_SESSION_TIMEOUT_S": "3"}
AT_ONCE = 600


async def test_events_written_in_transactions_are_graded_to_the_last(
    durable_stack, household_history, tmp_path
):
    """Markers between records, and at the end of every log, hold nothing up."""
    events = household_history.events
    async with Programme(durable_stack, tmp_path, "transactions", **IDEMPOTENT) as programme:
        await programme.worker()
        producer = AIOKafkaProducer(
            bootstrap_servers=durable_stack.bootstrap, transactional_id="replay"
        )
        async with producer:
            replay = Replay(producer, programme.prefix)
            for start in range(0, len(events), AT_ONCE):
                async with producer.transaction():
                    await replay.run(events[start : start + AT_ONCE])
            async with producer.transaction():
                await replay.close_day()
        every = len(events) + programme.partitions
        await until(lambda: _accounts_for(programme, every), "all accounted for")
        await check_all(programme, household_history)


async def _accounts_for(programme: Programme, records: int) -> bool:
    counts = await programme.counts()
    metas = await programme.metas()
    published = all(meta.head == meta.tail for meta in metas)
    return published and records == sum(
        count for name, count in counts.items() if name.startswith("in:")
    )
