"""The oracle against results computed by hand.

Timelines read from left to right; `o` is an order, `r` a refund, `|` the partition
day on which the readings are taken, `x` what must not be counted.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from oracle import Event, replay
from oracle.expressions import ExpressionError, condition, reading_of

DAY_0 = date(2024, 1, 2)


def iso(day):
    """Return the ISO date of a day counted from 2024-01-02."""
    return (DAY_0 + timedelta(days=day)).isoformat()


def stamp(day, clock="12:00:00"):
    """Return an instant on a day, in the zone of the policy."""
    return f"{iso(day)}T{clock}+08:00"


def policy(*, readings=(), tiers=((0, None),), triggers=(), labels=None, **more):
    """Return a small policy; each reading is a dimension capped at 100, weight 1."""
    names = ["bronze", "silver", "gold", "diamond"]
    return {
        "policy": "check",
        "version": 1,
        "score": [{"name": text, "reading": text, "cap": 100, "weight": 1} for text in readings],
        "tiers": [
            {"name": name, "enter": enter} | ({} if keep is None else {"keep": keep})
            for name, (enter, keep) in zip(names, tiers, strict=False)
        ],
        "move": {"triggers": list(triggers)},
        "labels": labels or {},
        **more,
    }


class Log:
    """Writes the log of one partition, one record after the other."""

    def __init__(self):
        self.events = []

    def raw(self, value, key=b"c", topic="orders"):
        """Append a record as it is."""
        self.events.append(Event(topic, len(self.events), key, value))
        return self

    def put(self, type_, day, *, key=None, clock="12:00:00", **fields):
        """Append a record of customer `c`, complete unless fields say otherwise."""
        document = {
            "type": type_,
            "event_id": f"e{len(self.events)}",
            "customer_id": "c",
            "occurred_at": stamp(day, clock),
        } | fields
        key = document["customer_id"].encode() if key is None else key
        return self.raw(json.dumps(document).encode(), key)

    def paid(self, day, amount, order_id=None, **fields):
        """Append a paid order."""
        order_id = order_id or f"o{len(self.events)}"
        return self.put("order.paid", day, order_id=order_id, amount=amount, **fields)

    def refunded(self, day, order_id, amount, **fields):
        """Append a refund."""
        return self.put("order.refunded", day, order_id=order_id, amount=amount, **fields)

    def did(self, day, kind, **fields):
        """Append an interaction."""
        return self.put("interaction", day, kind=kind, **fields)

    def hold(self, day, kind, tier, until=None):
        """Append an override, until and including a day if one is given."""
        last = None if until is None else iso(until)
        fields = {"kind": kind, "tier": tier, "reason": "why", "author": "who", "until": last}
        return self.put("override.set", day, **fields)

    def reach(self, day):
        """Append the record that only moves the partition day."""
        event = {
            "type": "day.reached",
            "event_id": f"d{len(self.events)}",
            "occurred_at": stamp(day),
        }
        return self.raw(json.dumps(event).encode(), None)

    def readings(self, *texts, **more):
        """Replay, and return the final values of some readings of customer `c`."""
        result = replay(policy(readings=texts, **more), self.events)
        readings = result.customers["c"]["readings"]
        return [readings[text] for text in texts]

    def outcomes(self, **more):
        """Replay under a policy without readings and return the outcomes."""
        return replay(policy(**more), self.events).outcomes

    def moves(self, document):
        """Replay and return each change as type, from, to, trigger and day."""
        return [
            (c["type"], c["from"], c["to"], c["trigger"], c["effective_on"])
            for c in replay(document, self.events).changes
        ]


def test_a_window_holds_its_first_day_and_drops_the_one_before():
    """spend(30) on day 29 still holds day 0; on day 30 it does not."""
    # day   0 ........ 29    30
    #       o100       |100  |0
    #       [-- 30 days --]
    log = Log().paid(0, 100)
    assert log.reach(29).readings("spend(30)", "active_days(30)") == [100, 1]
    assert log.reach(30).readings("spend(30)", "active_days(30)") == [0, 0]


def test_a_shifted_window_ends_where_the_plain_one_begins():
    """orders(30, ending=30) on day 59 covers the days 0 to 29."""
    # day   0          29 | 30         59
    #       o           o | o           |
    #       [  the ending | the plain   ]   2 before, 1 now: trend 1/2 - 1
    texts = ("orders(30)", "orders(30, ending=30)", "trend(30)")
    for today, expected in (
        (58, [2, 1, 1]),  # day 29 is still in the plain window
        (59, [1, 2, -0.5]),
        (60, [0, 2, -1]),  # day 30 and day 0 have left theirs
        (89, [0, 1, -1]),
        (90, [0, 0, None]),
    ):
        log = Log().paid(0, 1).paid(29, 1).paid(30, 1).reach(today)
        assert log.readings(*texts) == expected


def test_a_local_day_begins_at_local_midnight():
    """16:00 UTC is the next day in Shanghai, by text and by milliseconds alike."""
    # UTC       15:59:59.999 | 16:00
    # Shanghai  day 0        | day 1
    instant = datetime(2024, 1, 2, 16, tzinfo=UTC)
    millis = int(instant.timestamp() * 1000)
    for occurred_at in ("2024-01-02T16:00:00Z", millis):
        log = Log().paid(0, 5, occurred_at=occurred_at)
        assert replay(policy(), log.events).day == date(2024, 1, 3)
    for occurred_at in ("2024-01-02T15:59:59.999Z", millis - 1):
        log = Log().paid(0, 5, occurred_at=occurred_at)
        assert replay(policy(), log.events).day == date(2024, 1, 2)


def test_churn_is_high_from_day_ninety_and_not_before():
    """The label and the churn-window trigger both move on day 90, by its tick."""
    # day   0             89        90
    #       o100 (gold)   medium    high, gold -> silver
    labels = {
        "churn_risk": [
            {"value": "high", "when": "recency_days >= 90"},
            {"value": "low"},
        ]
    }
    churn = {
        "name": "churn-window",
        "fires_on": "tick",
        "when": "recency_days == 90",
        "demote": True,
    }
    document = policy(
        readings=["spend(60)"],
        tiers=((0, 0), (50, 45), (80, 72)),
        triggers=[churn],
        labels=labels,
    )
    log = Log().paid(0, 100)
    assigned = ("tier.assigned", None, "gold", "first-grade", iso(0))
    assert log.reach(89).moves(document) == [assigned]
    assert log.reach(200).moves(document) == [
        assigned,
        ("tier.downgraded", "gold", "silver", "churn-window", iso(90)),
        ("label.changed", "low", "high", None, iso(90)),
    ]
    cause = replay(document, log.events).changes[1]["cause"]
    assert cause == {"tick": iso(90)}


@pytest.mark.parametrize(("due", "moved"), [(29, False), (30, True)])
def test_the_hold_is_over_after_thirty_days(due, moved):
    """A demotion is permitted on the 30th day since the tier was set, not the 29th."""
    # day   0 set   29 held   30 free
    down = {
        "name": "down",
        "fires_on": "tick",
        "when": f"tenure_days == {due}",
        "demote": True,
    }
    document = policy(readings=["spend(10)"], tiers=((0, 0), (50, 45)), triggers=[down])
    moves = Log().paid(0, 60).reach(60).moves(document)
    assert [move[4] for move in moves[1:]] == ([iso(30)] if moved else [])


def test_a_refund_ignores_the_hold_and_may_drop_all_the_way():
    """`steps: all` with `ignore_hold` goes to the target on the day of the refund."""
    # day   0 o90 gold   1 r90 -> bronze at once
    refund = {
        "name": "refund",
        "fires_on": ["order.refunded", "order.cancelled"],
        "demote": True,
        "steps": "all",
        "ignore_hold": True,
    }
    document = policy(
        readings=["spend(365)"],
        tiers=((0, 0), (50, 45), (80, 72)),
        triggers=[refund],
    )
    log = Log().paid(0, 90, "a").refunded(1, "a", 90)
    assert log.moves(document)[1:] == [("tier.downgraded", "gold", "bronze", "refund", iso(1))]


def test_a_tier_is_kept_at_keep_and_entered_at_enter():
    """At 49.50 silver is kept but not entered; at 49.49 it is lost."""
    # enter 55, keep 49.5 (nine tenths): day 0 60.00, then refunds lower the score
    document = policy(
        readings=["spend(365)"],
        tiers=((0, None), (55, None)),
        triggers=[
            {"name": "down", "fires_on": "any", "demote": True, "ignore_hold": True},
            {"name": "up", "fires_on": "any", "promote": True},
        ],
    )
    log = Log().paid(0, 60, "a").refunded(1, "a", "10.50")
    assert len(log.moves(document)) == 1
    assert replay(document, log.events).customers["c"]["score"] == 49.5
    log.refunded(2, "a", "0.01").paid(3, "5.50").paid(4, "0.01")
    assert log.moves(document)[1:] == [
        ("tier.downgraded", "silver", "bronze", "down", iso(2)),
        ("tier.upgraded", "bronze", "silver", "up", iso(4)),
    ]


def test_keep_is_nine_tenths_rounded_half_up():
    """Enter 55.05 keeps at 49.55, the half of 49.545 going up."""
    document = policy(
        readings=["spend(365)"],
        tiers=((0, None), ("55.05", None)),
        triggers=[{"name": "down", "fires_on": "any", "demote": True, "ignore_hold": True}],
    )
    log = Log().paid(0, "55.05", "a").refunded(1, "a", "5.50")
    assert len(log.moves(document)) == 1
    assert len(log.refunded(1, "a", "0.01").moves(document)) == 2


def test_a_refund_lowers_the_day_of_the_order_and_is_counted_on_its_own():
    """Spend falls where the order was; refunds rise where the refund was."""
    # day   0       40        41      69
    #       o100    r30       o50     |
    #               [ 30 days ....... ]   refunds 30, spend 50
    #       [ 70 days ............... ]   refunds 30, spend 70 + 50
    log = Log().paid(0, 100, "a").refunded(40, "a", 30).paid(41, 50).reach(69)
    texts = ("spend(30)", "refunds(30)", "spend(70)", "refund_rate(70)", "orders(70)")
    assert log.readings(*texts) == [50, 30, 120, 0.2, 2]
    # The refund of the first order touches neither of the readings of the last one.
    log = Log().paid(0, 100, "a").refunded(40, "a", 100).reach(69)
    assert log.readings("recency_days", "last_order_amount") == [69, 100]


def test_a_refund_may_name_the_day_of_its_order():
    """`ordered_at` beats what is remembered; an unknown order uses the refund's day."""
    # day   0      5 (named)   10
    #       o100   -40         r40, and r7 of an order nobody knows
    log = Log().paid(0, 100, "a")
    log.refunded(10, "a", 40, ordered_at=stamp(5)).refunded(10, "zzz", 7)
    log.paid(10, 50)
    assert log.readings("spend(1)", "spend(6)", "spend(11)") == [43, 3, 103]


