"""Labels: the first true rule gives the value, and a move is one change."""

from builders import day_reached, interaction, log, order, policy
from runs import run

LABELS = """
labels:
  size:
    - {value: big, when: "spend(30) >= 100"}
    - {value: small}
  risk:
    - {value: high, when: "recency_days >= 90"}
    - {value: medium, when: "recency_days >= 30"}
  busy:
    - {value: "yes", when: "interactions(7) >= 2"}
    - {value: "no"}
"""


def told(*events: dict, rules: str = LABELS) -> list[tuple]:
    """The changes in short, the first grade left out."""
    return run(policy(rules), log(*events)).moves[1:]


def test_the_first_grade_carries_the_labels():
    """Nothing is said about a label before the first grade, nor for it."""
    changes = run(policy(LABELS), log(interaction(0), order(1, 100))).changes
    assert [change["type"] for change in changes] == ["tier.assigned"]
    assert changes[0]["labels"] == {"size": "big", "risk": None, "busy": "no"}


def test_the_first_true_rule_wins():
    """At 90 days both rules are true; the one written first gives the value."""
    # day   0      30        90
    #       null   medium    high
    found = [move for move in told(order(0), day_reached(95)) if move[1] == "risk"]
    assert found == [
        (30, "risk", None, "medium", None),
        (90, "risk", "medium", "high", None),
    ]


def test_a_label_with_no_true_rule_is_null():
    """A purchase takes the risk back to nothing."""
    found = told(order(0), order(40))
    assert (40, "risk", "medium", None, None) in found


def test_the_tier_comes_first_then_labels_in_policy_order():
    """The changes of one fact are numbered in that order."""
    events = [order(0, 1), interaction(40), order(40, 250), interaction(40)]
    done = run(policy(LABELS), log(*events))
    assert [(c["version"], c.get("label", "tier")) for c in done.changes] == [
        (1, "tier"),
        (2, "risk"),
        (3, "tier"),
        (4, "size"),
        (5, "risk"),
        (6, "busy"),
    ]


def test_a_label_never_moves_the_tier():
    """Labels come and go while the tier stays."""
    found = told(order(0), interaction(1), interaction(1), day_reached(120))
    assert {what for _, what, *_ in found} == {"busy", "risk"}


def test_a_window_that_empties_moves_a_label_on_its_day():
    """interactions(7) >= 2 ends on the day the first of the two leaves the window."""
    # day   1 i   3 i      8        10
    #             yes      no
    found = told(order(0), interaction(1), interaction(3), day_reached(20))
    assert found == [(3, "busy", "no", "yes", None), (8, "busy", "yes", "no", None)]


def test_null_compares_false_and_its_opposite_too():
    """With nothing to read a comparison is false, whichever way it is put."""
    rules = """
labels:
  trend:
    - {value: up, when: "trend(30) >= 0"}
    - {value: down, when: "trend(30) < 0"}
    - {value: odd, when: "trend(30) * 0 == 0 or trend(30) != 0"}
    - {value: unknown, when: "not trend(30) >= 0"}
"""
    assert run(policy(rules), log(order(0))).changes[0]["labels"] == {"trend": "unknown"}


def test_dividing_by_nothing_is_null():
    """A division by zero is null, so what compares with it is false."""
    rules = """
labels:
  ratio:
    - {value: some, when: "spend(30) / interactions(30) >= 0"}
    - {value: none, when: "not (1 / 0 == 1 / 0)"}
"""
    done = run(policy(rules), log(order(0), interaction(0)))
    assert done.moves[1:] == [(0, "ratio", "none", "some", None)]


def test_many_rules_are_one_label():
    """A table of hundreds of rules is compiled as one of three is."""
    rows = "\n".join(f'    - {{value: v{n}, when: "orders(365) >= {300 - n}"}}' for n in range(300))
    done = run(policy(f"labels:\n  rows:\n{rows}"), log(order(0), order(1)))
    assert done.changes[0]["labels"] == {"rows": "v299"}
    assert done.moves[1:] == [(1, "rows", "v299", "v298", None)]
