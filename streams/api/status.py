"""How fresh the answers are: looked at every second, told with every answer."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog

from scoring.calendar import iso
from scoring.units import Day, EpochMs
from streams.api.archive import Place
from streams.api.feed import Feed
from streams.api.programme import Programme
from streams.clock import Clock
from streams.inquiry.source import Found
from streams.instants import rfc3339
from streams.partition.reign import Reign
from streams.storage.errors import StoreUnavailable
from streams.storage.look_up import LookUp
from streams.storage.overview import Overview, Standing

EVERY_S = 1.0
log = structlog.get_logger()


@dataclass(frozen=True)
class View:
    """What was seen at one look."""

    standings: Sequence[Standing]
    ends: Mapping[Place, int] | None
    """Where the input topics end; None while the broker does not say."""
    seen: float
    """On the steady clock."""

    @cached_property
    def day(self) -> Day | None:
        """The day every partition with customers has reached."""
        return min((s.day for s in self.standings if s.day is not None), default=None)

    @property
    def last_day(self) -> Day | None:
        """The day of the partition furthest ahead."""
        return max((s.day for s in self.standings if s.day is not None), default=None)

    @cached_property
    def watermark(self) -> EpochMs | None:
        """The event time that all partitions have reached."""
        return common_watermark((s.watermark, self.lag(s)) for s in self.standings)

    @property
    def taken(self) -> int:
        """Records committed, over all input topics."""
        return sum(sum(s.next.values()) for s in self.standings)

    def lag(self, standing: Standing) -> int | None:
        """Records of a partition that wait to be committed."""
        if self.ends is None:
            return None
        return sum(
            max(0, end - standing.next.get(topic, 0))
            for (topic, at), end in self.ends.items()
            if at == standing.partition
        )

    @cached_property
    def lag_records(self) -> int | None:
        """Records of all partitions that wait."""
        if self.ends is None:
            return None
        return sum(self.lag(s) or 0 for s in self.standings)

    @property
    def counts(self) -> Counter[str]:
        """The counters, over all partitions."""
        total: Counter[str] = Counter()
        for standing in self.standings:
            total.update(standing.counts)
        return total


def common_watermark(told: Iterable[tuple[EpochMs | None, int | None]]) -> EpochMs | None:
    """Of watermark and lag of each partition: the event time that all have reached.

    A partition nothing waits for is idle and holds nobody back: when none waits, it is that of
    the latest event. Whose lag is not known may wait.

    >>> common_watermark([(EpochMs(5), 0), (EpochMs(9), 2), (EpochMs(7), 1)])
    7
    >>> common_watermark([(EpochMs(5), 0), (EpochMs(9), 0), (None, 0)])
    9
    >>> common_watermark([(EpochMs(5), None), (EpochMs(9), None)])
    5
    """
    known = [(watermark, lag) for watermark, lag in told if watermark is not None]
    waiting = [watermark for watermark, lag in known if lag != 0]
    return min(waiting, default=max((watermark for watermark, _ in known), default=None))


_NOTHING = View((), None, float("-inf"))


class Status:
    """The last look, and since when nothing moved."""

    def __init__(
        self,
        look_up: LookUp,
        overview: Overview,
        feed: Feed,
        clock: Clock,
        *,
        stale_after_s: float,
    ) -> None:
        self._look_up = look_up
        self._overview = overview
        self._feed = feed
        self._clock = clock
        self._stale_after_s = stale_after_s
        self.view = _NOTHING
        self.problem: str | None = "the store has not been read yet"
        """Why the store is not read right now; None while it is."""
        self.events_per_second = 0.0
        self._moved = float("-inf")

    async def look(self) -> None:
        """Look once; what cannot be read leaves the last view, which grows stale."""
        try:
            partitions = await self._look_up.partitions()
            standings = [] if partitions is None else await self._overview.standings(partitions)
        except StoreUnavailable as error:
            if self.problem is None:
                log.warning("the store is not readable", error=str(error))
            self.problem = str(error)
            return
        view = View(standings, await self._feed.ends(), self._clock.monotonic())
        before, self.view = self.view, view
        # Not before there is something to show: who asks for readiness reads the view next.
        self.problem = None
        if view.taken != before.taken or not view.lag_records:
            self._moved = view.seen
        if before is not _NOTHING and view.seen > before.seen:
            self.events_per_second = max(0, view.taken - before.taken) / (view.seen - before.seen)

    @property
    def stale(self) -> bool:
        """Whether answers may be older than the workers' usual pace."""
        now = self._clock.monotonic()
        return (
            self.view.lag_records is None
            or now - self.view.seen > self._stale_after_s
            or now - self._moved > self._stale_after_s
        )

    def freshness(self, programme: Programme, found: Found | None = None) -> dict[str, Any]:
        """How fresh an answer is; `found` where it is about one customer."""
        place = self.view if found is None else found
        as_of, watermark = place.day, place.watermark
        return {
            "as_of": None if as_of is None else iso(as_of),
            "watermark": None if watermark is None else rfc3339(watermark),
            "lag_records": self.view.lag_records,
            "policy": programme.named,
            "stale": self.stale,
        }

    def body(self, programme: Programme) -> dict[str, Any]:
        """Everything `/api/status` tells."""
        view, counts = self.view, self.view.counts
        tiers = [(name, max(0, counts[f"tier:{name}"])) for name in programme.tiers]
        total = sum(count for _, count in tiers)
        return {
            "tiers": [
                {"name": name, "count": count, "share": count / total if total else 0.0}
                for name, count in tiers
            ],
            "customers": total,
            "events_per_second": round(self.events_per_second, 1),
            "sweep": self.sweep(),
            "policies": self._policies(),
            "partitions": [
                {
                    "partition": s.partition,
                    "as_of": None if s.day is None else iso(s.day),
                    "lag_records": view.lag(s),
                    "outbox_rows": s.outbox,
                }
                for s in view.standings
            ],
            "problems": [text for text in (self.problem, self._feed.problem) if text],
            "freshness": self.freshness(programme),
        }

    def _policies(self) -> list[dict[str, Any]]:
        """The versions that grade partitions, and how far each has reached their customers."""
        by_tag: dict[str, list[Reign]] = {}
        for standing in self.view.standings:
            if standing.policy is not None:
                by_tag.setdefault(standing.policy, []).append(standing.reign)
        return [
            {
                "policy": tag,
                "partitions": len(reigns),
                "sweeping": sum(reign.sweeping for reign in reigns),
                "reached": sum(reign.reached for reign in reigns),
                "customers": sum(reign.total for reign in reigns),
            }
            for tag, reigns in sorted(by_tag.items())
        ]

    def sweep(self) -> dict[str, Any] | None:
        """How far a new version has reached its customers; None while none is on its way."""
        reigns = [s.reign for s in self.view.standings if s.reign.sweeping]
        if not reigns:
            return None
        return {
            "running": True,
            "done": sum(reign.reached for reign in reigns),
            "total": sum(reign.total for reign in reigns),
            "policy": reigns[0].policy,
        }
