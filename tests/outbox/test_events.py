"""The public text of a change: one body, seven headers, a topic by kind."""

import json

import pytest
from builders import day_reached, iso, log, order, policy
from runs import Run, run

from scoring.calendar import LAST_DAY
from scoring.units import MS_PER_DAY
from streams.instants import rfc3339
from streams.outbox.scribe import CURRENT_TIER

RULES = """
time_zone: America/Sao_Paulo
score:
  - {name: amount, reading: "spend(30)", cap: 200, weight: 3}
  - {name: timely, reading: "on_time_rate(30)", share: true, weight: 1, missing: skip}
tiers:
  - {name: bronze, enter: 0}
  - {name: silver, enter: 50, keep: 45}
  - {name: gold, enter: 90}
move: {triggers: [{name: daily, fires_on: any, promote: true, demote: true}]}
labels: {stage: [{value: aged, when: "recency_days >= 2"}, {value: fresh}]}
"""


def story() -> Run:
    """A customer with a name that needs care: assigned, promoted, aged."""
    who = {"customer_id": 'é"客\n'}
    events = [order(0, 20, **who), order(1, 80, **who), day_reached(3)]
    return run(policy(RULES), log(*events))


def test_a_first_grade_tells_everything_behind_it():
    """Score, dimensions, distance to the next tier, labels, cause: all in one event."""
    assert story().changes[0] == {
        "id": 'é"客\n:1',
        "type": "tier.assigned",
        "customer_id": 'é"客\n',
        "version": 1,
        "from": None,
        "to": "bronze",
        "rank_from": None,
        "rank_to": 0,
        "tier": "bronze",
        "score": 10.0,
        "trigger": "first-grade",
        "cause": {"topic": "orders", "partition": 0, "offset": 0, "event_id": "e0"},
        "effective_on": iso(0),
        "occurred_at": f"{iso(0)}T12:00:00.000Z",
        "policy": {"id": "test", "version": 1},
        "labels": {"stage": "fresh"},
        "due_on": iso(2),
        "mode": "replay",
        "dimensions": [
            {
                "name": "amount",
                "reading": "spend(30)",
                "value": 20.0,
                "normalised": 0.1,
                "weight": 3.0,
                "points": 10.0,
            },
            {
                "name": "timely",
                "reading": "on_time_rate(30)",
                "value": None,
                "normalised": None,
                "weight": 1.0,
                "points": None,
            },
        ],
        "next_tier": {"tier": "silver", "at": 50.0, "missing": 40.0},
        "keep": {"tier": "bronze", "at": 0.0, "margin": 10.0},
        "override": None,
    }


def test_a_promotion_tells_both_ranks_and_the_margin():
    """From and to by name and rank, and how far the tier is from being lost."""
    change = story().changes[1]
    assert (change["type"], change["version"]) == ("tier.upgraded", 2)
    assert (change["from"], change["to"]) == ("bronze", "silver")
    assert (change["rank_from"], change["rank_to"]) == (0, 1)
    assert change["keep"] == {"tier": "silver", "at": 45.0, "margin": 5.0}
    assert change["next_tier"] == {"tier": "gold", "at": 90.0, "missing": 40.0}


def test_a_label_made_by_time_is_caused_by_the_day():
    """A tick is named by its day and stands for that day's midnight in the zone."""
    change = story().changes[2]
    assert (change["type"], change["label"]) == ("label.changed", "stage")
    assert (change["from"], change["to"], change["trigger"]) == ("fresh", "aged", None)
    assert change["cause"] == {"tick": iso(3)}
    assert change["occurred_at"] == f"{iso(3)}T03:00:00.000Z"
    assert "dimensions" not in change


def test_tiers_and_labels_have_topics_of_their_own():
    """The key is the customer; the headers are those of CloudEvents in binary mode."""
    rows = [row for _, row in story().rows if row.topic != CURRENT_TIER]
    assert [row.topic for row in rows] == ["tier-changes", "tier-changes", "label-changes"]
    for row in rows:
        body = json.loads(row.value)
        assert row.key == body["customer_id"].encode()
        assert dict(row.headers) == {
            "ce_specversion": b"1.0",
            "ce_id": body["id"].encode(),
            "ce_source": b"/regrade/test",
            "ce_type": f"regrade.{body['type']}.v1".encode(),
            "ce_subject": row.key,
            "ce_time": body["occurred_at"].encode(),
            "content-type": b"application/json",
        }


def test_beside_each_tier_change_stands_the_tier_held():
    """One row a customer is kept of it, so it says all that a promotion engine looks up."""
    first, second = [row for _, row in story().rows if row.topic == CURRENT_TIER]
    assert first.key == second.key == 'é"客\n'.encode()
    assert dict(second.headers)["ce_id"] == 'é"客\n:2:current'.encode()
    assert dict(second.headers)["ce_type"] == b"regrade.tier.current.v1"
    assert json.loads(second.value) == {
        "customer_id": 'é"客\n',
        "version": 2,
        "tier": "silver",
        "rank": 1,
        "score": 50.0,
        "since": iso(1),
        "trigger": "daily",
        "occurred_at": f"{iso(1)}T12:00:00.000Z",
        "policy": {"id": "test", "version": 1},
        "override": None,
        "mode": "replay",
    }


def test_at_the_top_there_is_no_next_tier():
    """Who has the highest tier misses nothing."""
    (change,) = run(policy(RULES), log(order(0, 500))).changes
    assert (change["to"], change["next_tier"]) == ("gold", None)
    assert change["keep"] == {"tier": "gold", "at": 81.0, "margin": 19.0}


def test_ranked_by_a_reading_the_distance_is_in_its_unit():
    """Bounds and gaps of money are in major units; there is no score."""
    (change,) = run(policy(), log(order(0, "130.5"))).changes
    assert change["score"] is None
    assert change["next_tier"] == {"tier": "gold", "at": 200.0, "missing": 69.5}
    assert change["keep"] == {"tier": "silver", "at": 90.0, "margin": 40.5}


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_704_067_199_999, "2023-12-31T23:59:59.999Z"),
        ((LAST_DAY + 1) * MS_PER_DAY - 1, "2199-12-31T23:59:59.999Z"),
    ],
)
def test_instants_are_written_to_the_millisecond(ms, text):
    """Three decimals, always, in UTC."""
    assert rfc3339(ms) == text
