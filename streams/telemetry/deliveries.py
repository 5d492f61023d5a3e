"""How long what was committed waits for the broker, by counting rows: they leave in their order."""

from collections import defaultdict, deque
from dataclasses import dataclass

from streams.clock import Clock
from streams.telemetry.metrics import FRESH_S, Metrics

_MS = 1000


@dataclass(slots=True)
class _Waiting:
    """The rows of one commit."""

    rows: int
    committed_s: float
    arrived_s: float | None
    """When the first record of its chunk arrived; None if only time made it."""


class Deliveries:
    """The commits whose rows are on their way, per partition."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock
        self._waiting: dict[int, deque[_Waiting]] = defaultdict(deque)
        for fresh in ("true", "false"):
            metrics.deliveries.labels(fresh)

    def committed(self, partition: int, rows: int, waited_s: float | None) -> None:
        """A commit caused so many rows; its first record came `waited_s` ago."""
        if not rows:
            return
        now = self._clock.now_ms() / _MS
        arrived = None if waited_s is None else now - waited_s
        self._waiting[partition].append(_Waiting(rows, now, arrived))
        self._show(partition)

    def acknowledged(self, partition: int, left: int) -> None:
        """The broker has taken rows; `left` of them still wait."""
        queue = self._waiting[partition]
        # Rows of an earlier owner leave first, and nothing is known about them.
        gone = sum(one.rows for one in queue) - left
        now = self._clock.now_ms() / _MS
        while queue and gone > 0:
            first = queue[0]
            rows = min(gone, first.rows)
            gone -= rows
            first.rows -= rows
            if first.arrived_s is not None:
                fresh = "true" if now - first.arrived_s <= FRESH_S else "false"
                self._metrics.deliveries.labels(fresh).inc(rows)
            if not first.rows:
                queue.popleft()
                self._done(first, now)
        self._show(partition)

    def forget(self) -> None:
        """All partitions went; the next owners publish what is left."""
        self._waiting.clear()
        self._metrics.outbox_oldest.clear()

    def _done(self, commit: _Waiting, now: float) -> None:
        self._metrics.publish_seconds.observe(max(0.0, now - commit.committed_s))
        if commit.arrived_s is not None:
            self._metrics.delivery_seconds.observe(max(0.0, now - commit.arrived_s))

    def _show(self, partition: int) -> None:
        queue, oldest = self._waiting[partition], self._metrics.outbox_oldest
        if queue:
            oldest.labels(str(partition)).set(queue[0].committed_s)
        else:
            oldest.remove(str(partition))