def test_partial_refunds_that_reach_the_amount_give_the_order_back_once():
    """60 + 40 of 100 is full; what follows never takes a second order back."""
    # o100 o5 | r60 (2 orders) | r40 (1) | r10 full (1) | cancelled (1)
    log = Log().paid(0, 100, "a").paid(0, 5, "b").refunded(1, "a", 60)
    texts = ("orders(30)", "lifetime_orders", "lifetime_spend", "refunds(30)")
    assert log.readings(*texts) == [2, 2, 45, 60]
    assert log.refunded(2, "a", 40).readings(*texts) == [1, 1, 5, 100]
    assert log.refunded(3, "a", 10, full=True).readings(*texts) == [1, 1, -5, 110]
    log.put("order.cancelled", 4, order_id="a")
    assert log.readings(*texts) == [1, 1, -5, 110]
    # Spend is read as 0 when below: 105 - 110 is not -5.
    assert log.readings("spend(30)") == [0]


def test_a_cancellation_takes_what_is_left():
    """After a refund of 30, cancelling an order of 100 takes 70 and the order."""
    log = Log().paid(0, 100, "a").refunded(1, "a", 30)
    log.put("order.cancelled", 2, order_id="a")
    texts = ("orders(9)", "spend(9)", "refunds(1)", "average_order(9)")
    assert log.readings(*texts) == [0, 0, 70, None]
    # An unknown order gives back one order and, without an amount, no money.
    log.put("order.cancelled", 2, order_id="zzz")
    assert log.readings("orders(9)", "lifetime_orders") == [-1, -1]
    # An earlier window below zero is as good as empty.
    assert log.reach(11).readings("orders(9, ending=9)", "trend(9)") == [-1, None]


