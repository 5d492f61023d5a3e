"""Every metric of the worker, in one place: name, kind, unit, labels, meaning."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
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
        self.due = Gauge(
            "regrade_due_customers",
            "Customers due by the partition day who still wait for their tick.",
            ["partition"],
            registry=registry,
        )
        self.chunk_seconds = Histogram(
            "regrade_chunk_duration_seconds",
            "Time from taking a chunk of records to its commit being durable.",
            buckets=_FAST,
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "regrade_commit_duration_seconds",
            "Time the store took to answer a commit.",
            buckets=_FAST,
            registry=registry,
        )
        self.end_to_end_seconds = Histogram(
            "regrade_end_to_end_latency_seconds",
            "Kafka timestamp of the first record of a chunk to its commit; in wall mode only.",
            ["topic"],
            buckets=_LONG,
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
        self.policy = Gauge(
            "regrade_policy_info",
            "The policy in force; always 1.",
            ["policy", "version", "fingerprint"],
            registry=registry,
        )
