"""Topics are created once, as asked, on any broker."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from streams.embedded.errors import PartitionCountError, TopicError
from streams.embedded.topics import TopicSpec, create_topics


async def test_topics_are_created_once(bootstrap):
    """Creating topics again changes nothing and says that nothing was created."""
    specs = [TopicSpec("once-1"), TopicSpec("once-4", 4, {"cleanup.policy": "compact"})]
    assert await create_topics(bootstrap, specs) == ("once-1", "once-4")
    assert await create_topics(bootstrap, specs) == ()


async def test_topics_can_be_used_as_soon_as_they_are_created(bootstrap):
    """On return every partition is listed with a leader."""
    await create_topics(bootstrap, [TopicSpec("four", 4)])
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    (four,) = [each for each in await admin.describe_topics() if each["topic"] == "four"]
    await admin.close()
    assert len(four["partitions"]) == 4
    assert all(partition["leader"] >= 0 for partition in four["partitions"])


async def test_another_partition_count_is_refused(bootstrap):
    """A topic whose keys would move to other partitions is an error, not a surprise."""
    await create_topics(bootstrap, [TopicSpec("three", 3)])
    with pytest.raises(PartitionCountError) as why:
        await create_topics(bootstrap, [TopicSpec("three", 5)])
    assert (why.value.topic, why.value.found, why.value.wanted) == ("three", 3, 5)


async def test_nothing_to_create_needs_no_broker():
    """No topics means no connection."""
    assert await create_topics("127.0.0.1:1", []) == ()


def test_a_topic_has_a_partition_at_least():
    """A topic nobody could write to cannot be asked for."""
    with pytest.raises(TopicError):
        TopicSpec("none", 0)


@pytest.mark.kafka
@pytest.mark.parametrize("bad", [TopicSpec("bad name!"), TopicSpec("x", 1, {"no": "1"})])
async def test_a_refusal_names_the_topic_and_the_reason(real_kafka, bad):
    """What Kafka objects to is in the error."""
    with pytest.raises(TopicError) as why:
        await create_topics(real_kafka, [bad])
    assert why.value.topic == bad.name
    assert "nvalid" in why.value.reason or "Unknown" in why.value.reason


@pytest.mark.kafka
async def test_kafka_creates_no_topic_by_itself(real_kafka):
    """A topic that nobody created stays unknown."""
    admin = AIOKafkaAdminClient(bootstrap_servers=real_kafka)
    await admin.start()
    (described,) = await admin.describe_topics(["nobody-asked"])
    await admin.close()
    assert described["error_code"] == 3
