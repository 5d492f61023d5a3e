"""Who would differ under a second policy, in a history graded by hand."""

import pytest
from small_backtest import THREE_WEEKS, P, Q, graded

from streams.replay.report_comparison import Comparing, Comparison, compare
from streams.replay.report_difference import Difference, Direction, direction_of, reason_of


@pytest.fixture(scope="module")
def found() -> Comparison:
    """P against Q."""
    return compare((P, graded(P, THREE_WEEKS)), (Q, graded(Q, THREE_WEEKS)))


def test_customers_are_counted_by_both_tiers(found):
    """Rows are the first policy's, columns the second's; None is not graded."""
    assert found.customers == 7
    assert found.matrix == {
        ("mid", "mid"): 1,
        ("mid", "low"): 1,
        ("low", "low"): 2,
        ("low", "mid"): 1,
        ("low", None): 1,
        (None, "low"): 1,
    }


def test_who_moves_is_counted_by_direction(found):
    """Fay up, bob down, hal graded at last, gus no more."""
    assert found.directions == {
        "up": 1,
        "down": 1,
        "other": 0,
        "newly_graded": 1,
        "no_longer_graded": 1,
    }
    assert found.moved == 4
    assert found.as_json()["tier_differs_share"] == round(4 / 7, 6)


def test_labels_of_both_policies_are_compared(found):
    """Fay and ivy are big under the second; a label of one policy only is named."""
    assert found.labels == {"size": 2}
    assert (found.only, found.only_against) == (("mood",), ("worth",))
    assert found.labels_only == 1


def test_each_difference_has_scores_labels_and_the_main_reason(found):
    """Line by line as `differences.jsonl` holds them, by id."""
    size = {"size": {"value": "small", "against": "big"}}
    keys = ("customer_id", "tier", "tier_against", "direction", "score", "score_against")
    lines = [
        ("bob", "mid", "low", "down", 62.5, 37.5, {}, ("spend", 50.0, 12.5)),
        ("fay", "low", "mid", "up", 35.0, 52.5, size, ("visits", 25.0, 50.0)),
        ("gus", "low", None, "no_longer_graded", 37.5, None, {}, None),
        ("hal", None, "low", "newly_graded", None, 0.0, {}, None),
        ("ivy", "low", "low", None, 22.5, 27.5, size, ("visits", 12.5, 25.0)),
    ]
    parts = ("dimension", "points", "points_against")
    assert [one.as_json() for one in found.differences] == [
        dict(zip(keys, line, strict=False))
        | {"labels": labels, "reason": reason and dict(zip(parts, reason, strict=True))}
        for *line, labels, reason in lines
    ]


def moved(name: str, to: str, way: Direction | None, gain: float) -> Difference:
    """A customer who is `low` under the first policy."""
    return Difference(name, "low", to, way, 10.0, 10.0 + gain, {}, None)


def test_the_sample_takes_each_kind_of_move_in_turn():
    """First the clearest of each kind, those of unknown direction last; then the next."""
    ups = [moved(f"up-{at:02}", "mid", "up", 5.0 + at) for at in range(12)]
    rare = [moved("rare", "top", "up", 1.0)]
    odd = [moved("odd-1", "fair", "other", 80.0), moved("odd-2", "fair", "other", 90.0)]
    same = [moved("same", "low", None, 70.0)]
    comparing = Comparing(P, Q, keep=False)
    for one in (*ups, *rare, *odd, *same):
        comparing.add(one)
    sample = comparing.done().sample
    names = ["up-11", "rare", "odd-2", "up-10", "odd-1", *(f"up-{at:02}" for at in (9, 8, 7, 6, 5))]
    assert [one.customer_id for one in sample] == names


def test_a_sample_of_many_holds_the_clearest_of_all():
    """However many there are, and in whatever order they come."""
    comparing = Comparing(P, Q, keep=False)
    for at in range(1000):
        comparing.add(moved(f"{at:03}", "mid", "up", float(at * 7 % 1000)))
    sample = comparing.done().sample
    assert [one.score_against - 10.0 for one in sample] == [999.0 - at for at in range(10)]
    assert comparing.done().differences == ()


def test_a_policy_differs_from_itself_in_nothing():
    """The same policy on both sides moves nobody."""
    results = graded(P, THREE_WEEKS)
    same = compare((P, results), (P, results))
    assert (same.moved, same.labels_only, same.differences) == (0, 0, ())
    assert same.matrix == {("mid", "mid"): 2, ("low", "low"): 4}


@pytest.mark.parametrize(
    ("tier", "against", "way"),
    [("low", "top", "up"), ("mid", "low", "down"), ("mid", "fair", "other"), ("top", "best", "up")],
)
def test_tiers_of_other_names_are_compared_where_one_policy_orders_both(tier, against, way):
    """A tier put in above is up; a tier renamed cannot be compared."""
    first, second = ["low", "mid", "top"], ["low", "fair", "top", "best"]
    assert direction_of(tier, against, first, second) == way


def test_tiers_that_changed_places_cannot_be_compared():
    """Up in one order and down in the other is neither."""
    assert direction_of("low", "mid", ["low", "mid"], ["mid", "low"]) == "other"


def test_a_move_against_the_score_is_not_put_on_a_dimension():
    """Down with more points than before: the bounds did it, not what gained."""
    points, against = {"spend": 20.0, "visits": 5.0}, {"spend": 24.0, "visits": 3.0}
    assert reason_of(points, against, "down") is None
    assert reason_of(points, against, "up").dimension == "spend"


def test_a_dimension_of_one_policy_alone_counts_as_nothing_in_the_other():
    """It is named, with no points on the other side."""
    assert reason_of({"spend": 20.0}, {"recency": 9.0}, "down") == ("spend", 20.0, None)
    assert reason_of({"spend": 2.0}, {"recency": 9.0}, "up") == ("recency", None, 9.0)