def test_duplicates_and_conflicts_change_nothing_but_the_day():
    """Same id and amount is a duplicate, another amount a conflict, both move time."""
    log = Log().paid(0, 100, "a", event_id="x")
    log.paid(1, "100.00", "a").paid(2, 101, "a").paid(3, 7, "b", event_id="x")
    log.did(3, "login", event_id="y").did(3, "view", event_id="y")
    result = replay(policy(readings=["lifetime_spend"]), log.events)
    assert result.outcomes == [
        "folded",
        "duplicate",
        "conflict",
        "duplicate",
        "folded",
        "duplicate",
    ]
    assert result.customers["c"]["readings"] == {"lifetime_spend": 100}
    assert result.day == DAY_0 + timedelta(days=3)


def test_an_event_id_is_remembered_for_sixty_four_facts():
    """The 64th fact after the first is the one that makes its id new again."""
    # x, then 63 others: x is still the oldest of 64; one more and it is forgotten.
    log = Log().did(0, "login", event_id="x")
    for number in range(63):
        log.did(0, "view", event_id=f"v{number}")
    log.did(0, "login", event_id="x").did(0, "view", event_id="v63")
    log.did(0, "login", event_id="x")
    assert log.outcomes()[64:] == ["duplicate", "folded", "folded"]


