"""The parts of one running API, wired together; they start and end with it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from scoring.policy import Policy
from streams.api.access import Access
from streams.api.archive import AnswerRow, Archive
from streams.api.breakdown import Breakdowns
from streams.api.feed import Feed, Fresh
from streams.api.keys import KeyFile
from streams.api.live import Hub
from streams.api.programme import Programme
from streams.api.programmes import Programmes
from streams.api.sender import Sender
from streams.api.sessions import Sessions
from streams.api.settings import ApiSettings
from streams.api.status import EVERY_S, Status
from streams.clock import Clock
from streams.settings import Settings
from streams.storage.cluster import connect
from streams.storage.look_up import LookUp
from streams.storage.overview import Overview
from streams.storage.recent import RecentLookUp
from streams.telemetry.api_metrics import ApiMetrics

_PATIENCE_S = 3.0
_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """What an API is started with."""

    settings: Settings
    api: ApiSettings
    policy: Policy
    folder: Path
    """Where the index and the secret of sessions lie."""
    metrics: ApiMetrics


@dataclass(slots=True)
class Parts:
    """Everything a route may ask."""

    settings: Settings
    api: ApiSettings
    clock: Clock
    programmes: Programmes
    look_up: LookUp
    overview: Overview
    archive: Archive
    hub: Hub
    sender: Sender
    feed: Feed
    status: Status
    access: Access
    metrics: ApiMetrics
    breakdowns: Breakdowns
    simulating: asyncio.Lock
    """Held while a simulation runs: it takes a core."""

    @property
    def programme(self) -> Programme:
        """The version that grades now."""
        return self.programmes.current

    async def run(self) -> None:
        """Look and tell, once a second, until cancelled."""
        while True:
            await self.status.look()
            await self.programmes.refresh(self.status.view.standings)
            self.metrics.stale.set(self.status.stale)
            self.hub.status(self.status.body(self.programme))
            await self.clock.sleep(EVERY_S)


@asynccontextmanager
async def running(plan: Plan, clock: Clock) -> AsyncIterator[Parts]:
    """The parts at work."""
    settings, api, folder, metrics = plan.settings, plan.api, plan.folder, plan.metrics
    servers = connect(settings.redis, _PATIENCE_S, _CONNECTIONS)
    look_up = RecentLookUp(servers, settings.key_prefix, clock)
    overview = Overview(servers, settings.key_prefix)
    archive = await asyncio.to_thread(Archive, folder, api.changes_kept)
    hub, sender = Hub(api.streams, metrics.streams.set), Sender(settings)

    def told(fresh: Fresh, answers: Sequence[AnswerRow]) -> None:
        """Pass on what the feed read."""
        sender.answered(answers)
        metrics.changes_read.inc(len(fresh))
        moved = [(seq, row.body) for seq, row in fresh if not row.label]
        if moved:
            hub.publish(archive.epoch, moved)

    feed = Feed(settings, archive, clock, api.changes_kept, told)
    status = Status(look_up, overview, feed, clock, stale_after_s=api.stale_after_s)
    keys = None if api.keys is None else KeyFile(api.keys)
    access = Access(api, keys, Sessions(folder, clock), clock)
    programmes = Programmes(plan.policy, look_up, settings)
    parts = Parts(
        settings, api, clock, programmes, look_up, overview, archive, hub, sender, feed,
        status, access, metrics, Breakdowns(look_up, programmes, clock), asyncio.Lock(),
    )  # fmt: skip
    try:
        async with asyncio.TaskGroup() as tasks:
            at_work = [tasks.create_task(feed.run()), tasks.create_task(parts.run())]
            yield parts
            for task in at_work:
                task.cancel()
    finally:
        await sender.close()
        await look_up.close()
        await asyncio.to_thread(archive.close)
