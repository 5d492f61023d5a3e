"""Commands in the log: carried out once, each answered with the grade after it."""

import json

import pytest
from builders import clear, interaction, log, order, override, policy, recalculate, record
from runs import Run, run

from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.audit import AUDIT


def answers(done: Run) -> list[dict]:
    """The bodies of the answers, in order."""
    return [json.loads(row.value) for _, row in done.rows if row.topic == COMMAND_RESULTS]


def test_the_answer_shows_the_grade_after_the_command():
    """Tier, score, version, labels, override and due day, as the state has them now."""
    done = run(policy(), log(order(0, 150), override(1, "pin", "gold", until=9)))
    (answer,) = answers(done)
    assert answer == {
        "command": "e1",
        "type": "override.set",
        "customer_id": "ann",
        "outcome": "done",
        "grade": {
            "tier": "gold",
            "score": None,
            "since": "2024-01-01",
            "version": 2,
            "labels": {},
            "override": {
                "kind": "pin",
                "tier": "gold",
                "computed_tier": "silver",
                "reason": "key account",
                "author": "kim",
                "set_on": "2024-01-02",
                "until": "2024-01-10",
            },
            "review": None,
            "due_on": "2024-01-11",
        },
    }


def test_an_override_before_the_first_grade_names_the_lowest_tier_beside_it():
    """There is no other tier yet; it holds from the first order on."""
    done = run(policy(), log(override(0, "pin", "gold"), order(1, 5), recalculate(1)))
    before, after = [body["grade"] for body in answers(done)]
    assert (before["tier"], before["override"]["computed_tier"]) == (None, "bronze")
    assert (after["tier"], after["override"]["computed_tier"]) == ("gold", "bronze")


@pytest.mark.parametrize(
    "command",
    [override(2, "pin", "bronze"), clear(2), recalculate(2)],
    ids=lambda command: command["type"],
)
def test_a_command_of_one_event_id_counts_once(command):
    """Days later the repeat is answered with the grade as it is by then, and moves nothing."""
    other = override(3, "floor", "gold", until=40)
    events = [order(0, 150), override(1, "ceiling", "gold"), command | {"event_id": "x"}, other]
    once, twice = (run(policy(), log(*events, *again)) for again in ([], [events[2]]))
    assert [body["outcome"] for body in answers(twice)][-1] == "duplicate"
    assert answers(twice)[-1]["grade"] == answers(once)[-1]["grade"]
    assert twice.states == once.states
    audited = [sum(row.topic == AUDIT for _, row in done.rows) for done in (once, twice)]
    assert audited == [3, 3]


def test_an_answer_is_named_after_the_place_of_its_command():
    """Two answers never share an id, and one repeated has the same bytes."""
    records = log(order(0, 150), recalculate(0), recalculate(0, event_id="e1"))
    done = run(policy(), records)
    rows = [row for _, row in done.rows if row.topic == COMMAND_RESULTS]
    assert [dict(row.headers)["ce_id"] for row in rows] == [
        b"grading-commands/0/1",
        b"grading-commands/0/2",
    ]
    assert [body["outcome"] for body in answers(done)] == ["done", "duplicate"]
    assert [row for _, row in run(policy(), records).rows] == [row for _, row in done.rows]


def test_a_command_refused_is_answered_and_put_aside():
    """With the reason of its dead letter; one too broken to be named has that letter only."""
    broken = [
        override(0, "pin", "golden"),
        override(0, "pin", "gold", reason=""),
        order(0, 10),
        interaction(0),
    ]
    records = [
        *log(order(0, 150)),
        *(
            record({"event_id": f"e{at}"} | event, at, topic="grading-commands")
            for at, event in enumerate(broken, 1)
        ),
        record(b"{", 5, topic="grading-commands"),
    ]
    done = run(policy(), records)
    assert [(body["outcome"], body["reason"]) for body in answers(done)] == [
        ("rejected", "bad_field"),
        ("rejected", "bad_field"),
        ("rejected", "unknown_type"),
        ("rejected", "unknown_type"),
    ]
    assert len(done.dead_letters) == 5
    assert done.states["ann"].override is None


def test_commands_are_taken_from_their_own_topic_only():
    """Who may write orders may not set tiers."""
    records = [*log(order(0, 150)), record(override(0, "pin", "gold"), 1, topic="orders")]
    done = run(policy(), records)
    assert done.reasons == {"unknown_type": 1}
    assert done.states["ann"].override is None


def test_who_is_left_out_gets_no_answer():
    """Excluded customers and test commands are dropped, as their orders are."""
    rules = policy("exclude: ['^test-']")
    events = [recalculate(0, customer_id="test-1"), clear(0, test=True)]
    done = run(rules, log(*events))
    assert answers(done) == []
    assert done.outcomes == {"excluded": 2}