def test_an_order_is_remembered_for_four_hundred_days():
    """On day 400 a repeated order is a duplicate; on day 401 it is a new order."""
    # day   0 o    400 duplicate   401 folded
    log = Log().paid(0, 100, "a").reach(366).paid(400, 100, "a").paid(401, 100, "a")
    assert log.outcomes() == ["folded", "day", "duplicate", "folded"]


def test_five_hundred_and_twelve_orders_are_remembered():
    """The 513th order makes the first one forgotten, and no other."""
    log = Log().paid(0, 1, "first").paid(0, 1, "second")
    for number in range(510):
        log.paid(0, 1, f"n{number}")
    log.paid(0, 1, "first").paid(0, 1, "n510").paid(0, 1, "second")
    log.paid(0, 1, "first")
    assert log.outcomes()[512:] == ["duplicate", "folded", "duplicate", "folded"]


def test_a_late_event_counts_on_its_own_day():
    """An order of day 0 that comes on day 20 is in spend(21), not in spend(20)."""
    # day   0 (comes on 20)   5      20
    #       o8                o1     |
    log = Log().paid(5, 1).reach(20).paid(0, 8)
    texts = ("spend(20)", "spend(21)", "recency_days", "tenure_days")
    assert log.readings(*texts) == [1, 9, 15, 20]
    assert log.readings("last_order_amount") == [1]
    # On equal instants the later in the log stands.
    assert log.paid(5, 3).readings("last_order_amount") == [3]


def test_beyond_the_retained_span_only_lifetime_totals_move():
    """Day 0 is retained on day 400; on day 401 it is lifetime and tenure only."""
    # day   0 (late)             400 | 401
    #       o8   in the row on 400   | lifetime only on 401
    texts = ("lifetime_spend", "last_order_amount", "tenure_days", "orders(401)")
    for today, last_order, row_orders in ((400, 8, 1), (401, None, 0)):
        log = Log().did(today, "login").paid(0, 8)
        assert log.readings(*texts) == [8, last_order, today, row_orders]


