"""One record of the log, as much of it as we use. aiokafka's own records fit it."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

REDRIVEN: Final = "regrade_redriven"
"""Header of a record sent again after it was refused: how often by now."""


class RawRecord(Protocol):
    """A Kafka record; read only."""

    @property
    def topic(self) -> str:
        """Topic name, prefix included."""

    @property
    def partition(self) -> int:
        """Partition number."""

    @property
    def offset(self) -> int:
        """Offset in the partition."""

    @property
    def timestamp(self) -> int:
        """Kafka timestamp, epoch milliseconds."""

    @property
    def key(self) -> bytes | None:
        """The customer id, UTF-8."""

    @property
    def value(self) -> bytes | None:
        """JSON text."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """Kafka headers."""


class LogRecord(NamedTuple):
    """A record of the in-memory log."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


def is_redriven(record: RawRecord) -> bool:
    """Whether a record was sent again after it was refused."""
    return any(name == REDRIVEN for name, _ in record.headers)
