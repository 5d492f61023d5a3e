"""Every metric of the API, in one place; those of the workers are in `metrics`."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from streams.telemetry.metrics import FAST


class ApiMetrics:
    """What the API counts, on a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = Counter(
            "regrade_api_requests",
            "Requests answered, by template of the route and status.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "regrade_api_request_duration_seconds",
            "Time from a request to the end of its answer; live streams are left out.",
            ["route"],
            buckets=FAST,
            registry=registry,
        )
        self.streams = Gauge(
            "regrade_api_streams",
            "Live streams open.",
            registry=registry,
        )
        self.changes_read = Counter(
            "regrade_api_changes_read",
            "Changes of tiers and labels taken into the index, repeats left out.",
            registry=registry,
        )
        self.stale = Gauge(
            "regrade_api_stale",
            "1 while answers may be older than the workers' pace, else 0.",
            registry=registry,
        )