def test_labels_move_in_policy_order_after_the_tier():
    """One order moves the tier, then two labels; versions follow that order."""
    labels = {
        "zeta": [{"value": "big", "when": "spend(9) >= 50"}, {"value": "small"}],
        "alpha": [{"value": "many", "when": "orders(9) > 1"}],
        "still": [{"value": "here"}],
    }
    up = {"name": "crossing", "fires_on": "any", "promote": True}
    document = policy(
        readings=["spend(365)"],
        tiers=((0, 0), (50, 45)),
        triggers=[up],
        labels=labels,
    )
    log = Log().paid(0, 1).paid(0, 60)
    changes = replay(document, log.events).changes
    short = [(c["version"], c.get("label"), c["from"], c["to"]) for c in changes]
    assert short == [
        (1, None, None, "bronze"),
        (2, None, "bronze", "silver"),
        (3, "zeta", "small", "big"),
        (4, "alpha", None, "many"),
    ]
    assert changes[2]["cause"] == {"topic": "orders", "offset": 1, "event_id": "e1"}
    assert changes[2]["score"] == 61


def test_a_monthly_review_takes_one_step_and_waits_for_the_hold():
    """Two levels too high: down one, then, thirty days being over, one more."""
    # 2024-01-02 gold | Feb 1: day 30, spend(20) gone -> silver
    #                 | Mar 1: 29 days later, held   | Apr 1 -> bronze
    review = {
        "name": "review",
        "fires_on": "tick",
        "calendar": "monthly",
        "promote": True,
        "demote": True,
    }
    tiers = ((0, 0), (50, 45), (80, 72))
    document = policy(readings=["spend(20)"], tiers=tiers, triggers=[review])
    log = Log().paid(0, 90).reach(120)
    assert log.moves(document)[1:] == [
        ("tier.downgraded", "gold", "silver", "review", "2024-02-01"),
        ("tier.downgraded", "silver", "bronze", "review", "2024-04-01"),
    ]
    # With `all`, one review is enough; by the quarter, it is that of April.
    for steps, calendar, day in (
        ("all", "monthly", "2024-02-01"),
        ("all", "quarterly", "2024-04-01"),
        ("all", "half-yearly", "2024-07-01"),
    ):
        other = review | {"steps": steps, "calendar": calendar}
        document = policy(readings=["spend(20)"], tiers=tiers, triggers=[other])
        moves = Log().paid(0, 90).reach(200).moves(document)
        assert moves[1:] == [("tier.downgraded", "gold", "bronze", "review", day)]


def test_a_large_order_names_the_move_and_others_leave_it_to_crossing():
    """The first trigger that fired and permits the move gives its name."""
    large = {
        "name": "large-order",
        "fires_on": "order.paid",
        "when": "amount >= 20000",
        "promote": True,
    }
    crossing = {"name": "crossing", "fires_on": "any", "promote": True}
    document = policy(
        tiers=((0, 0), (1, 1), (20000, 18000)),
        triggers=[large, crossing],
        by="spend(365)",
        rates={"USD": "7.10"},
    )
    del document["score"]
    log = Log().did(0, "login").paid(0, 0).paid(1, "0.99").paid(2, "0.01")
    # 2816.90 dollars are 19,999.99 yuan; 2816.902 are 20,000.0042.
    log.paid(3, "2816.90", currency="USD").paid(4, "2816.902", currency="USD")
    assert log.moves(document) == [
        ("tier.assigned", None, "bronze", "first-grade", iso(0)),
        ("tier.upgraded", "bronze", "silver", "crossing", iso(2)),
        ("tier.upgraded", "silver", "gold", "crossing", iso(3)),
    ]
    log = Log().paid(0, 2).paid(1, "2816.902", currency="USD")
    assert log.moves(document)[1][3] == "large-order"
    assert replay(document, log.events).customers["c"]["score"] is None


def test_money_is_rounded_half_even_and_the_score_half_up():
    """0.005 is 0.00, 0.015 is 0.02; a score of 0.005 is 0.01."""
    for amount, minor in (("0.005", 0), ("0.015", 0.02), (0.025, 0.02), ("1e1", 10)):
        assert Log().paid(0, amount).readings("lifetime_spend") == [minor]
    # 0.01 of a cap of 200 is 0.005 points; just below rounds down.
    document = policy(readings=["spend(9)"])
    for cap, score in ((200, 0.01), (201, 0.0)):
        document["score"][0]["cap"] = cap
        result = replay(document, Log().paid(0, "0.01").events)
        assert result.customers["c"]["score"] == score


