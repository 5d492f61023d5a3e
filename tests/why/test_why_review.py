"""Why a tier stays where it is: somebody has to agree first, or did not."""

from builders import event, log, order, policy
from runs import run

from scoring.why.explanation import Explanation
from scoring.why.reasons import Reasons

RULES = """
review_when:
  default: approve
  after_days: 5
  rules:
    - {name: big, when: "amount >= 100"}
"""


def told(*events: dict) -> Explanation:
    """The explanation of ann at the end of a log."""
    done = run(policy(RULES), log(*events))
    return Reasons(done.rules.judge).explain(done.states["ann"], done.meta.day)


def answer(day: int, decision: str) -> dict:
    """The case of ann answered."""
    return event("review.resolve", day, decision=decision, reason="asked her", author="kim")


def test_an_open_case_is_why_a_trigger_does_not_move():
    """The case, the verdict on the trigger, and the day on which silence decides."""
    why = told(order(0, 40), order(1, 150))
    assert why.review is not None
    assert (why.review.status, why.review.to, why.review.rule) == ("open", "silver", "big")
    assert (str(why.review.opened_on), str(why.review.deadline)) == ("2024-01-02", "2024-01-07")
    verdicts = {row.name: row.verdict for row in why.triggers}
    assert verdicts["crossing"] == "waits for a decision"
    first = why.outlook[0]
    assert (str(first.on), first.moves[0].to, first.moves[0].trigger) == (
        "2024-01-07",
        "silver",
        "crossing",
    )


def test_a_refusal_is_why_a_trigger_does_not_move():
    """Who refused it, and when."""
    why = told(order(0, 40), order(1, 150), answer(2, "reject"))
    assert why.review is not None
    assert (why.review.status, why.review.author, why.review.reason) == (
        "refused",
        "kim",
        "asked her",
    )
    assert {row.name: row.verdict for row in why.triggers}["crossing"] == "refused"
    assert why.outlook[0].tier == "bronze"


def test_without_a_case_nothing_is_said():
    """And the trigger is free."""
    assert told(order(0, 40), order(1, 60)).review is None
