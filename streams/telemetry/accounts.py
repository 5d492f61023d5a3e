"""Whether every offset that a commit passes was a record something became of."""

from collections.abc import Mapping

from streams.telemetry.metrics import Metrics


class Accounts:
    """The offsets of all partitions against the records taken from them.

    >>> from prometheus_client import CollectorRegistry
    >>> accounts = Accounts(Metrics(registry := CollectorRegistry()))
    >>> accounts.passed(0, {"orders": 10}, {"orders": 10})  # where it began is not known yet
    >>> accounts.passed(0, {"orders": 15}, {"orders": 4})
    >>> registry.get_sample_value("regrade_unaccounted_offsets_total", {"topic": "orders"})
    1.0
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._next: dict[tuple[int, str], int] = {}

    def passed(self, partition: int, offsets: Mapping[str, int], taken: Mapping[str, int]) -> None:
        """A commit goes on at `offsets`, having taken so many records of each topic."""
        for topic, offset in offsets.items():
            before = self._next.get((partition, topic))
            self._next[partition, topic] = offset
            unaccounted = self._metrics.unaccounted.labels(topic)
            if before is not None:
                unaccounted.inc(max(0, offset - before - taken.get(topic, 0)))

    def forget(self) -> None:
        """What is read next begins elsewhere."""
        self._next.clear()