def test_each_normaliser_and_what_is_missing():
    """Cap, decay, share and steps; a null is its `missing` value or is left out."""
    # spend 50 of 100 = 0.5; recency 3 of 12 -> 0.75; high margin 10 of 40 = 0.25;
    # orders 1 -> 0.2 in the table; on time: null, worth 0.6.
    document = policy()
    document["score"] = [
        {"name": "a", "reading": "spend(365)", "cap": 100, "weight": 0.3},
        {"name": "b", "reading": "recency_days", "decay": 12, "weight": 0.2},
        {"name": "c", "reading": "high_margin_share(9)", "share": True, "weight": 0.2},
        {
            "name": "d",
            "reading": "orders(9)",
            "steps": [{"from": 1, "value": 0.2}, {"from": 2, "value": 0.9}],
            "weight": 0.1,
        },
        {
            "name": "e",
            "reading": "on_time_rate(9)",
            "share": True,
            "weight": 0.2,
            "missing": 0.6,
        },
    ]
    lines = [{"amount": 10, "high_margin": True}, {"amount": 30}]
    log = Log().paid(0, 50, lines=lines).reach(3)
    # 0.15 + 0.15 + 0.05 + 0.02 + 0.12 = 0.49
    assert replay(document, log.events).customers["c"]["score"] == 49
    document["score"][4]["missing"] = "skip"
    # 0.37 / 0.8
    assert replay(document, log.events).customers["c"]["score"] == 46.25


def test_every_other_reading_of_a_small_history():
    """Lines, invoices, interactions and days of activity, counted by hand."""
    # day   0                 1            2          3      4
    #       o10 food,toys     o30 food     invoices   login  |
    log = Log()
    log.put("customer.registered", 0, registered_at=stamp(-7), attributes={"age": "30"})
    first = [
        {"amount": 6, "margin": 2, "category": "food", "new_product": True},
        {"amount": 4, "margin": "0.50", "category": "toys"},
    ]
    log.paid(0, 10, lines=first)
    log.paid(1, 30, lines=[{"amount": 10, "category": "food"}])
    for paid_day, due_day in ((1, 1), (2, 1), (2, 5)):
        log.put(
            "invoice.settled",
            2,
            invoice_id="i",
            due_at=stamp(due_day, "00:00:00"),
            paid_at=stamp(paid_day),
        )
    log.put("invoice.overdue", 2, invoice_id="j", due_at=stamp(1))
    for kind in ("login", "login", "referral", "complaint", "survey"):
        log.did(3, kind)
    log.reach(4)
    expected = {
        "margin(9)": 2.5,
        "new_product_share(9)": 0.3,
        "categories(9)": 2,
        "categories(4)": 1,
        "average_order(9)": 20,
        "order_volatility(9)": 0.5,
        "order_volatility(4)": None,
        "on_time_rate(9)": 2 / 3,
        "on_time_rate(3)": 0.5,
        "overdue(9)": 1,
        "interactions(9)": 5,
        "interactions(9, login)": 2,
        "interactions(9, login, ending=2)": 0,
        "referrals(9)": 1,
        "complaints(9)": 1,
        "surveys(9)": 1,
        "inactive_days": 1,
        "recency_days": 3,
        "tenure_days": 11,
        "last_order_amount": 30,
    }
    texts = [text for text in expected if "login, ending" not in text]
    assert log.readings(*texts) == [expected[text] for text in texts]
    shifted = "interactions(9, login, ending=1)"
    assert log.readings(shifted) == [2]


def test_every_refusal_has_its_code():
    """One record for each reason, and none of them moves the partition day."""
    log = Log().paid(0, 1, "a").raw(None).raw(b"{").raw(b"[]").raw(b'{"type": NaN}')
    log.put("order.shipped", 0).paid(0, 1, customer_id="").paid(0, True)
    log.paid(0, -1).paid(0, "1_0").paid(0, 1, event_id="")
    log.paid(0, 1, occurred_at="2024-01-02T12:00:00").did(0, "sneeze")
    log.paid(0, 1, key=b"other").paid(0, 1, currency="XAU").paid(367, 1)
    log.paid(366, 1).refunded(366, "a", 1, ordered_at=stamp(367))
    assert log.outcomes() == [
        "folded",
        "rejected:null_value",
        "rejected:bad_json",
        "rejected:bad_json",
        "rejected:bad_json",
        "rejected:unknown_type",
        "rejected:missing_customer",
        "rejected:bad_field",
        "rejected:bad_field",
        "rejected:bad_field",
        "rejected:bad_field",
        "rejected:bad_field",
        "rejected:bad_field",
        "rejected:key_mismatch",
        "rejected:unknown_currency",
        "rejected:future",
        "folded",
        "rejected:bad_field",
    ]


