import os, signal, asyncio
import pytest
from journeys.held_replay import replaying
from journeys.patience import until
from journeys.programme import Programme, ended, exit_status
from test_lost_log import *
pytestmark = pytest.mark.kafka
S = IDEMPOTENT | {"REGRADE_SESSION_TIMEOUT_S": "20"}

async def test_deleted_live(durable_stack, household_history, tmp_path):
    """x"""
    events = household_history.events
    async with Programme(durable_stack, tmp_path, "dellive", **S) as programme:
        worker = await programme.worker()
        async with programme.producer() as producer:
            await Replay(producer, programme.prefix).run(events[:500])
            await programme.taken(500)
            stored = {at: meta.next["orders"] for at, meta in enumerate(await programme.metas())}
            os.kill(worker.pid, signal.SIGSTOP)
            await Replay(producer, programme.prefix).run(events[500:1000])
        await delete(programme, "orders", {at: offset + 5 for at, offset in stored.items()})
        os.kill(worker.pid, signal.SIGCONT)
        for _ in range(40):
            await asyncio.sleep(0.25)
            if not worker.running: break
        print("RUNNING", worker.running, await programme.counts() )
        print(worker.output()[-3000:])

async def test_recreated_live(durable_stack, household_history, tmp_path):
    """x"""
    events = household_history.events
    async with Programme(durable_stack, tmp_path, "reclive", **S) as programme:
        worker = await programme.worker()
        async with programme.producer() as producer:
            await Replay(producer, programme.prefix).run(events[:500])
            await programme.taken(500)
        await recreate(programme, "orders")
        for _ in range(60):
            await asyncio.sleep(0.25)
            if not worker.running: break
        print("RUNNING", worker.running, await programme.counts() )
        print(worker.output()[-3000:])
