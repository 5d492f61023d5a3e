"""`regrade map` from a topic and from a file, down to the grade (R39)."""

import json
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.test_doctor_command import settings_of
from mapping_rows import DEBEZIUM, ERP

from streams.embedded.topics import TopicSpec, create_topics

pytestmark = pytest.mark.long

MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"


async def test_a_source_topic_is_mapped_into_the_programme(stack, tmp_path):
    """Each run reads on where the last one ended; what is mapped twice is a duplicate."""
    mapping = str(MAPPINGS / "debezium-orders.yaml")
    words = ("map", mapping, "--from-topic", "erp.orders", "--until-end")
    async with Programme(stack, tmp_path, "mapped", REGRADE_POLICY="b2b-fresh") as programme:
        await create_topics(stack.bootstrap, [TopicSpec("erp.orders", 2)])
        settings = settings_of(programme)
        await programme.worker()
        async with AIOKafkaProducer(bootstrap_servers=stack.bootstrap) as producer:
            for row in (*DEBEZIUM[:2], b"{"):
                value = row if isinstance(row, bytes) else json.dumps(row).encode()
                await producer.send_and_wait("erp.orders", value, partition=0)
            await producer.send_and_wait("erp.orders", None, key=b"k", partition=0)
        first = await regrade(*words, settings=settings)
        assert first.code == 0, first.err
        assert first.err.splitlines()[-1] == "4 rows: 1 events, 2 passed over, 1 refused"
        await programme.taken(1)
        again = await regrade(*words, settings=settings)
        assert again.err.splitlines()[-1] == "0 rows: 0 events, 0 passed over, 0 refused"
        graded = await regrade("grade", "42", "--json", settings=settings)
        assert json.loads(graded.out)["tier"] == "bronze"


async def test_a_mapped_file_is_what_replay_reads(tmp_path):
    """The output is a replay file; refused rows are told and may fail the command."""
    bookings = tmp_path / "bookings.csv"
    bookings.write_text(ERP, "utf-8")
    words = ("map", str(MAPPINGS / "erp-rows.yaml"), str(bookings))
    done = await regrade(*words, "--strict")
    assert done.code == 1
    assert done.err.splitlines()[-1] == "7 rows: 3 events, 1 passed over, 3 refused"
    events = tmp_path / "events.jsonl"
    events.write_text(done.out, "utf-8")
    graded = await regrade("grade", "K7", "--file", str(events), "--json")
    assert graded.code == 0, graded.err
    assert json.loads(graded.out)["tier"] == "bronze"
