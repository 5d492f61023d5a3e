"""Every metric of worker and API, in one place: name, kind, unit, labels, meaning."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONG = (
    0.005,
    0.01,
    0.02,
    0.04,
    0.06,
    0.1,
    0.24,
    0.5,
    1.0,
    2.5,
    5.0,
    15.0,
    60.0,
    300.0,
)

_PAUSES = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0)

FRESH_S = 5.0
"""What is promised: a change is acknowledged by the broker so soon after its record arrived."""


class Metrics:
    """The catalogue, on a registry of its own.

    >>> registry = CollectorRegistry(); metrics = Metrics(registry)
    >>> metrics.events.labels("orders", "folded").inc(2)
    >>> registry.get_sample_value("regrade_events_total", {"topic": "orders", "outcome": "folded"})
    2.0
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.events = Counter(
            "regrade_events",
            "Records taken from an input topic, by what became of them.",
            ["topic", "outcome"],
            registry=registry,
        )
        self.changes = Counter(
            "regrade_changes",
            "Tier changes committed, by trigger and direction (assigned, upgraded, downgraded).",
            ["trigger", "direction"],
            registry=registry,
        )
        self.label_changes = Counter(
            "regrade_label_changes",
            "Label changes committed, by label.",
            ["label"],
            registry=registry,
        )
        self.ticks = Counter(
            "regrade_ticks",
            "Customers looked at because a day had come.",
            registry=registry,
        )
        self.customers = Gauge(
            "regrade_customers",
            "Customers per tier in the partitions of this worker.",
            ["tier"],
            registry=registry,
        )
        self.reviews = Gauge(
            "regrade_open_reviews",
            "Moves of a tier that wait for somebody to decide, in the partitions of this worker.",
            registry=registry,
        )
        self.lag = Gauge(
            "regrade_lag_records",
            "Records of an input partition not yet committed.",
            ["topic", "partition"],
            registry=registry,
        )
        self.day = Gauge(
            "regrade_partition_day_timestamp_seconds",
            "The partition day: its date at 00:00 UTC, as Unix time.",
            ["partition"],
            registry=registry,
        )
        self.watermark = Gauge(
            "regrade_watermark_timestamp_seconds",
            "Event time of the latest accepted event of a partition.",
            ["partition"],
            registry=registry,
        )
        self.due = Gauge(
            "regrade_due_customers",
            "Customers due by the partition day who still wait for their tick.",
            ["partition"],
            registry=registry,
        )
        self.chunk_seconds = Histogram(
            "regrade_chunk_duration_seconds",
            "Time from taking a chunk of records to its commit being durable.",
            buckets=FAST,
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "regrade_commit_duration_seconds",
            "Time the store took to answer a commit.",
            buckets=FAST,
            registry=registry,
        )
        self.end_to_end_seconds = Histogram(
            "regrade_end_to_end_latency_seconds",
            "Kafka timestamp of the first record of a chunk to its commit; in wall mode only.",
            ["topic"],
            buckets=_LONG,
            registry=registry,
        )
        self.last_record = Gauge(
            "regrade_last_record_timestamp_seconds",
            "Kafka timestamp of the last record committed: how far the partition has come.",
            ["topic", "partition"],
            registry=registry,
        )
        self.last_commit = Gauge(
            "regrade_last_commit_timestamp_seconds",
            "When the last commit of a partition was answered.",
            ["partition"],
            registry=registry,
        )
        self.unaccounted = Counter(
            "regrade_unaccounted_offsets",
            "Offsets passed by without a record: markers of transactions, or lost records.",
            ["topic"],
            registry=registry,
        )
        self.deliveries = Counter(
            "regrade_deliveries",
            "Rows of a record acknowledged by the broker, by whether within 5 s of its arrival.",
            ["fresh"],
            registry=registry,
        )
        self.delivery_seconds = Histogram(
            "regrade_delivery_latency_seconds",
            "Kafka timestamp of the first record of a chunk to the last of its rows acknowledged.",
            buckets=_LONG,
            registry=registry,
        )
        self.publish_seconds = Histogram(
            "regrade_publish_duration_seconds",
            "Time from a commit being durable to all its rows being acknowledged.",
            buckets=FAST,
            registry=registry,
        )
        self.dead_letters = Counter(
            "regrade_dead_letters",
            "Records refused, by reason.",
            ["topic", "reason"],
            registry=registry,
        )
        self.published = Counter(
            "regrade_published",
            "Rows acknowledged by the broker, by output topic.",
            ["topic"],
            registry=registry,
        )
        self.outbox = Gauge(
            "regrade_outbox_rows",
            "Rows committed and not yet acknowledged by the broker.",
            ["partition"],
            registry=registry,
        )
        self.outbox_oldest = Gauge(
            "regrade_outbox_oldest_timestamp_seconds",
            "When the oldest row not yet acknowledged was committed; absent while none waits.",
            ["partition"],
            registry=registry,
        )
        self.publish_failures = Counter(
            "regrade_publish_failures",
            "Sends the broker did not take; each is tried again.",
            registry=registry,
        )
        self.stood_already = Counter(
            "regrade_publish_stood_already",
            "Rows found on their topics when a partition was taken over, and not sent again.",
            registry=registry,
        )
        self.overlaps = Counter(
            "regrade_publish_overlaps",
            "Rows acknowledged after another worker had taken the partition: they may stand twice.",
            registry=registry,
        )
        self.rewinds = Counter(
            "regrade_rewinds",
            "Times the topics were found ahead of the store: it was set back. Look at once.",
            registry=registry,
        )
        self.partition_count = Gauge(
            "regrade_partitions",
            "Partitions of the programme, whoever owns them.",
            registry=registry,
        )
        self.partitions = Gauge(
            "regrade_assigned_partitions",
            "Partitions this worker owns.",
            registry=registry,
        )
        self.rebalances = Counter(
            "regrade_rebalances",
            "Assignments received from the group.",
            registry=registry,
        )
        self.rebalance_seconds = Histogram(
            "regrade_rebalance_duration_seconds",
            "Time from letting partitions go to having claimed others, for nobody to work on.",
            buckets=_PAUSES,
            registry=registry,
        )
        self.stale_commits = Counter(
            "regrade_stale_commits",
            "Commits the store refused because another worker had committed.",
            registry=registry,
        )
        self.store_retries = Counter(
            "regrade_store_retries",
            "Calls to the store that had to be repeated.",
            registry=registry,
        )
        self._add_policies(registry)

    def _add_policies(self, registry: CollectorRegistry) -> None:
        self.sweep = Gauge(
            "regrade_sweep_customers",
            "Graded customers whom the policy their partition has taken has not reached yet.",
            ["partition"],
            registry=registry,
        )
        self.policies_refused = Counter(
            "regrade_policies_refused",
            "Published policies this worker refused; the last good one stays in force.",
            registry=registry,
        )
        self.policy = Gauge(
            "regrade_policy_info",
            "The policy by which partitions of this worker grade; always 1.",
            ["policy", "version", "fingerprint"],
            registry=registry,
        )
