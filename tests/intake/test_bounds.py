"""No record, no line and no document takes more than its share."""

import json

import pytest
from builders import log, order, policy, record, registration
from decoding import POLICY, decoded
from runs import run

from streams.intake.decode import RECORD_BYTES, Decoder
from streams.intake.outcomes import Accepted, Rejected
from streams.intake.record import LogRecord
from streams.intake.wire import MAX_ATTRIBUTES, MAX_LINES
from streams.operations.letters import letter_of
from streams.outbox.kept import HEADER_BYTES, KEY_BYTES, VALUE_BYTES
from streams.policies.errors import PolicyRefused
from streams.policies.load import load_policy, parse_policy
from streams.policies.tree import MAX_BYTES
from streams.replay.bounded import MAX_LINE_BYTES
from streams.replay.event import RejectedRow, WireEvent
from streams.replay.files import read_file
from streams.settings import Settings


def padded(size: int) -> bytes:
    """A good order of exactly so many bytes."""
    text = json.dumps(order() | {"event_id": "e1", "order_id": "o1"}).encode()
    return text + b" " * (size - len(text))


def test_a_record_may_be_as_large_as_the_setting_says():
    """To the byte; one more, and it is refused without being read."""
    decode = Decoder(POLICY, record_bytes=2000).decode
    assert isinstance(decode(record(padded(2000))), Accepted)
    found = decode(record(padded(2001)))
    assert found == Rejected("too_large", "the value has 2001 bytes, of at most 2000")
    assert isinstance(decode(record(b"[" * 2001)), Rejected)


def test_the_default_of_the_setting_is_that_of_the_decoder():
    """A backtest, which reads no settings, refuses what a worker would."""
    assert Settings.model_fields["record_bytes"].default == RECORD_BYTES


def test_what_workers_hand_over_has_no_bound_but_commands_have():
    """A customer's parts are as large as the customer; nobody else writes that much."""
    decode = Decoder(POLICY, record_bytes=1024).decode

    def on_commands(type_: str) -> object:
        value = json.dumps({"type": type_, "customer_id": "ann", "note": "x" * 2000}).encode()
        return decode(LogRecord("grading-commands", 0, 0, 0, b"ann", value))

    command, part = on_commands("grade.recalculate"), on_commands("part.handed")
    assert isinstance(command, Rejected)
    assert command.reason == "too_large"
    # This one lacks its other fields, and is told so: it was read.
    assert isinstance(part, Rejected)
    assert part.reason != "too_large"


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (
            order(lines=[{"amount": 0}] * MAX_LINES),
            order(lines=[{"amount": 0}] * (MAX_LINES + 1)),
        ),
        (order(channel="x" * 256), order(channel="x" * 257)),
        (order(source="x" * 256), order(source="x" * 257)),
        (order(currency="USD"), order(currency="x" * 257)),
        (
            order(lines=[{"amount": 1, "category": "x" * 256, "sku": "x" * 256}]),
            order(lines=[{"amount": 1, "category": "x" * 257}]),
        ),
        (
            registration(attributes={f"a{n}": 1 for n in range(MAX_ATTRIBUTES)}),
            registration(attributes={f"a{n}": 1 for n in range(MAX_ATTRIBUTES + 1)}),
        ),
        (
            registration(attributes={"x" * 256: "y" * 1024}),
            registration(attributes={"x": "y" * 1025}),
        ),
    ],
    ids=["lines", "channel", "source", "currency", "category", "attributes", "texts"],
)
def test_counts_and_texts_inside_an_event_are_bounded(good, bad):
    """The last one allowed is taken; one more is a wrong field."""
    assert isinstance(decoded(good), Accepted)
    found = decoded(bad)
    assert isinstance(found, Rejected)
    assert found.reason == "bad_field"


def letter(value: bytes, key: bytes = b"ann", headers: tuple[tuple[str, bytes], ...] = ()):
    """The dead letter of a record, as it is read again."""
    done = run(policy(), [LogRecord("orders", 0, 7, 0, key, value, headers)])
    (row,) = done.dead_letters
    return letter_of(LogRecord("dead-letters", 0, 0, 0, row.key, row.value, row.headers))


def test_a_letter_keeps_what_fits_and_says_what_is_missing():
    """All of a record up to the bounds; beyond them the beginning, which is never sent again."""
    whole = letter(b"x" * VALUE_BYTES, b"k" * KEY_BYTES, (("h", b"y" * (HEADER_BYTES - 1)),))
    assert not whole.cut
    assert (len(whole.value), len(whole.key), len(whole.headers)) == (VALUE_BYTES, KEY_BYTES, 1)
    beginning = letter(b"x" * (VALUE_BYTES + 1), b"k", (("h", b"y"),))
    assert (beginning.cut, beginning.reason) == (True, "too_large")
    assert (len(beginning.value), beginning.headers) == (VALUE_BYTES, (("h", b"y"),))
    assert letter(b"x", b"k", (("h", b"y" * HEADER_BYTES),)).headers == ()


def test_a_refused_record_is_counted_and_the_next_is_taken():
    """As any other refused record."""
    (good,) = log(order())
    done = run(policy(), [record(padded(RECORD_BYTES + 1)), good._replace(offset=1)])
    assert done.reasons == {"too_large": 1}
    assert len(done.states) == 1


def test_a_line_that_does_not_end_is_refused_and_the_next_is_read(tmp_path):
    """Its own line, with a number; what follows is as if it had not been there."""
    good = json.dumps(order() | {"event_id": "e", "order_id": "o"}).encode()
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b'{"x": "' + b"y" * (3 * MAX_LINE_BYTES) + b'"}\n' + good + b"\n")
    refused, taken = read_file(str(file))
    assert isinstance(refused, RejectedRow)
    assert (refused.line, refused.reason) == (1, "too_large")
    assert isinstance(taken, WireEvent)
    assert taken.line == 2


def test_a_document_larger_than_any_policy_is_not_parsed(tmp_path):
    """Neither as a file nor as a text that was published."""
    text = "#" * (MAX_BYTES + 1)
    file = tmp_path / "huge.yaml"
    file.write_text(text)
    with pytest.raises(PolicyRefused, match="larger than"):
        load_policy(str(file))
    with pytest.raises(PolicyRefused, match="larger than"):
        parse_policy(text, "version 2")
