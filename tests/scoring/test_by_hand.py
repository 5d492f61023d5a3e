"""Tiers moved by hand. Spend of 30 days: silver from 100, gold from 200.

Timelines read from left to right: `o` is an order, `[` and `]` the first and the last day of
an override, `^` a promotion, `v` a demotion. Day 0 is January 1, 2024.
"""

import pytest
from agreement import check_agreement, grades
from builders import (
    clear,
    day_reached,
    document,
    interaction,
    iso,
    log,
    order,
    override,
    policy,
    policy_from,
    recalculate,
    refund,
)
from moving import DAILY, moves
from runs import FIRST, Run, run

from scoring.advance import advance
from scoring.facts import PolicyTaken
from scoring.units import Day

PROMOTES = "move: {triggers: [{name: crossing, fires_on: any, promote: true}]}\n"


def told(rules: str, *events: dict) -> list[tuple]:
    """The moves of the tier, which the oracle confirms."""
    check_agreement(policy(rules), document(rules), log(*events))
    return moves(rules, *events)


@pytest.mark.parametrize(
    ("kind", "tier", "spent", "effective"),
    [
        ("floor", "silver", 10, "silver"),
        ("floor", "silver", 300, "gold"),
        ("ceiling", "silver", 10, "bronze"),
        ("ceiling", "silver", 300, "silver"),
        ("pin", "silver", 10, "silver"),
        ("pin", "silver", 300, "silver"),
    ],
)
def test_floor_ceiling_and_pin(kind, tier, spent, effective):
    """At least, at most, exactly: whatever is computed beside it."""
    records = log(order(0, spent), override(1, kind, tier))
    grade = grades(run(policy(), records))["ann"]
    computed = {10: "bronze", 300: "gold"}[spent]
    assert (grade["tier"], grade["computed"]) == (effective, computed)
    told("", order(0, spent), override(1, kind, tier))


def test_an_override_counts_until_and_including_its_last_day():
    """Set on day 3 until day 5, it ends with the tick of day 6."""
    # day   0      3 [^        5 ]      6 v
    events = [order(0, 10), override(3, "pin", "gold", until=5)]
    assert told("", *events, day_reached(5)) == [(3, "bronze", "gold", "manual")]
    assert told("", *events, day_reached(6))[1:] == [(6, "gold", "bronze", "manual")]
    done = run(policy(), log(*events, day_reached(9)))
    assert done.states["ann"].override is None
    assert done.changes[-1]["cause"] == {"tick": iso(6)}


def test_the_end_of_an_override_is_a_due_day():
    """The day after its last one, and nothing once it is cleared."""
    events = [order(0, 10), override(3, "pin", "gold", until=5)]
    assert run(policy(PROMOTES), log(*events)).states["ann"].due == FIRST + 6
    assert run(policy(PROMOTES), log(*events, clear(4))).states["ann"].due is None


def test_clearing_gives_the_computed_tier_back():
    """At once and all the way, whatever the hold and the steps."""
    events = [order(0, 10), override(1, "floor", "gold"), clear(2)]
    assert told("", *events) == [
        (1, "bronze", "gold", "manual"),
        (2, "gold", "bronze", "manual"),
    ]


def test_a_new_override_replaces_the_one_before():
    """There is one at a time: the floor does not come back when the ceiling ends."""
    # day   1 [floor silver    2 [ceiling gold ] 4
    events = [order(0, 10), override(1, "floor", "silver"), override(2, "ceiling", "gold", until=4)]
    assert told("", *events, day_reached(9)) == [
        (1, "bronze", "silver", "manual"),
        (2, "silver", "bronze", "manual"),
    ]


def test_an_override_whose_last_day_is_over_only_takes_the_place_of_another():
    """It comes too late to count; the one before is gone all the same."""
    events = [order(0, 10), override(1, "pin", "gold"), day_reached(9)]
    assert told("", *events, override(5, "pin", "silver", until=8))[1:] == [
        (9, "gold", "bronze", "manual")
    ]


def test_the_computed_tier_moves_in_shadow():
    """Nothing is said of a move that the override hides; afterwards it shows."""
    # day   0 o10    1 [pin silver      5 o500 (gold in shadow)     9 ]   10 ^
    events = [order(0, 10), override(1, "pin", "silver", until=9), order(5, 500)]
    assert told("", *events, day_reached(10)) == [
        (1, "bronze", "silver", "manual"),
        (10, "silver", "gold", "manual"),
    ]


