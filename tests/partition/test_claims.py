"""What a worker claims of a store that is emptied in the middle of it."""

from dataclasses import dataclass

import pytest
from outbox.outlets import Outlet

from streams.coordinator import Coordinator, NotCoPartitioned
from streams.outbox.memory_wire import MemoryWire
from streams.partition.ports import PartitionMeta
from streams.partition.runner import TOPICS
from streams.partition.surroundings import OnePolicy, StoreLost
from streams.storage.memory_store import MemoryStore
from streams.topic_names import TopicNames


class EmptiedAtTheClaim(MemoryStore):
    """Somebody empties it after the worker has looked, and before it claims."""

    async def claim(self, *args, **named) -> PartitionMeta:
        """Too late to be seen, too early for the claim."""
        self._partitions.clear()
        return await super().claim(*args, **named)


@dataclass
class Around:
    """As much of a worker's surroundings as claiming needs: a group that was told nothing."""

    store: MemoryStore
    owner: str = "next"

    def __post_init__(self) -> None:
        self.feed = self.observer = self
        self.policies = OnePolicy()

    async def told(self, _partitions) -> int:
        """The worker before was killed before it told."""
        return 0

    def claimed(self, *_about) -> None:
        """Nothing is counted."""

    reigns = claimed


async def test_a_store_emptied_between_the_look_and_the_claim_is_not_begun_anew():
    """The claim itself says that the partition is gone; nothing is written."""
    store = EmptiedAtTheClaim("test v1")
    before = await Outlet.claim(store, MemoryWire(), "before")
    before.meta.next = {"orders": 7}
    await before.commit()
    ours = Coordinator(Around(store), before.publisher, Around(store), 1, TopicNames(""), None)
    with pytest.raises(StoreLost, match=r"of partition 0 any more, but its last worker has read 7"):
        await ours.assigned([(topic, 0) for topic in TOPICS])
    assert await store.read_meta(0) is None


@pytest.mark.parametrize("left", TOPICS)
async def test_a_partition_that_comes_without_all_its_topics_is_refused(left):
    """As under another program's assignor in the same group: nothing is claimed, all is said."""
    store = MemoryStore("test v1")
    publisher = (await Outlet.claim(MemoryStore("test v1"), MemoryWire(), "other")).publisher
    ours = Coordinator(Around(store), publisher, Around(store), 2, TopicNames(""), None)
    given = [(topic, at) for at in (0, 1) for topic in TOPICS if (topic, at) != (left, 1)]
    with pytest.raises(NotCoPartitioned, match=rf"partition 1 .* without {left}.*REGRADE_GROUP"):
        await ours.assigned(given)
    assert [await store.read_meta(at) for at in (0, 1)] == [None, None]
