"""A replay through Apache Kafka, with the idempotent producer, and what may befall it."""

import pytest
from journeys.held_replay import replaying
from journeys.laws import check_all, check_once
from journeys.programme import Programme

pytestmark = pytest.mark.kafka

IDEMPOTENT = {"REGRADE_IDEMPOTENT_PRODUCER": "true", "REGRADE_SESSION_TIMEOUT_S": "3"}


async def test_two_workers_one_of_them_killed_grade_as_the_engine_in_memory(
    durable_stack, household_history, tmp_path
):
    """A SIGKILL of one of two workers leaves the grades and changes of a quiet run."""
    async with Programme(durable_stack, tmp_path, "pipeline", **IDEMPOTENT) as programme:
        first = await programme.worker()
        programme.launch()
        async with replaying(programme, household_history.events) as replay:
            await programme.owned_by("w0", "w1")
            await programme.folded(300)
            first.kill()
            await programme.owned_by("w1")
            assert replay.going
        await check_all(programme, household_history)
        check_once(await programme.changes())


async def test_a_broker_that_crashes_and_comes_back_is_waited_for(
    durable_stack, household_history, tmp_path
):
    """A SIGKILL of the broker in a replay costs time only; the worker needs no help."""
    async with Programme(durable_stack, tmp_path, "broker", **IDEMPOTENT) as programme:
        worker = await programme.worker()
        async with replaying(programme, household_history.events) as replay:
            await programme.folded(300)
            durable_stack.kafka.kill()
            durable_stack.kafka.start()
            assert replay.going
        assert worker.running
        await check_all(programme, household_history)
        check_once(await programme.changes())