@pytest.mark.parametrize(("more", "shadow"), [(80, "silver"), (90, "gold")])
def test_keep_counts_for_the_computed_tier_only(more, shadow):
    """Pinned to gold one does not keep gold in shadow: it has to be entered."""
    # day   0 o110 (silver)   1 [pin gold   2 o80: 190 would keep gold; o90: 200 enters it
    events = [order(0, 110), override(1, "pin", "gold"), order(2, more)]
    assert grades(run(policy(), log(*events)))["ann"]["computed"] == shadow
    assert told("", *events) == [(1, "silver", "gold", "manual")]


def test_a_move_above_a_floor_is_named_by_its_trigger():
    """The floor lets the computed tier rise, and catches it as it falls."""
    # day   1 [floor silver   5 o500 ^gold     35 |10: bronze in shadow, silver counts
    events = [order(0, 10), override(1, "floor", "silver"), order(5, 500), day_reached(40)]
    rules = DAILY.replace("demote: true", "demote: true, steps: all")
    assert told(rules, *events)[1:] == [
        (5, "silver", "gold", "crossing"),
        (35, "gold", "silver", "daily"),
    ]


def test_an_override_and_a_trigger_on_one_day_are_one_change():
    """The pin ends on the day the review lowers the shadow: the pin kept the tier, it is named."""
    # day   0 o100 (silver)   2 [pin gold      30 ]   31 Feb 1: pin over, review
    events = [order(0, 100), override(2, "pin", "gold", until=30), day_reached(31)]
    assert told("", *events)[1:] == [(31, "gold", "bronze", "manual")]
    # The same with a pin to what is computed anyway: then it was the review.
    events = [order(0, 100), override(2, "pin", "silver", until=30), day_reached(31)]
    assert told("", *events) == [(31, "silver", "bronze", "review")]


def test_the_hold_counts_from_the_computed_tier():
    """Neither setting nor ending an override starts one."""
    # day   0 o100      25 [pin gold ] 27     30 v (hold of 30 over)
    events = [order(0, 100), override(25, "pin", "gold", until=27), day_reached(30)]
    assert told(DAILY, *events)[-1] == (30, "silver", "bronze", "daily")


def test_who_has_no_tier_gets_none_from_an_override():
    """It waits for the first grade, and still ends on its day."""
    rules = "eligible: first_order"
    events = [interaction(0), override(1, "pin", "gold", until=5)]
    waiting = run(policy(rules), log(*events))
    assert (waiting.changes, waiting.states["ann"].due) == ([], FIRST + 6)
    assert first_tier(run(policy(rules), log(*events, order(5, 10)))) == ("gold", "first-grade")
    assert first_tier(run(policy(rules), log(*events, order(6, 10)))) == ("bronze", "first-grade")
    assert run(policy(rules), log(*events, day_reached(6))).states["ann"].override is None
    told(rules, *events, order(5, 10), day_reached(9))


def first_tier(done: Run) -> tuple[str, str]:
    """What the first grade gave, and by which trigger."""
    return done.changes[0]["to"], done.changes[0]["trigger"]


@pytest.mark.parametrize("eligible", ["first_order", "first_fact"])
def test_a_command_is_nothing_the_customer_did(eligible):
    """It makes nobody eligible, and tenure does not count from it."""
    rules = f"eligible: {eligible}"
    commands = [override(0, "pin", "gold"), recalculate(0), clear(1), recalculate(2)]
    done = run(policy(rules), log(*commands, day_reached(90)))
    assert done.changes == []
    assert grades(done)["ann"]["tier"] is None
    done = run(policy(rules), log(*commands, order(5, 10)))
    assert done.states["ann"].first_day == FIRST + 5


def test_a_command_is_taken_once():
    """The same event id among the last facts is a duplicate, for commands as for orders."""
    events = [order(0, 10), override(1, "pin", "gold"), clear(2)]
    again = override(3, "pin", "gold", event_id="e1")
    done = run(policy(), log(*events, again))
    assert done.outcomes == {"folded": 3, "duplicate": 1}
    assert done.states["ann"].override is None


