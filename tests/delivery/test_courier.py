"""How batches reach an endpoint that is busy, broken or choosy (R39)."""

from collections.abc import Callable, Mapping

import orjson
import pytest

from scoring.units import EpochMs
from streams.clock import ManualClock
from streams.delivery.courier import Answer, Courier, EndpointRefuses
from streams.delivery.message import SIGNATURE, Event, signature

SECRET = "of-this-test-only"  # noqa: S105 - of this test
OK = Answer(200)


class Inbox:
    """An endpoint in memory: `rule` answers by the ids of a batch and how often it was asked."""

    address = "memory"

    def __init__(self, rule: Callable[[list[str], int], Answer]) -> None:
        self._rule = rule
        self.asked: list[list[str]] = []
        self.taken: list[str] = []
        self.signatures: list[tuple[str, bytes]] = []

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Judge one batch."""
        ids = [event["id"] for event in orjson.loads(body)]
        answer = self._rule(ids, len(self.asked))
        self.asked.append(ids)
        self.signatures.append((headers[SIGNATURE], body))
        if answer.taken:
            self.taken += ids
        return answer


def events(count: int) -> list[Event]:
    """Events named 0, 1, 2, ..."""
    return [Event(str(at), "ann", (0, at + 1), {"id": str(at)}) for at in range(count)]


def courier(inbox: Inbox, clock: ManualClock, attempts: int = 3) -> Courier:
    """A courier whose pauses are as long as they may be."""
    return Courier(inbox, clock, SECRET, attempts, spread=lambda: 1.0)


async def test_an_endpoint_that_is_away_is_waited_for_with_longer_pauses():
    """However often it does not answer, nothing is passed over and nothing overtakes."""
    clock = ManualClock()
    inbox = Inbox(lambda _ids, asked: OK if asked >= 9 else Answer(None))
    assert await courier(inbox, clock).deliver(events(2)) == []
    assert inbox.taken == ["0", "1"]
    assert clock.monotonic() == 0.5 + 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60


async def test_retry_after_is_obeyed():
    """A busy endpoint says when; an absurd wish is bounded."""
    for asked_for, waited in ((7.0, 7.0), (1e9, 300.0)):
        clock = ManualClock()

        def busy(_ids: list[str], asked: int, wish: float = asked_for) -> Answer:
            """Once, with a wish."""
            return OK if asked else Answer(429, retry_after_s=wish)

        assert await courier(Inbox(busy), clock).deliver(events(1)) == []
        assert clock.monotonic() == waited


async def test_one_wrong_event_is_found_and_put_aside_alone():
    """The others are taken, in their order."""
    inbox = Inbox(lambda ids, _asked: Answer(422, "no such tier") if "5" in ids else OK)
    refused = await courier(inbox, ManualClock()).deliver(events(8))
    assert [(one.event.id, one.answer.text) for one in refused] == [("5", "no such tier")]
    assert inbox.taken == ["0", "1", "2", "3", "4", "6", "7"]


async def test_an_event_that_breaks_the_endpoint_is_put_aside_after_some_tries():
    """It holds the others up for that long and no longer."""
    inbox = Inbox(lambda ids, _asked: Answer(500) if "1" in ids else OK)
    refused = await courier(inbox, ManualClock()).deliver(events(3))
    assert [one.event.id for one in refused] == ["1"]
    assert inbox.asked.count(["1"]) == 3
    assert inbox.taken == ["0", "2"]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500])
async def test_an_endpoint_that_takes_nothing_stops_the_push(status):
    """The topic is not drained into what was refused."""
    inbox = Inbox(lambda _ids, _asked: Answer(status))
    with pytest.raises(EndpointRefuses) as stopped:
        await courier(inbox, ManualClock()).deliver(events(8))
    assert f"answers {status} to everything" in str(stopped.value)


async def test_every_try_is_signed_at_its_time_over_the_same_bytes():
    """A receiver can check who sent it and how old it is."""
    clock = ManualClock(EpochMs(1_000_000))
    inbox = Inbox(lambda _ids, asked: OK if asked else Answer(None))
    await courier(inbox, clock).deliver(events(1))
    (first, body), (second, again) = inbox.signatures
    assert body == again
    assert first == signature(SECRET, 1000, body)
    assert first.startswith("t=1000,v1=")
    assert second == signature(SECRET, 1000, body)
    assert signature("another", 1000, body) != first
