"""What comes again changes nothing: 64 events and 512 orders are remembered."""

from builders import day_reached, interaction, log, order, policy
from runs import Run, run


def outcome_of_last(*events: dict) -> str:
    """What became of the last event."""
    done = run(policy(), log(*events), chunks=[len(events) - 1, 1])
    ((_, outcome),) = done.batches[-1].outcomes
    return outcome


def taken(done: Run) -> tuple[int, int]:
    """How many orders of ann count, and what they come to."""
    state = done.states["ann"]
    return state.lifetime_orders, state.lifetime_spend


def test_the_same_event_is_a_duplicate():
    """An event id among the customer's 64 last facts is not folded again."""
    assert outcome_of_last(order(0), order(9, 50, event_id="e0")) == "duplicate"
    others = [interaction(1) for _ in range(63)]
    again = interaction(2, event_id="e0")
    assert outcome_of_last(interaction(0), *others, again) == "duplicate"
    assert outcome_of_last(interaction(0), *others, interaction(1), again) == "folded"


def test_events_of_other_customers_are_not_counted():
    """Two customers may use the same event ids."""
    assert outcome_of_last(order(0), order(0, customer_id="bob", event_id="e0")) == "folded"


def test_the_same_order_is_a_duplicate():
    """An order id that is remembered with the same amount is a no-op."""
    again = order(3, "40.00", order_id="o0")
    assert outcome_of_last(order(0, 40), again) == "duplicate"


def test_the_same_order_with_another_amount_is_a_conflict():
    """The first stands; the second is counted and dead-lettered with that reason."""
    done = run(policy(), log(order(0, 40), order(3, "40.01", order_id="o0")))
    assert done.outcomes == {"folded": 1, "conflict": 1}
    assert taken(done) == (1, 4000)
    (letter,) = done.dead_letters
    assert ("regrade_reason", b"conflict") in letter.headers


def test_a_duplicate_moves_the_day_and_nothing_else():
    """The partition day follows duplicates and conflicts; the customer does not."""
    done = run(policy(), log(order(0, 150), order(40, 150, order_id="o0")))
    assert done.meta.day - done.states["ann"].last_purchase == 40
    assert done.moves[1:] == [(31, "tier", "silver", "bronze", "review")]


def test_an_order_is_remembered_for_400_days():
    """At 400 days the same order is a duplicate, at 401 a new one."""
    known = [order(0, order_id="o"), day_reached(300)]
    assert outcome_of_last(*known, order(400, order_id="o")) == "duplicate"
    assert outcome_of_last(*known, order(401, order_id="o")) == "folded"


def test_the_512_orders_folded_last_are_remembered():
    """One order more, and the first is forgotten, however old the others are."""
    orders = [order(n // 10, 1, order_id=f"n{n}") for n in range(512)]
    again = order(60, 1, order_id="n0")
    assert outcome_of_last(*orders, again) == "duplicate"
    assert outcome_of_last(*orders, order(60, 1, order_id="n512"), again) == "folded"
