"""Turns what the runners did into metrics."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

from scoring.policy import Policy
from streams.clock import Clock
from streams.partition.batch import OPEN_CASES, Batch
from streams.partition.ports import OutboxRow, PartitionMeta
from streams.partition.surroundings import Work
from streams.telemetry.accounts import Accounts
from streams.telemetry.deliveries import Deliveries
from streams.telemetry.metrics import Metrics
from streams.telemetry.zeros import begin_at_zero
from streams.topic_names import TopicNames

_MS = 1000
_SECONDS_PER_DAY = timedelta(days=1).total_seconds()


class MetricsObserver:
    """Counts for Prometheus. Tier gauges cover the partitions owned right now."""

    def __init__(
        self,
        metrics: Metrics,
        policy_of: Callable[[PartitionMeta], Policy],
        names: TopicNames,
        clock: Clock,
        *,
        live: bool,
        sign: Callable[[], None],
    ) -> None:
        """`live`: Kafka timestamps are about now, so the time since then tells something.

        `sign` is called when something failed and is tried again.
        """
        self._metrics = metrics
        self._sign = sign
        self._live = live
        self._names = names
        self._clock = clock
        self._reviews: Counter[int] = Counter()
        self._deliveries = Deliveries(metrics, clock)
        self._accounts = Accounts(metrics)
        self._policy_of = policy_of
        self._policies: dict[int, Policy] = {}
        self._customers: dict[int, Counter[str]] = {}

    def claimed(self, partition: int, counts: dict[str, int]) -> None:
        """A partition came, with its stored counters."""
        tiers = {
            name.removeprefix("tier:"): count
            for name, count in counts.items()
            if name.startswith("tier:")
        }
        self._customers[partition] = Counter(tiers)
        self._reviews[partition] = counts.get(OPEN_CASES, 0)
        self._metrics.reviews.set(self._reviews.total())

    def reigns(self, partition: int, meta: PartitionMeta) -> None:
        """Which version of the policy grades a partition, and how far it has reached."""
        reign, metrics = meta.reign, self._metrics
        if reign.generation:
            left = reign.total - reign.reached if reign.sweeping else 0
            metrics.sweep.labels(str(partition)).set(left)
        policy = self._policy_of(meta)
        if self._policies.get(partition) is not policy:
            self._policies[partition] = policy
            begin_at_zero(metrics, policy)
            metrics.policy.clear()
            for one in self._policies.values():
                metrics.policy.labels(one.policy_id, str(one.version), one.fingerprint).set(1)
            # Tiers that the new version does not have may still have customers.
            self._show_customers()

    def released(self) -> None:
        """All partitions went."""
        self._reviews.clear()
        self._metrics.reviews.set(0)
        self._show_customers()
        self._customers.clear()
        self._policies.clear()
        self._metrics.sweep.clear()
        self._metrics.lag.clear()
        self._metrics.day.clear()
        self._metrics.watermark.clear()
        self._metrics.due.clear()
        self._metrics.outbox.clear()
        self._metrics.last_record.clear()
        self._metrics.last_commit.clear()
        self._deliveries.forget()
        self._accounts.forget()

    def processed(
        self,
        partition: int,
        batches: Sequence[Batch],
        meta: PartitionMeta,
        work: Work,
    ) -> None:
        """A chunk was committed."""
        metrics = self._metrics
        metrics.chunk_seconds.observe(work.seconds)
        metrics.last_commit.labels(str(partition)).set(self._clock.now_ms() / _MS)
        for topic, at in work.reached.items():
            name = self._names.topic(topic)
            metrics.last_record.labels(name, str(partition)).set(at / _MS)
        rows = sum(len(batch.rows) for batch in batches)
        arrived = max(work.waited.values(), default=None) if self._live else None
        self._deliveries.committed(partition, rows, arrived)
        self._accounts.passed(partition, meta.next, self._taken(batches))
        if self._live:
            for topic, waited in work.waited.items():
                name = self._names.topic(topic)
                metrics.end_to_end_seconds.labels(name).observe(waited)
        for batch in batches:
            self._count(batch)
            tiers = self._customers.setdefault(partition, Counter())
            for name, increment in batch.counts.items():
                if name.startswith("tier:"):
                    tiers[name.removeprefix("tier:")] += increment
            self._reviews[partition] += batch.counts[OPEN_CASES]
        metrics.reviews.set(self._reviews.total())
        if any(batch.tier_changes for batch in batches):
            self._show_customers()
        if meta.day is not None:
            metrics.day.labels(str(partition)).set(meta.day * _SECONDS_PER_DAY)
        if meta.watermark is not None:
            metrics.watermark.labels(str(partition)).set(meta.watermark / _MS)

    def owed(self, partition: int, customers: int) -> None:
        """So many customers due by the partition day still wait for their tick."""
        self._metrics.due.labels(str(partition)).set(customers)

    def refused(self) -> None:
        """The store refused a commit because another worker had committed."""
        self._metrics.stale_commits.inc()
        self._accounts.forget()

    def _taken(self, batches: Sequence[Batch]) -> Counter[str]:
        """Records by topic, whatever became of them."""
        taken: Counter[str] = Counter()
        for batch in batches:
            for (topic, _), count in batch.outcomes.items():
                taken[self._names.topic(topic)] += count
        return taken

    def _count(self, batch: Batch) -> None:
        metrics = self._metrics
        for (topic, outcome), count in batch.outcomes.items():
            metrics.events.labels(self._names.topic(topic), outcome).inc(count)
        for (topic, reason), count in batch.rejected.items():
            name = self._names.topic(topic)
            metrics.dead_letters.labels(name, reason).inc(count)
        metrics.ticks.inc(batch.ticks)
        for label, count in batch.label_changes().items():
            metrics.label_changes.labels(label).inc(count)
        for (trigger, kind), count in batch.tier_changes.items():
            metrics.changes.labels(trigger, kind.removeprefix("tier.")).inc(count)

    def published(self, partition: int, rows: Sequence[OutboxRow], waiting: int) -> None:
        """Rows were acknowledged by the broker; `waiting` are not yet."""
        self._metrics.outbox.labels(str(partition)).set(waiting)
        self._deliveries.acknowledged(partition, waiting)
        for topic, count in Counter(row.topic for row in rows).items():
            self._metrics.published.labels(topic).inc(count)

    def failed(self, _rows: int) -> None:
        """The broker did not take rows; they are tried again."""
        self._metrics.publish_failures.inc()
        self._sign()

    def stood_already(self, rows: int) -> None:
        """So many rows were found on the topics and not sent again."""
        self._metrics.stood_already.inc(rows)

    def overlapped(self, rows: int) -> None:
        """So many rows were acknowledged after the partition was taken from us."""
        self._metrics.overlaps.inc(rows)

    def rewound(self, _partition: int, _incarnation: int) -> None:
        """The topics were ahead of the store; an incarnation begins."""
        self._metrics.rewinds.inc()

    def _show_customers(self) -> None:
        named = {tier.name for policy in self._policies.values() for tier in policy.tiers}
        for tier in named.union(*self._customers.values()):
            total = sum(counts[tier] for counts in self._customers.values())
            self._metrics.customers.labels(tier).set(total)