def test_exclusion_comes_after_decoding_and_before_the_other_checks():
    """A test record of a wrong key is excluded; a broken test record is rejected."""
    log = Log().paid(0, 1, test=True, key=b"other").paid(0, "x", test=True)
    log.paid(0, 1, customer_id="test-1", currency="XAU").raw(log.events[0].value, key=None)
    assert log.outcomes(exclude=["^test-"]) == [
        "excluded",
        "rejected:bad_field",
        "excluded",
        "rejected:missing_customer",
    ]
    assert replay(policy(exclude=["^test-"]), log.events).day is None


def test_eligibility_decides_when_the_first_grade_is_given():
    """An interaction grades nobody under first_order, and everybody else."""
    log = Log().did(0, "login").reach(5).paid(6, 90)
    for eligible, day in (("first_order", 6), ("first_fact", 0)):
        moves = log.moves(policy(readings=["spend(9)"], eligible=eligible))
        assert moves == [("tier.assigned", None, "bronze", "first-grade", iso(day))]


def test_customers_are_ticked_day_by_day_and_by_name():
    """Two customers and two days: the day comes first, then the id."""
    # day   0 b,z o   3 a,y o   tick 10: b, z   tick 13: a, y
    labels = {"fresh": [{"value": 1, "when": "recency_days < 10"}, {"value": 0}]}
    log = Log()
    for day, name in ((0, "z"), (0, "b"), (3, "y"), (3, "a")):
        log.paid(day, 1, customer_id=name)
    log.reach(20)
    changes = replay(policy(labels=labels), log.events).changes[4:]
    order = [(c["customer_id"], c["effective_on"]) for c in changes]
    assert order == [("b", iso(10)), ("z", iso(10)), ("a", iso(13)), ("y", iso(13))]


def test_expressions_are_exact_and_strict():
    """8 orders of 10 are a trend of -0.2 and not a bit more."""
    labels = {"down": [{"value": True, "when": "trend(10) <= -0.20"}]}
    log = Log()
    for number in range(18):
        log.paid(0 if number < 10 else 10, 1)
    result = replay(policy(labels=labels), log.events)
    assert result.customers["c"]["labels"] == {"down": True}
    for text in (
        "1 < 2 < 3",
        "spend(365)",
        "not 1",
        "amount > 1",
        "spend(0) > 1",
        "spend(9, login) > 1",
        "spend(days=9) > 1",
        "(lambda: 1)() == 1",
        "2 ** 3 > 1",
        "'a' < 'b'",
        "True",
    ):
        with pytest.raises(ExpressionError):
            condition(text, with_fields=False)
    assert reading_of("orders(90, ending=90)").ending == 90


def test_null_is_never_true_and_spoils_arithmetic():
    """Comparisons with null are false, their negation true, division by zero null."""
    rules = [
        ("trend(9) != 1", False),
        ("not trend(9) == 1", True),
        ("trend(9) + 1 > 0 or trend(9) + 1 <= 0", False),
        ("1 / (orders(9) - orders(9)) == 0", False),
        ("orders(9) == 1 and -orders(9) < 0", True),
    ]
    labels = {text: [{"value": True, "when": text}, {"value": False}] for text, _ in rules}
    result = replay(policy(labels=labels), Log().paid(0, 1).events)
    assert result.customers["c"]["labels"] == dict(rules)


