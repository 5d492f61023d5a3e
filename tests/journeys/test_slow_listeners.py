"""A listener of the live stream that does not read: nobody waits for it, and it is told."""

import asyncio
import json

from streams.api.live import WAITING, Hub, changes_block


def shown(text: bytes) -> list[tuple[str, dict]]:
    """The events of a stream: name and body."""
    events = []
    for part in text.split(b"\n\n"):
        fields = dict(line.partition(b": ")[::2] for line in part.splitlines())
        if fields:
            events.append((fields[b"event"].decode(), json.loads(fields[b"data"])))
    return events


async def test_who_does_not_read_holds_up_nobody_and_is_told_that_changes_are_missing():
    """At most so many blocks wait for it, however much is told; another gets every change."""
    hub = Hub(2, lambda _: None)
    slow, quick = hub.listen(), hub.listen()
    seen = []
    for at in range(10 * WAITING + 1):
        hub.tell(changes_block("e", [(at + 1, b'{"n": %d}' % at)]))
        seen += [body["n"] for block in await quick.take(1) for _, body in shown(block.data)]
        assert len(slow._blocks) <= WAITING
    assert seen == list(range(10 * WAITING + 1))
    first, *rest = [one for block in await slow.take(1) for one in shown(block.data)]
    assert first == ("gap", {"reason": "slow", "missed": None})
    assert rest[-1] == ("change", {"n": 10 * WAITING})


async def test_where_many_listen_changes_come_together():
    """The first at once, those that follow it in one block, in order and none left out."""
    hub = Hub(100, lambda _: None)
    listeners = [hub.listen() for _ in range(100)]
    for at in range(50):
        hub.publish("e", [(at + 1, b'{"n": %d}' % at)])
        await asyncio.sleep(0)
    seen: list[int] = []
    blocks = 0
    while len(seen) < 50:
        taken = await listeners[7].take(1)
        blocks += len(taken)
        seen += [body["n"] for block in taken for _, body in shown(block.data)]
    assert seen == list(range(50))
    assert blocks == 2


async def test_of_a_burst_the_latest_are_shown():
    """Thousands of changes at once, a night's for example, are not thousands of events."""
    block = changes_block("e", [(at, b'{"n": %d}' % at) for at in range(5000)])
    (name, body), *rest = shown(block.data)
    assert (name, body["reason"], body["missed"]) == ("gap", "burst", 5000 - len(rest))
    assert rest[-1] == ("change", {"n": 4999})
