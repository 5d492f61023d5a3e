"""When a tier follows its target. Spend of 30 days: silver from 100, gold from 200.

Timelines read from left to right: `o` is an order, `r` a refund, `^` a promotion, `v` a
demotion; what is bought on day d leaves the window on day d + 30.
"""

import pytest
from builders import day_reached, order
from moving import DAILY, moves


@pytest.mark.parametrize(
    ("second", "moved"), [(90, []), ("89.99", [(30, "silver", "bronze", "daily")])]
)
def test_a_tier_is_kept_down_to_nine_tenths_of_its_enter(second, moved):
    """Silver is entered at 100 and kept at 90; at 89.99 it is lost."""
    # day   0          20        30
    #       o100 ^     o90       |90 is left
    assert moves(DAILY, order(0, 100), order(20, second), day_reached(49)) == moved


def test_keep_may_be_given():
    """A policy may keep a tier at any bound up to its enter."""
    tiers = "tiers: [{name: a, enter: 0}, {name: b, enter: 100, keep: 100}]"
    events = [order(0, 100), order(20, 99), day_reached(49)]
    assert moves(f"{DAILY}\n{tiers}", *events) == [(30, "b", "a", "daily")]


def test_above_the_tier_only_enter_counts():
    """Who lost silver does not get it back for reaching its keep."""
    # day   0      30 v     31
    #       o100   |0       o95
    events = [order(0, 100), order(31, 95), order(32, 5)]
    assert moves(DAILY, *events) == [
        (30, "silver", "bronze", "daily"),
        (32, "bronze", "silver", "crossing"),
    ]


def test_promotion_goes_straight_to_the_target():
    """A rise over two bounds is one move."""
    assert moves("", order(0, 1), order(1, 500)) == [(1, "bronze", "gold", "crossing")]


@pytest.mark.parametrize(("hold", "day"), [(29, 34), (30, 35), (31, 36), (0, 30)])
def test_no_demotion_before_the_hold_is_over(hold, day):
    """A tier set on day 5 may be lost from day 5 + hold on, not a day sooner."""
    # day   0      5          30              35
    #       o60    o60 ^      |60 is left     v
    rules = DAILY.replace("hold_days: 30", f"hold_days: {hold}")
    events = [order(0, 60), order(5, 60)]
    lost = [(day, "silver", "bronze", "daily")]
    assert moves(rules, *events, day_reached(day))[1:] == lost
    assert moves(rules, *events, day_reached(day - 1))[1:] == []


def test_every_setting_of_the_tier_starts_a_hold():
    """Assignment, promotion and demotion alike: gold to bronze takes two holds."""
    events = [order(0, 500), day_reached(70)]
    assert moves(DAILY, *events) == [
        (30, "gold", "silver", "daily"),
        (60, "silver", "bronze", "daily"),
    ]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("1", [(30, "gold", "silver", "daily"), (60, "silver", "bronze", "daily")]),
        ("2", [(30, "gold", "bronze", "daily")]),
        ("all", [(30, "gold", "bronze", "daily")]),
    ],
)
def test_a_trigger_may_set_its_own_steps(steps, expected):
    """A demotion goes down as many levels as the trigger says."""
    rules = DAILY.replace("demote: true", f"demote: true, steps: {steps}")
    assert moves(rules, order(0, 500), day_reached(70)) == expected


def test_a_demotion_never_goes_below_its_target():
    """With steps to spare it stops where the value belongs."""
    rules = DAILY.replace("demote: true", "demote: true, steps: all")
    events = [order(0, 500), order(20, 150), day_reached(40)]
    assert moves(rules, *events) == [(30, "gold", "silver", "daily")]
