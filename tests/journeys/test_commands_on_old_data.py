"""A replay of old data stands at an old day: what operators order of it is done on that day."""

import json

from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.served import asked, served
from journeys.wire_input import Sent, ms_on, order, send


async def test_what_is_ordered_of_an_old_day_does_not_move_it(stack, tmp_path):
    """On the command line and over HTTP: carried out, and the partition day stays."""
    bought = Sent("orders", b"ann", json.dumps(order(0, "ann")).encode(), ms_on(0))
    async with Programme(stack, tmp_path, "history") as programme:
        await programme.worker()
        await send(stack.bootstrap, programme.prefix, [bought])
        await programme.taken(1)
        servers = {"REGRADE_KAFKA": stack.bootstrap, "REGRADE_REDIS": stack.redis_url}
        settings = {**programme.settings, **servers}
        why = ("--reason", "key account", "--author", "kim")
        held = await regrade("override", "set", "ann", "--floor", "gold", *why, settings=settings)
        async with served(programme) as client:
            said = {"client_id": "ann"}
            again = await client.post("/api/client/grade/recalculate", json=said)
            grade = await asked(client, "/api/client/grade/ann")
        assert (held.code, again.status_code) == (0, 200), (held.err, again.text)
        assert again.json()["results"][0]["outcome"] == "done"
        assert (grade["tier"], grade["freshness"]["as_of"]) == ("gold", "2024-03-01")
