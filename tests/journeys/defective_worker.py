"""A worker with a known way of hanging: python defective_worker.py DEFECT.

Each defect lets the worker live, heartbeat and keep its partitions, and take nothing from them.
"""

import asyncio
import sys
import time

from streams import app
from streams.coordinator import Coordinator
from streams.keeper import Keeper
from streams.partition.processor import PartitionProcessor
from streams.settings import load_settings
from streams.telemetry.logs import set_up_logs
from streams.transport import Consumer, ConsumerThread
from streams.work import run_worker


async def _for_ever(*_arguments, **_options):
    await asyncio.Event().wait()


async def _block_the_loop(*_arguments):
    time.sleep(3600)  # noqa: ASYNC251 - that is the defect


async def _seek_too_slowly(consumer):
    await asyncio.sleep(app.REQUEST_TIMEOUT_S + 1)
    return await _seek(consumer)


def _hang_once_there_is_data(getmany):
    async def hanging(thread, *arguments, **options):
        found = await getmany(thread, *arguments, **options)
        return await _for_ever() if found else found

    return hanging


def install(defect: str) -> None:
    """Break one part of the worker to come."""
    if defect == "blocked-loop":
        Keeper.offer = _block_the_loop
    elif defect == "agent-hangs":
        Keeper.offer = _for_ever
    elif defect == "commit-hangs":
        PartitionProcessor.process = _for_ever
    elif defect == "fetch-hangs":
        ConsumerThread.getmany = _hang_once_there_is_data(ConsumerThread.getmany)
    elif defect == "claim-hangs":
        Coordinator.assigned = _for_ever
    elif defect == "seek-times-out":
        app.REQUEST_TIMEOUT_S = 3.0
        Consumer.seek_to_committed = _seek_too_slowly
    else:
        raise SystemExit(f"no such defect: {defect}")


_seek = Consumer.seek_to_committed

if __name__ == "__main__":
    install(sys.argv[1])
    settings = load_settings()
    set_up_logs(settings.log_level, settings.log_format)
    run_worker(settings)
