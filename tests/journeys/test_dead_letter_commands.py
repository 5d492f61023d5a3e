"""`regrade dead-letters` (R38): refused records are found, and get another try."""

import json
from typing import Any

from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.test_doctor_command import settings_of
from journeys.wire_input import Sent, ms_on, order, send
from regrade_here import regrade_beside

from streams.intake.record import LogRecord
from streams.operations.letters import Selection, letter_of
from streams.outbox.scribe import DEAD_LETTERS
from streams.topic_names import TopicNames


async def said(settings: dict[str, str], *words: str) -> Any:
    """The object a command prints."""
    done = await regrade_beside("dead-letters", *words, "--json", settings=settings)
    assert done.code == 0, done.err
    return json.loads(done.out)


def record(customer: str, **fields: Any) -> Sent:
    """An order as it is sent, in a currency or with a field that makes it wrong or not."""
    value = json.dumps(order(0, customer, **fields)).encode()
    headers = (("trace", b"t-1"), ("regrade_id", b"not ours"))
    return Sent("orders", customer.encode(), value, ms_on(0), headers=headers)


async def test_refused_records_are_listed_shown_and_sent_again(stack, tmp_path):
    """Original bytes go out again once it is said to; refused again, the next letter says so."""
    wrong = [record("ann", currency="XAU"), record("bob", amount=-1)]
    async with Programme(stack, tmp_path, "letters") as programme:
        settings = settings_of(programme)
        await programme.worker()
        await send(stack.bootstrap, programme.prefix, wrong)
        await programme.taken(2)

        listed = await said(settings, "list")
        assert {(row["reason"], row["letters"]) for row in listed["counts"]} == {
            ("unknown_currency", 1),
            ("bad_field", 1),
        }
        (letter,) = (await said(settings, "list", "--reason", "bad_field"))["letters"]
        shown = await said(settings, "show", letter["id"])
        assert shown["value"] == wrong[1].value.decode()
        assert shown["headers"] == [["trace", "t-1"], ["regrade_id", "not ours"]]

        planned = await said(settings, "redrive", "--topic", "orders")
        assert (planned["sent"], planned["total"]) == (False, 2)
        assert len(await programme.published("orders")) == 2
        asked = await regrade("dead-letters", "redrive", "--send", settings=settings, stdin=b"n\n")
        assert asked.code == 1
        assert len(await programme.published("orders")) == 2

        sent = await said(settings, "redrive", letter["id"], "--send", "--yes")
        assert (sent["sent"], sent["total"]) == (True, 1)
        await programme.taken(3)
        (*_, again) = await programme.published("orders")
        assert (again.key, again.value) == (b"bob", wrong[1].value)
        listed = await said(settings, "list", "--reason", "bad_field")
        assert listed["refused_again"] == 1
        assert [row["redriven"] for row in listed["letters"]] == [0, 1]

        planned = await said(settings, "redrive", "--reason", "bad_field")
        assert (planned["total"], planned["superseded"]) == (1, 1)
        # The bytes of the letters are where they were.
        assert len(await programme.published(DEAD_LETTERS)) == 3


async def test_an_unknown_letter_is_said_to_be_none(stack, tmp_path):
    """With how an id looks."""
    async with Programme(stack, tmp_path, "unsent") as programme:
        done = await regrade("dead-letters", "show", "orders/0/99", settings=settings_of(programme))
        assert done.code == 1
        assert "no dead letter 'orders/0/99'" in done.err


def letter(**others: Any) -> LogRecord:
    """A record of `dead-letters` as the scribe and the publisher write it."""
    headers = {
        "regrade_id": "p.orders/1/7",
        "regrade_reason": "bad_json",
        "regrade_detail": "no JSON",
        "regrade_topic": "p.orders",
        "regrade_partition": "1",
        "regrade_offset": "7",
        "ce_sequence": "1",
    }
    ours = [(name, value.encode()) for name, value in headers.items()]
    fields = {"key": b"ann", "value": b"{", "timestamp": 5_000, "headers": ours} | others
    return LogRecord(**({"topic": "p.dead-letters", "partition": 0, "offset": 0} | fields))


def test_a_letter_is_selected_by_all_that_is_asked():
    """Reason, topic with or without prefix, and time from `since` on and before `until`."""
    found = letter_of(letter())
    for selection in (
        Selection(),
        Selection("bad_json", "orders", 5_000, 5_001, ("p.orders/1/7",)),
        Selection(topic="p.orders"),
    ):
        assert selection.takes(found, TopicNames("p."))
    for selection in (
        Selection("bad_field"),
        Selection(topic="interactions"),
        Selection(since_ms=5_001),
        Selection(until_ms=5_000),
        Selection(ids=("p.orders/1/8",)),
    ):
        assert not selection.takes(found, TopicNames("p."))


def test_a_record_without_a_key_goes_back_where_it_was():
    """With one it goes where murmur2 puts it, though it was refused elsewhere."""
    assert letter_of(letter(key=None)).partition_to_send(4) == 1
    assert letter_of(letter(key=b"ann")).partition_to_send(1) == 0
