"""What leaves on `reminders`, on which days, and what is left out."""

import json

from builders import day_reached, iso, log, order, override, policy
from builders import interaction as visit
from runs import FIRST, run

from scoring.units import Day
from streams.outbox.reminders import REMINDERS

COME_BACK = "reminders: [{name: come-back, since: last_active, after_days: [3, 7, 15]}]"
WARNED = "warnings: {before_days: [30, 7, 1]}"


def days(done) -> list[tuple[str, int]]:
    """Day of each notice, and its step in days."""
    return [
        (notice["effective_on"], notice.get("after_days") or notice["before_days"])
        for notice in done.notices
    ]


def test_silence_is_told_on_the_third_the_seventh_and_the_fifteenth_day():
    """Each step on its day, however long the silence goes on."""
    done = run(policy(COME_BACK), log(order(1), day_reached(100)))
    assert days(done) == [(iso(4), 3), (iso(8), 7), (iso(16), 15)]


def test_an_order_or_a_visit_begins_a_new_silence():
    """The steps left are forgotten; an order ends both kinds, a visit one."""
    ladders = """
    reminders:
      - {name: visit, since: last_active, after_days: [3, 7]}
      - {name: order, since: last_purchase, after_days: [3, 7]}
    """
    done = run(policy(ladders), log(order(1), visit(5), order(10), day_reached(12)))
    told = [(notice["reminder"], notice["effective_on"]) for notice in done.notices]
    assert told == [("visit", iso(4)), ("order", iso(4)), ("visit", iso(8)), ("order", iso(8))]


def test_a_visitor_without_a_tier_is_reminded_unless_the_policy_asks_for_an_order():
    """There is no tier to tell, and nothing else is published."""
    done = run(policy(COME_BACK), log(visit(1), day_reached(6)))
    (notice,) = done.notices
    assert (notice["tier"], notice["labels"], done.changes) == (None, {}, [])
    buyers = COME_BACK.replace("15]", '15], when: "lifetime_orders > 0"')
    assert run(policy(buyers), log(visit(1), day_reached(6))).notices == []


def test_after_downtime_a_worker_tells_the_latest_step_only():
    """When the wall says that the next step is due as well, the one before is out of date."""
    for until, told in ((10, [(iso(8), 7)]), (30, [(iso(16), 15)])):
        assert days(run(policy(COME_BACK), log(order(1)), until=Day(FIRST + until))) == told


def test_a_reminder_names_silence_step_and_next_day():
    """The whole row: headers, key and body."""
    done = run(policy(COME_BACK), log(order(3), day_reached(6)))
    (row,) = (row for _, row in done.rows if row.topic == REMINDERS)
    headers = dict(row.headers)
    assert headers["ce_id"] == b"ann:reminder:come-back:2024-01-04:3"
    assert headers["ce_type"] == b"regrade.reminder.due.v1"
    assert (row.key, headers["ce_subject"]) == (b"ann", b"ann")
    assert json.loads(row.value or b"") == {
        "id": "ann:reminder:come-back:2024-01-04:3",
        "type": "reminder.due",
        "customer_id": "ann",
        "reminder": "come-back",
        "step": 1,
        "of": 3,
        "after_days": 3,
        "counted_from": "last_active",
        "since": "2024-01-04",
        "tier": "bronze",
        "labels": {},
        "effective_on": "2024-01-07",
        "next_on": "2024-01-11",
        "occurred_at": "2024-01-07T00:00:00.000Z",
        "policy": {"id": "test", "version": 1},
        "mode": "replay",
    }


def test_a_demotion_is_told_thirty_seven_and_one_day_before_it_comes():
    """The money leaves on day 33, but the next review is on day 60: that is the day foretold."""
    done = run(policy(WARNED), log(order(3, 100), day_reached(70)))
    assert days(done) == [(iso(30), 30), (iso(53), 7), (iso(59), 1)]
    assert {notice["downgrade_on"] for notice in done.notices} == {iso(60)}
    assert {(n["from"], n["to"], n["trigger"]) for n in done.notices} == {
        ("silver", "bronze", "review")
    }
    assert [n["next_on"] for n in done.notices] == [iso(53), iso(59), iso(60)]
    assert done.moves[-1] == (60, "tier", "silver", "bronze", "review")


def test_an_order_withdraws_a_warning_silently_and_the_new_day_has_its_own():
    """The demotion of day 60 does not come; that of day 91 does."""
    done = run(policy(WARNED), log(order(3, 100), order(55, 100), day_reached(91)))
    assert [(n["before_days"], n["downgrade_on"]) for n in done.notices] == [
        (30, iso(60)),
        (7, iso(60)),
        (30, iso(91)),
        (7, iso(91)),
        (1, iso(91)),
    ]


def test_nobody_is_warned_of_losing_a_tier_that_comes_first():
    """Held at silver until day 20 the next move is up to gold; then gold is what will be lost."""
    held = override(5, "pin", "silver", until=20)
    early = "warnings: {before_days: [50, 30]}"
    done = run(policy(early), log(order(3, 200), held, day_reached(59)))
    assert days(done) == [(iso(30), 30)]
    assert (done.notices[0]["from"], done.notices[0]["to"]) == ("gold", "silver")


def test_a_policy_without_notices_asks_nothing():
    """Neither object is made: the hot path has one branch."""
    rules = run(policy(), log(order(1))).rules
    assert (rules.notices, rules.herald) == (None, None)