def test_attributes_are_texts_beside_texts_and_numbers_beside_numbers():
    """The latest word on each stands; never said, or of another type, is null."""
    rules = [
        ("attribute('region') == 'east'", True),
        ("attribute('staff') < 50", True),
        ("attribute('staff') >= 49.5", True),
        ("attribute('staff') != '49.5'", False),
        ("attribute('age') >= 30", False),
        ("attribute('age') == '30'", True),
        ("attribute('vip') == 'true'", True),
        ("attribute('vip') >= 0", False),
        ("attribute('gone') != 'x' or attribute('never') != 'x'", False),
        ("attribute('region') == attribute('region')", True),
        ("attribute('staff') == attribute('staff')", False),
    ]
    log = Log()
    said = {"region": "west", "staff": 49.5, "age": "30", "gone": "x"}
    log.put("customer.registered", 0, registered_at=stamp(-7), attributes=said)
    said = {"region": "east", "vip": True, "gone": None}
    log.put("customer.registered", 1, registered_at=stamp(-7), attributes=said)
    labels = {text: [{"value": True, "when": text}, {"value": False}] for text, _ in rules}
    result = replay(policy(labels=labels), log.paid(1, 1).events)
    assert result.customers["c"]["labels"] == dict(rules)


def test_a_label_may_be_a_mapping():
    """What makes it a tag changes nothing."""
    values = [{"value": "some", "when": "orders(9) >= 1"}, {"value": "none"}]
    tag = {"group": "behaviour/purchase", "definition": "Buys", "source": "orders"}
    labels = {"plain": values, "tag": tag | {"values": values}}
    result = replay(policy(labels=labels), Log().paid(0, 1).events)
    assert result.customers["c"]["labels"] == {"plain": "some", "tag": "some"}


BY_SPEND = {
    "tiers": ((0, 0), (50, 45), (80, 72)),
    "readings": ["spend(30)"],
    "triggers": [{"name": "crossing", "fires_on": "any", "promote": True}],
}


def test_an_override_binds_until_its_last_day_and_the_computed_tier_goes_on():
    """Bronze is pinned to gold; silver in shadow, it comes to light when the pin ends."""
    # day   0 o10 bronze    2 [pin gold    3 o50 silver in shadow    5 ]   6
    log = Log().paid(0, 10).hold(2, "pin", "gold", until=5).paid(3, 50)
    assert log.moves(policy(**BY_SPEND)) == [
        ("tier.assigned", None, "bronze", "first-grade", iso(0)),
        ("tier.upgraded", "bronze", "gold", "manual", iso(2)),
    ]
    customer = replay(policy(**BY_SPEND), log.events).customers["c"]
    assert (customer["tier"], customer["computed"], customer["target"]) == (
        "gold",
        "silver",
        "silver",
    )
    assert customer["override"] == {
        "kind": "pin",
        "tier": "gold",
        "computed_tier": "silver",
        "reason": "why",
        "author": "who",
        "set_on": iso(2),
        "until": iso(5),
    }
    assert len(log.reach(5).moves(policy(**BY_SPEND))) == 2
    ended = log.reach(6).moves(policy(**BY_SPEND))
    assert ended[2:] == [("tier.downgraded", "gold", "silver", "manual", iso(6))]


def test_a_floor_lifts_a_ceiling_caps_and_the_last_one_set_stands():
    """Each replaces the one before; without one the computed tier is back."""
    log = Log().paid(0, 60).hold(1, "floor", "gold").hold(2, "ceiling", "bronze")
    log.hold(3, "floor", "bronze").put("override.clear", 4)
    assert [move[1:] for move in log.moves(policy(**BY_SPEND))[1:]] == [
        ("silver", "gold", "manual", iso(1)),
        ("gold", "bronze", "manual", iso(2)),
        ("bronze", "silver", "manual", iso(3)),
    ]


def test_a_recalculation_takes_every_step_at_once_and_only_once():
    """No trigger but the one that is built in may demote."""
    log = Log().paid(0, 90, "o").refunded(1, "o", 90).put("grade.recalculate", 2)
    log.put("grade.recalculate", 2)
    assert log.moves(policy(**BY_SPEND))[1:] == [
        ("tier.downgraded", "gold", "bronze", "manual", iso(2))
    ]
    board = BY_SPEND | {"triggers": [{"name": "board", "fires_on": "manual", "promote": True}]}
    assert len(log.moves(policy(**board))) == 1
