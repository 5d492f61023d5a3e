"""Open cases beside the states: what is listed is what is open."""

import json
from typing import Any

from builders import erasure, event, log, order, override, policy
from runs import Run, run

from streams.partition.batch import OPEN_CASES

RULES = """
review_when:
  default: approve
  after_days: 5
  rules:
    - {name: big, when: "amount >= 100"}
"""
OPENED = [order(0, 40), order(1, 150)]


def answer(day: int, decision: str, **fields: Any) -> dict[str, Any]:
    """The case of ann answered."""
    known = {"decision": decision, "reason": "asked her", "author": "kim"}
    return event("review.resolve", day, **known | fields)


def ran(*events: dict[str, Any], chunks: tuple[int, ...] = (1,)) -> Run:
    """A run, record by record."""
    return run(policy(RULES), log(*events), chunks=chunks)


def bodies(done: Run, topic: str) -> list[dict[str, Any]]:
    """What was published on a topic."""
    return [json.loads(row.value or b"") for _, row in done.rows if row.topic == topic]


def test_an_open_case_is_listed_with_all_it_says():
    """Once, and counted."""
    done = ran(*OPENED)
    assert {name: json.loads(case) for name, case in done.cases.items()} == {
        "ann": {
            "customer_id": "ann",
            "case": "ann:2024-01-02:silver",
            "from": "bronze",
            "to": "silver",
            "rule": "big",
            "trigger": "crossing",
            "event_id": "e1",
            "opened_on": "2024-01-02",
            "deadline": "2024-01-07",
            "default": "approve",
        }
    }
    assert done.counts[OPEN_CASES] == 1


def test_a_case_that_follows_its_target_is_listed_under_its_new_name():
    """The old name answers nothing any more."""
    up = [*OPENED, order(2, 60)]
    done = ran(*up, answer(3, "approve", case="ann:2024-01-02:silver"))
    assert json.loads(done.cases["ann"])["case"] == "ann:2024-01-02:gold"
    (told,) = bodies(done, "command-results")
    assert (told["outcome"], told["reason"]) == ("rejected", "no_case")
    done = ran(*up, answer(3, "approve", case="ann:2024-01-02:gold"))
    assert (done.cases, done.counts.get(OPEN_CASES)) == ({}, None)


def test_whoever_is_erased_leaves_no_case():
    """In a chunk of its own, in that of the case, and beside a later life."""
    for chunks in ((1,), (2, 1), (9,)):
        done = ran(*OPENED, erasure(2), chunks=chunks)
        assert (done.cases, done.counts.get(OPEN_CASES), done.states) == ({}, None, {})
    again = [*OPENED, erasure(2), order(3, 40), order(3, 150)]
    for chunks in ((1,), (3, 2), (9,)):
        done = run(policy("erased: forget" + RULES), log(*again), chunks=chunks)
        assert json.loads(done.cases["ann"])["opened_on"] == "2024-01-04"
        assert done.counts[OPEN_CASES] == 1


def test_an_answer_is_written_into_the_audit():
    """What waited, what became of it, who and why; the event behind it stays out."""
    done = ran(*OPENED, answer(2, "reject"))
    (entry,) = bodies(done, "audit")
    said = {"to": "silver", "rule": "big", "opened_on": "2024-01-02"}
    assert (entry["type"], entry["author"], entry["reason"]) == (
        "review.resolve",
        "kim",
        "asked her",
    )
    assert entry["before"]["review"] == said | {"refused": False}
    assert entry["after"] == {
        "tier": "bronze",
        "override": None,
        "review": said | {"refused": True},
    }


def test_the_answer_to_a_command_shows_the_case_that_is_open():
    """Another command, while it waits."""
    (told,) = bodies(ran(*OPENED, override(2, "floor", "bronze")), "command-results")
    assert told["grade"]["review"]["case"] == "ann:2024-01-02:silver"


def test_a_case_named_wrongly_is_a_bad_field():
    """No case at all, of another customer, of a tier that is not."""
    for case in ("ann", "bob:2024-01-02:silver", "ann:2024-01-02:golden", "ann:2024-13-02:gold"):
        done = ran(*OPENED, answer(2, "approve", case=case))
        assert done.reasons == {"bad_field": 1}