def test_the_change_tells_of_the_override():
    """Kind, tier and who: beside the tier there would be without it."""
    events = [order(0, 10), override(1, "floor", "silver", until=9), order(5, 500)]
    _, first, second = run(policy(), log(*events)).changes
    assert first["override"] == {
        "kind": "floor",
        "tier": "silver",
        "computed_tier": "bronze",
        "reason": "key account",
        "author": "kim",
        "set_on": iso(1),
        "until": iso(9),
    }
    assert second["override"] == first["override"] | {"computed_tier": "gold"}


def test_a_recalculation_ignores_the_hold_and_goes_all_the_way():
    """What is pending is done when somebody asks for it."""
    # day   0 o500 gold    1 r450: silver is left... no trigger    2 v
    events = [order(0, 500), refund(1, 490), day_reached(2)]
    assert told("", *events) == []
    assert told("", *events, recalculate(2)) == [(2, "gold", "bronze", "manual")]
    assert told("", *events, recalculate(2), recalculate(2)) == [(2, "gold", "bronze", "manual")]


def test_a_recalculation_of_what_is_right_says_nothing():
    """Nothing is published, the version stays."""
    done = run(policy(), log(order(0, 150), recalculate(0), recalculate(9)))
    assert len(done.changes) == done.states["ann"].version == 1


def test_a_recalculation_under_an_override_moves_the_shadow():
    """What counts stays what the override says."""
    events = [order(0, 500), refund(1, 490), override(2, "pin", "gold"), recalculate(3)]
    assert told("", *events) == []
    assert told("", *events, clear(4)) == [(4, "gold", "bronze", "manual")]


@pytest.mark.parametrize("command", ["grade.recalculate", "override.set", "override.clear"])
def test_any_does_not_fire_on_a_command(command):
    """A recalculation fires what names `manual`; setting and clearing fire nothing."""
    rules = f"""
move:
  triggers:
    - {{name: x, fires_on: any, when: "type == '{command}'", demote: true, ignore_hold: true}}
    - {{name: board, fires_on: manual, demote: true, steps: 1, ignore_hold: true}}
"""
    events = [order(0, 500), refund(1, 490), override(2, "pin", "gold"), clear(3)]
    assert told(rules, *events, day_reached(9)) == []
    # Steps are for demotions that come by themselves.
    assert told(rules, *events, recalculate(3)) == [(3, "gold", "bronze", "board")]


def test_a_policy_may_bar_and_name_what_is_done_by_hand():
    """Its own trigger on `manual` takes the place of the built-in one."""
    rules = (
        "move: {triggers: [{name: crossing, fires_on: any, promote: true},"
        " {name: board, fires_on: manual, promote: true}]}"
    )
    events = [order(0, 500), refund(1, 490), recalculate(2)]
    assert told(rules, *events) == []
    # An override asks for no permission, but goes by that name.
    assert told(rules, *events, override(3, "pin", "silver")) == [(3, "gold", "silver", "board")]


@pytest.mark.parametrize(
    ("triggers", "spent", "back", "moved"),
    [
        ("", 0, 0, []),
        ("", 500, 490, []),
        ("{name: new, fires_on: policy, demote: true, ignore_hold: true}", 500, 490, ["new"]),
    ],
)
def test_a_new_policy_promotes_and_leaves_demotions_to_the_review(triggers, spent, back, moved):
    """Unless it has a trigger of its own on `policy` that says otherwise."""
    given = document(f"move: {{triggers: [{triggers or CROSSING}]}}")
    done = run(policy_from(given), log(order(0, spent), refund(0, back)))
    decision = advance(done.states["ann"], PolicyTaken(day()), done.rules.judge, day())
    assert [change.trigger for change in decision.changes] == moved


CROSSING = "{name: order, fires_on: order.paid, promote: true}"


def test_a_lower_bound_in_a_new_policy_promotes():
    """Who is above a bound that was lowered rises when the new version comes, by `policy`."""
    old, new = (
        run(policy(f"tiers: [{{name: bronze, enter: 0}}, {{name: silver, enter: {bound}}}]"), log())
        for bound in (100, 50)
    )
    (state,) = run(policy(), log(order(0, 60))).states.values()
    assert advance(state, PolicyTaken(day()), old.rules.judge, day()).changes == []
    (change,) = advance(state, PolicyTaken(day()), new.rules.judge, day()).changes
    assert (change.trigger, change.to, change.occurred_ms) == ("policy", "silver", None)


def day() -> Day:
    """The day after the first of the test."""
    return Day(FIRST + 1)
