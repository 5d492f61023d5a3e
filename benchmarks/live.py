"""Live orders beside something large, and what they notice of it."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from latency import Pace, Seen
from measure import p50_p99

from streams.partition.ports import PartitionMeta

WARM_UP_S = 3
PATIENCE_S = 1800.0
_LAST_READ_S = 10.0


class Live(Pace):
    """Orders of new customers, until told to stop."""

    def __init__(self, bootstrap: str, rate: int) -> None:
        super().__init__(bootstrap, rate)
        self.over = asyncio.Event()

    async def until_over(self, name: str) -> None:
        """Send second by second."""
        second = 0
        while not self.over.is_set():
            await self.keep(f"{name}{second:04d}-", 1)
            second += 1


async def until_read(pace: Pace, *readers: Seen) -> None:
    """Wait until all that was sent has been read, or for so long that something is missing."""
    deadline = time.perf_counter() + _LAST_READ_S
    while time.perf_counter() < deadline:
        if all(pace.sent.keys() <= seen.at.keys() for seen in readers):
            return
        await asyncio.sleep(0.05)


def noticed(pace: Pace, bare: Seen, changes: Seen) -> dict[str, Any]:
    """Milliseconds from sending an order to reading its change, and to reading the order."""
    both = [key for key in pace.sent if key in bare.at and key in changes.at]
    return {
        "orders": len(pace.sent),
        "change_ms": p50_p99([(changes.at[key] - pace.sent[key]) * 1000 for key in both]),
        "bare_ms": p50_p99([(bare.at[key] - pace.sent[key]) * 1000 for key in both]),
        "sent_late_ms": p50_p99([late * 1000 for late in pace.behind]),
        "missing": len(pace.sent) - len(both),
    }


def rows_of(found: Sequence[PartitionMeta | None]) -> int:
    """Rows ever put into the outboxes."""
    return sum(meta.tail for meta in found if meta)
