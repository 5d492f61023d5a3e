"""Where most moves wait for somebody, and somebody often answers: the oracle agrees."""

import json
from typing import Any

from agreement import check_agreement
from builders import policy_from, record
from histories import QUARTERS, histories
from hypothesis import event, given
from hypothesis import strategies as st
from properties.test_due_days import check_due_days
from properties.test_overrides import LIVELY, PROMOTE, WAYS_DOWN
from random_policies import Document
from runs import Run, run

from streams.intake.record import LogRecord

TIERS = ("t0", "t1", "t2", "t3")
RULES: tuple[Document, ...] = (
    {"name": "all"},
    {"name": "big", "on": "promotion", "when": "amount >= 100"},
    {"name": "falls", "on": "demotion"},
    {"name": "jumps", "levels": 2},
    {"name": "regulars", "when": "orders(30) >= 2 or recency_days > 2"},
)


def answered(records: list[LogRecord], at: dict[int, str]) -> list[LogRecord]:
    """The same log, where somebody answers the case of the customer of some records at once."""
    found: list[LogRecord] = []
    for place, one in enumerate(records):
        found.append(one._replace(offset=len(found)))
        said = json.loads(one.value) if (one.value or b"").startswith(b'{"event_id') else {}
        if place in at and "occurred_at" in said and one.key in (b"ann", b"bob", b"cyd"):
            answer = {"type": "review.resolve", "event_id": f"a{place}", "reason": "looked"}
            answer |= {"occurred_at": said["occurred_at"], "customer_id": one.key.decode()}
            answer |= {"decision": at[place], "author": "kim"}
            found.append(record(answer, len(found)))
    return found


@st.composite
def reviewed(draw: st.DrawFn) -> tuple[Document, list[LogRecord]]:
    """A lively policy with reviews, and a log with answers in it."""
    way = draw(st.sampled_from(sorted(WAYS_DOWN)))
    down = {"name": "down", "demote": True} | WAYS_DOWN[way]
    rules = draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=2, unique_by=str))
    review = {
        "default": draw(st.sampled_from(["approve", "reject"])),
        "after_days": draw(st.sampled_from([1, 2, 7, 40])),
        "rules": rules,
    }
    move = {"hold_days": draw(st.sampled_from([0, 3, 9])), "triggers": [PROMOTE, down]}
    records = draw(histories(QUARTERS, tiers=TIERS, most=45))
    places = st.integers(0, max(0, len(records) - 1))
    decisions = st.sampled_from(["approve", "approve", "reject"])
    at = draw(st.dictionaries(places, decisions, max_size=12))
    return LIVELY | {"move": move, "review_when": review}, answered(records, at)


def told(done: Run) -> None:
    """What came about, for `--hypothesis-show-statistics`."""
    reviews = [change["review"] for change in done.changes if "review" in change]
    if any(review["author"] is None for review in reviews):
        event("approved by silence")
    if any(review["author"] is not None for review in reviews):
        event("approved by somebody")
    cases = [state.case for state in done.states.values() if state.case is not None]
    if any(case.refused is None for case in cases):
        event("open at the end")
    if any(case.refused is not None for case in cases):
        event("refused at the end")


@given(drawn=reviewed())
def test_cases_are_opened_followed_and_closed_as_the_oracle_does(drawn):
    """Every change, every open case, every answer that finds none."""
    document, records = drawn
    check_agreement(policy_from(document), document, records)
    told(run(policy_from(document), records))


@given(drawn=reviewed())
def test_looking_at_everybody_every_day_adds_nothing(drawn):
    """A deadline and a withdrawal fall on due days."""
    document, records = drawn
    check_due_days(policy_from(document), records)


def calm(document: Document) -> Document:
    """The policy without its reviews."""
    return {key: value for key, value in document.items() if key != "review_when"}


@given(drawn=reviewed())
def test_reviews_touch_neither_labels_nor_ledgers(drawn):
    """Only tiers wait: all else a customer did is what it is without reviews."""
    document, records = drawn
    labels = {"wear": [{"value": "old", "when": "recency_days >= 7"}, {"value": "new"}]}
    given_ = document | {"labels": labels}
    mine = run(policy_from(given_), records)
    # There the answers find no case. They stay: like any command, they say which day it is.
    plain = run(policy_from(calm(given_)), records)
    assert [facts(state) for state in mine.states.values() if state.first_day is not None] == [
        facts(state) for state in plain.states.values() if state.first_day is not None
    ]


def facts(state: Any) -> tuple[Any, ...]:
    """What a customer did, and the labels that follow from it."""
    return (state.days, state.spend, state.orders, state.labels, state.remembered, state.kinds)
