"""Committed rows -> Kafka: in order per partition, each once, trimmed when acknowledged."""

from collections.abc import Sequence

from streams.outbox.courier import Courier
from streams.outbox.delivery import Means
from streams.partition.ports import OutboxRow, PartitionMeta


class Publisher:
    """Publishes the outboxes of all partitions of a worker."""

    def __init__(self, means: Means, most: int) -> None:
        """`most` rows of a partition may wait before its processing waits for the broker."""
        self._means = means
        self._most = most
        self._couriers: dict[int, Courier] = {}

    async def resume(self, partition: int, meta: PartitionMeta) -> None:
        """Publish what was committed before and does not stand on the topics yet.

        Called after a claim, and again whenever the store was read anew.
        """
        before = self._couriers.pop(partition, None)
        if before is not None:
            await before.abandon()
        courier = Courier(partition, meta, self._means)
        self._couriers[partition] = courier
        await courier.resume()

    async def offer(self, partition: int, first: int, rows: Sequence[OutboxRow]) -> None:
        """Publish rows in order; waits while too many wait already."""
        courier = self._couriers[partition]
        courier.offer(list(enumerate(rows, first)))
        while courier.waiting > self._most:
            await self._means.clock.sleep(0.01)

    def waiting(self, partition: int) -> int:
        """Rows offered and not acknowledged yet."""
        courier = self._couriers.get(partition)
        return 0 if courier is None else courier.waiting

    async def flush(self, partition: int) -> None:
        """Wait until everything offered is published and trimmed."""
        courier = self._couriers.get(partition)
        if courier is not None:
            await courier.flush()

    def forget(self, partition: int) -> None:
        """Stop publishing a partition that is no longer ours."""
        courier = self._couriers.pop(partition, None)
        if courier is not None:
            courier.drop()
