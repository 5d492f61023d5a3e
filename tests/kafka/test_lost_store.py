"""A store that was lost: nobody grades over it by accident, and on purpose it works."""

import json

import pytest
from journeys.programme import Programme, ended
from journeys.regrade_command import regrade
from journeys.test_doctor_command import examined, settings_of
from journeys.test_recover_commands import ANN, lose, told_to_the_group
from journeys.wire_input import send

pytestmark = pytest.mark.kafka


async def test_a_group_begins_anew_when_that_is_confirmed(durable_stack, tmp_path):
    """The embedded broker keeps members that left; Kafka lets the group be set back."""
    async with Programme(
        durable_stack, tmp_path, "anew", REGRADE_IDEMPOTENT_PRODUCER="true"
    ) as programme:
        settings = settings_of(programme)
        worker = await programme.worker()
        await send(durable_stack.bootstrap, programme.prefix, [ANN])
        await programme.taken(1)
        _, verdicts, out = await examined(settings)
        assert set(verdicts.values()) == {"ok"}, out
        worker.stop()
        assert await told_to_the_group(programme) == 1
        _, verdicts, _ = await examined(settings)
        assert verdicts["workers"] == "warning"
        await lose(programme)
        refused = programme.launch()
        await ended(refused)
        assert "the store was lost" in refused.output()
        anew = await regrade("recover", "group", "--yes", settings=settings)
        assert anew.code == 0, anew.err
        await programme.worker()
        await programme.taken(1)
        assert (await programme.counts())["in:folded"] == 1
        *_, change = await programme.published("current-tier")
        assert json.loads(change.value)["version"] == 1
