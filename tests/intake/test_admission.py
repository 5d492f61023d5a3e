"""What is taken, what is left out, and what becomes of the refused."""

import pytest
from builders import (
    cancellation,
    day_reached,
    interaction,
    log,
    order,
    overdue,
    policy,
    record,
    refund,
    registration,
    settlement,
    stamp,
)
from decoding import decoded
from runs import run

from streams.intake.outcomes import Accepted, Excluded, Rejected

LINE = {"amount": 1}


@pytest.mark.parametrize(
    "value",
    [
        order(test=True),
        order(customer_id="test-1"),
        order(customer_id="crawl-bot"),
        order(customer_id="test-1", currency="GBP"),
        order(customer_id="test-1") | {"amount": 1},
    ],
    ids=str,
)
def test_what_is_left_out_is_neither_taken_nor_refused(value):
    """Test events and customers that match a pattern of the policy are excluded."""
    assert decoded(value) == Excluded(value["customer_id"])


def test_a_wrong_field_counts_before_an_exclusion():
    """A test event is checked like any other."""
    found = decoded(order(test=True, amount=-1))
    assert isinstance(found, Rejected)


@pytest.mark.parametrize(
    "value",
    [
        order(),
        order(currency="USD", source="shop", channel="web", extra="ignored"),
        order(lines=[LINE | {"margin": -1, "sku": "s", "category": "", "high_margin": True}]),
        order(customer_id="x" * 256),
        order(customer_id="客户"),
        refund(4, ordered_at=stamp(4), full=True),
        cancellation(),
        settlement(3, due=90),
        overdue(3, due=90),
        interaction(kind="visit"),
        interaction(kind="ad_click"),
        registration(attributes={"a": None, "b": True, "c": 1.5, "d": "x"}),
    ],
    ids=str,
)
def test_what_is_well_formed_is_accepted(value):
    """Optional fields may be there or not, and unknown ones are no error."""
    found = decoded(value)
    assert isinstance(found, Accepted)
    assert found.customer == value["customer_id"]


def test_a_day_too_far_ahead_is_refused():
    """366 days ahead of the partition day is the most; a refused day moves no clock."""
    done = run(policy(), log(order(0), order(367), order(366), order(732), order(1099)))
    assert done.reasons == {"future": 2}
    assert done.outcomes == {"folded": 3, "rejected": 2}


def test_with_a_wall_clock_tomorrow_is_the_last_day():
    """A limit from outside holds for every record of the chunk, the first one too."""
    first = run(policy(), log(order(0))).meta.day
    done = run(policy(), log(order(1), order(0), day_reached(2)), latest=first)
    assert done.reasons == {"future": 2}
    assert done.meta.day == first


def test_a_refused_record_reaches_the_dead_letters_as_it_came():
    """Key, value and headers stay to the byte; reason and origin are added to them."""
    headers = [("trace", b"\x00\xff"), ("trace", b"again"), ("regrade_reason", b"old")]
    came = record(b"\xff{not json", 17, key=b"\xfe", headers=headers, timestamp=99)
    (letter,) = run(policy(), [came]).dead_letters
    assert (letter.key, letter.value) == (b"\xfe", b"\xff{not json")
    assert list(letter.headers[:3]) == headers
    assert dict(letter.headers[3:]) == {
        "regrade_id": b"orders/0/17",
        "regrade_reason": b"bad_json",
        "regrade_detail": dict(letter.headers[3:])["regrade_detail"],
        "regrade_topic": b"orders",
        "regrade_partition": b"0",
        "regrade_offset": b"17",
        "regrade_timestamp": b"99",
    }


def test_a_null_record_reaches_the_dead_letters_as_null():
    """Neither key nor value is made up."""
    (letter,) = run(policy(), [record(None, key=None)]).dead_letters
    assert (letter.key, letter.value) == (None, None)
