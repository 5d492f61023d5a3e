"""States of older forms are brought up to the present one, wherever they are met."""

import json
from dataclasses import replace

import msgspec
import pytest
from blobs import written_once
from runs import drive
from stories import facts, policy_file, stories

from scoring.customer import CustomerState, Part, Ties
from streams.partition.cache import CustomerCache
from streams.partition.processor import PartitionProcessor
from streams.policies.load import load_policy
from streams.storage.codec import BlobCodec, UnknownStateVersion
from streams.storage.upcasts import inside_too

NAMES = CustomerState.__struct_fields__
TIES, VERSION, TIER = (NAMES.index(name) for name in ("ties", "version", "tier"))


def swap(raw: list) -> list:
    """Two fields change places. Done twice, nothing has changed."""
    raw[VERSION], raw[TIER] = raw[TIER], raw[VERSION]
    return raw


def without_mark(raw: list) -> list:
    """A field at the front is given up."""
    return raw[1:]


STEPS = (inside_too(without_mark, TIES + 1), inside_too(swap, TIES))
"""As a third form would have them: of the first form a mark was given up, in the second two
fields stood the other way round."""


def second(raw: list) -> list:
    """The form before the last, of the present one."""
    return inside_too(swap, TIES)(raw)


def first(raw: list) -> list:
    """The first form, of the present one."""
    return inside_too(lambda one: ["mark", *one], TIES)(second(raw))


def older(blob: bytes, version: int) -> bytes:
    """A state as an older program of the story above would have stored it."""
    raw = {1: first, 2: second, 3: lambda one: one}[version](msgspec.msgpack.decode(blob[1:]))
    return bytes([version]) + msgspec.msgpack.encode(raw)


def recorded() -> list[bytes]:
    """States kept as they were written once, and one of a customer with others inside."""
    rows = map(json.loads, written_once(1).read_text("utf-8").splitlines())
    blobs = [bytes.fromhex(row["blob"]) for row in rows]
    one, other, *_ = map(BlobCodec().decode, blobs)
    one.ties = Ties(own=other, parts={"ann": Part(3, other)})
    return [*blobs, BlobCodec().encode(one)]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_state_of_any_older_form_means_what_it_meant(version):
    """Every step on its way is taken once, for those merged into it as well."""
    present = BlobCodec(STEPS)
    for blob in recorded():
        expected = BlobCodec().decode(blob)
        assert present.decode(older(blob, version)) == expected
        assert present.encode(expected) == b"\x03" + BlobCodec().encode(expected)[1:]


def test_what_was_brought_up_is_refused_by_who_does_not_know_the_form():
    """There is no way back: an older program does not guess."""
    (blob, *_) = recorded()
    with pytest.raises(UnknownStateVersion, match=r"up to b'\\x01'"):
        BlobCodec().decode(BlobCodec(STEPS).encode(BlobCodec().decode(blob)))


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("story", stories())
async def test_a_partition_stored_by_an_older_program_is_graded_on(story, version):
    """Half a story graded before, half after: changes and states are those of one program."""
    policy, records = load_policy(str(policy_file(story))), facts(story)
    half = len(records) // 2
    whole = await drive(policy, records, chunks=[half, len(records)])
    before = await drive(policy, records[:half], chunks=[half])
    here = before.store._partitions[0]
    here.states = {name: older(blob, version) for name, blob in here.states.items()}
    meta = await before.store.claim(0, "upgraded", 1)
    rules = replace(before.rules, codec=BlobCodec(STEPS))
    processor = PartitionProcessor(0, rules, before.store, meta, CustomerCache(10))
    await processor.process(records[half:])
    assert await before.store.outbox(0) == whole.rows
    after = {name: BlobCodec(STEPS).decode(blob) for name, blob in here.states.items()}
    assert after == whole.states
