"""`regrade doctor` (R52): a verdict for everything a programme needs."""

import json
from collections.abc import Mapping
from pathlib import Path

from journeys.programme import Programme
from journeys.regrade_command import Done, regrade
from journeys.wire_input import Sent, order, send
from regrade_here import regrade_beside

from streams.clock import SystemClock
from streams.embedded.store import ValkeyStore

NOBODY = "127.0.0.1:1"


def settings_of(programme: Programme, **others: str) -> dict[str, str]:
    """The variables of the programme's workers."""
    stack = programme.stack
    own = {"REGRADE_KAFKA": stack.bootstrap, "REGRADE_REDIS": stack.redis_url}
    return {**programme.settings, **own, **others}


async def examined(settings: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
    """Exit status, verdict by check (the worst, where a check has several), and the output."""
    done: Done = await regrade_beside("doctor", "--json", settings=settings)
    body = json.loads(done.out)
    order_ = ("ok", "warning", "problem")
    worst: dict[str, str] = {}
    for found in body["findings"]:
        check, verdict = found["check"], found["verdict"]
        worst[check] = max(worst.get(check, "ok"), verdict, key=order_.index)
        assert (found["remedy"] is None) == (verdict == "ok")
    assert body["problems"] == sum(f["verdict"] == "problem" for f in body["findings"])
    return done.code, worst, done.out


async def test_a_programme_at_work_is_well(stack, tmp_path):
    """With a worker that has taken everything in, no verdict is worse than ok."""
    now = SystemClock().now_ms()
    bought = json.dumps(order(0, "ann", occurred_at=now)).encode()
    async with Programme(stack, tmp_path, "hale", REGRADE_CLOCK="wall") as programme:
        await programme.worker()
        await send(stack.bootstrap, programme.prefix, [Sent("orders", b"ann", bought, now)])
        await programme.taken(1)
        code, verdicts, out = await examined(settings_of(programme))
        assert code == 0, out
        assert set(verdicts.values()) == {"ok"}
        assert {"broker", "topics", "store", "policy", "lag", "outbox", "clock"} <= set(verdicts)

        lines = (await regrade("doctor", settings=settings_of(programme))).out.splitlines()
        assert "ok       lag          0 records are not taken in yet" in lines


async def test_what_is_wrong_is_named_with_what_to_do(stack, tmp_path):
    """Keys in wrong partitions, and a policy that is not the stored one, are problems."""
    now = SystemClock().now_ms()
    bought = json.dumps(order(0, "ann", occurred_at=now)).encode()
    async with Programme(stack, tmp_path, "ill", REGRADE_CLOCK="wall") as programme:
        worker = await programme.worker()
        right = Sent("orders", b"ann", bought, now)
        wrong = Sent("orders", b"ann", bought, now, partition=(right.place + 1) % 4)
        await send(stack.bootstrap, programme.prefix, [right, wrong])
        await programme.taken(2)
        worker.stop()
        other = settings_of(programme, REGRADE_POLICY="b2b-fresh")
        code, verdicts, out = await examined(other)
        assert code == 1
        assert verdicts["partitioner"] == verdicts["policy"] == "problem"
        assert "1 of 2 newest records lie elsewhere" in out


async def test_missing_topics_and_a_silent_store_do_not_hide_each_other(stack):
    """Each part is looked at as far as it can be reached."""
    code, verdicts, out = await examined(
        {
            "REGRADE_KAFKA": stack.bootstrap,
            "REGRADE_PREFIX": "nowhere.",
            "REGRADE_REDIS": f"redis://{NOBODY}/0",
        }
    )
    assert code == 1
    assert verdicts["topics"] == verdicts["store"] == "problem"
    assert "nowhere.orders" in out
    code, verdicts, _ = await examined(
        {"REGRADE_KAFKA": NOBODY, "REGRADE_REDIS": stack.redis_url, "REGRADE_POLICY": "none.yaml"}
    )
    assert code == 1
    assert verdicts["broker"] == verdicts["policy"] == "problem"
    assert verdicts["persistence"] == "ok"


async def test_a_store_that_forgets_is_a_problem(tmp_path: Path):
    """It may evict, and does not write at once: each has its line."""
    with ValkeyStore(tmp_path, appendfsync="everysec") as store:
        settings = {"REGRADE_KAFKA": NOBODY, "REGRADE_REDIS": store.url}
        code, verdicts, _ = await examined(settings)
        assert (code, verdicts["persistence"]) == (1, "problem")
        _, verdicts, _ = await examined({**settings, "REGRADE_PUBLISH_AFTER": "commit"})
        assert verdicts["persistence"] == "warning"
