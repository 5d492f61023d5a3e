"""A customer survives being stored, and a re-grade survives being repeated."""

import msgspec
import pytest
from builders import policy_from
from histories import CENTS, histories
from hypothesis import given
from hypothesis import strategies as st
from programmes import programmes
from random_policies import Document
from runs import run

from scoring.advance import advance
from scoring.customer import CustomerState
from scoring.facts import Tick
from scoring.units import Day
from streams.policies.load import load_policy
from streams.storage.codec import VERSION, BlobCodec, UnknownStateVersion

GROCERY = load_policy("grocery-usd")
TIERS = tuple(tier.name for tier in GROCERY.tiers)


@given(records=histories(CENTS, tiers=TIERS))
def test_a_stored_state_reads_back_as_it_was(records):
    """Decoding a blob and encoding it again gives the same bytes and the same state."""
    codec = BlobCodec()
    for blob in run(GROCERY, records).blobs.values():
        state = codec.decode(blob)
        assert codec.encode(state) == blob
        assert codec.decode(codec.encode(state)) == state


@given(records=histories(CENTS, tiers=TIERS), missing=st.integers(1, 22))
def test_a_blob_written_before_a_field_was_added_is_readable(records, missing):
    """Trailing fields that a blob lacks take their defaults, the others stay."""
    codec = BlobCodec()
    names = CustomerState.__struct_fields__
    for blob in run(GROCERY, records).blobs.values():
        values = msgspec.msgpack.decode(blob[1:], strict=False)
        older = VERSION + msgspec.msgpack.encode(values[:-missing])
        state, whole = codec.decode(older), codec.decode(blob)
        for at, name in enumerate(names):
            kept = at < len(names) - missing
            expected = whole if kept else CustomerState()
            assert getattr(state, name) == getattr(expected, name), name


@pytest.mark.parametrize("blob", [b"", b"\x02", b"\x02\x90", b"\xff"])
def test_a_blob_of_a_newer_program_is_refused(blob):
    """Another version byte is not guessed at: the message says what to upgrade."""
    with pytest.raises(UnknownStateVersion, match="Upgrade this worker to at least"):
        BlobCodec().decode(blob)


def held(document: Document) -> Document:
    """A policy under which a demotion is followed by a hold, whatever its trigger.

    Without one, each tick of a day may go one step further down: then it matters that
    the engine ticks a customer once a day.
    """
    triggers = [t | {"ignore_hold": False} for t in document["move"]["triggers"]]
    return document | {"move": {"hold_days": 30, "triggers": triggers}}


@given(drawn=programmes(), later=st.integers(1, 40))
def test_a_repeated_tick_changes_nothing(drawn, later):
    """A tick of a day that was ticked already, with no fact since, is without effect."""
    document, records = drawn
    done = run(policy_from(held(document)), records)
    for state in done.states.values():
        day = Day((done.meta.day or 0) + later)
        advance(state, Tick(day), done.rules.judge, day)
        once = done.rules.codec.encode(state)
        assert advance(state, Tick(day), done.rules.judge, day).changes == []
        assert done.rules.codec.encode(state) == once
