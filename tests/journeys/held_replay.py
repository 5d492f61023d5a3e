"""A replay that is held back while a test disturbs who takes it in."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from journeys.programme import Programme

from streams.intake.partitioner import partition_of
from streams.replay.event import WireEvent
from streams.replay.produce import Replay
from streams.replay.stream import until_done

SLICE = 20
"""Events sent at once while the replay is held back."""


class Replaying:
    """A replay under way."""

    def __init__(self, programme: Programme, events: Sequence[WireEvent], seconds: float) -> None:
        self._programme = programme
        self._events = events
        self._pause_s = seconds * SLICE / len(events)
        self._hurry = asyncio.Event()

    @property
    def going(self) -> bool:
        """Whether something is still held back."""
        return not self._hurry.is_set()

    async def send(self) -> None:
        """Send all: a slice now and then, the rest at once when it is let go."""
        sent = 0
        async with self._programme.producer() as producer:
            out = Replay(producer, self._programme.prefix)
            while sent < len(self._events):
                size = SLICE if self.going else len(self._events)
                await out.run(self._events[sent : sent + size])
                sent += size
                try:
                    await asyncio.wait_for(self._hurry.wait(), self._pause_s)
                except TimeoutError:
                    continue
            await out.close_day()
        self.let_go()

    def let_go(self) -> None:
        """Hold nothing back any more."""
        self._hurry.set()

    async def done(self) -> None:
        """Wait until all is committed and all that followed from it is published."""
        programme = self._programme
        ends: dict[int, dict[str, int]] = {
            at: Counter(orders=1) for at in range(programme.partitions)
        }
        for event in self._events:
            ends[partition_of(event.key, programme.partitions)][event.topic] += 1
        await until_done(programme.store, ends, programme.check, patience_s=60.0)  # type: ignore[arg-type]


@asynccontextmanager
async def replaying(
    programme: Programme, events: Sequence[WireEvent], seconds: float = 80.0
) -> AsyncIterator[Replaying]:
    """Send events beside the body, for `seconds` at most; at its end wait for the result."""
    replay = Replaying(programme, events, seconds)
    sending = asyncio.create_task(replay.send())
    try:
        yield replay
        replay.let_go()
        await sending
    finally:
        sending.cancel()
    await replay.done()
