"""Every metric of a worker's health and of the servers it needs, in one place."""

from prometheus_client import CollectorRegistry, Gauge


class VitalMetrics:
    """How the worker and its servers are; what it does is in `metrics`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.server_up = Gauge(
            "regrade_server_up",
            "Whether the store and the broker answer this worker: 1 or 0.",
            ["server"],
            registry=registry,
        )
        self.store_memory = Gauge(
            "regrade_store_memory_bytes",
            "Memory the store uses.",
            registry=registry,
        )
        self.store_limit = Gauge(
            "regrade_store_memory_limit_bytes",
            "Memory the store may use; 0 when it knows no limit.",
            registry=registry,
        )
        self.store_persists = Gauge(
            "regrade_store_persists",
            "Whether the store writes its append-only file without errors: 1 or 0.",
            registry=registry,
        )
        self.ready = Gauge(
            "regrade_ready",
            "Whether the worker is ready, as /readyz says: 1 or 0.",
            registry=registry,
        )
        self.midnight = Gauge(
            "regrade_midnight_timestamp_seconds",
            "The last midnight of the policy's zone; absent in event mode.",
            registry=registry,
        )
        self.today = Gauge(
            "regrade_today_timestamp_seconds",
            "The day since then: its date at 00:00 UTC, to compare partition days with.",
            registry=registry,
        )
        self.build = Gauge(
            "regrade_build_info",
            "The program that runs; always 1.",
            ["version", "revision", "python"],
            registry=registry,
        )
