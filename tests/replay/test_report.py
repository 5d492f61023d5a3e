"""What a backtest reports of a history graded by hand."""

from datetime import date

import pytest
from small_backtest import QUARTER, P, graded

from streams.replay.report import Report, report_of
from streams.replay.report_timeline import by_month, timeline


@pytest.fixture(scope="module")
def report() -> Report:
    """The ten weeks under P."""
    return report_of(graded(P, QUARTER), P, {"top": 0.1})


def test_tiers_are_counted_at_the_end(report):
    """Four graded of five: eve is at the top, the others fell to the bottom."""
    assert report.as_of == "2024-03-11"
    assert report.counts == {"low": 3, "mid": 0, "top": 1}
    assert (report.customers, report.graded) == (5, 4)
    told = report.as_json()
    assert told["shares"] == {"low": 0.75, "mid": 0.0, "top": 0.25}
    assert told["intended_shares"] == {"top": 0.1}
    assert told["not_graded"] == 1


def test_the_migration_is_from_the_first_tier_to_the_last(report):
    """Ann rose and fell again, bob fell, cyd stayed, eve rose."""
    assert report.first_to_last == {("low", "low"): 2, ("mid", "low"): 1, ("low", "top"): 1}


def test_moves_are_all_tier_changes(report):
    """Ann's way up and down counts, though she is where she began."""
    assert report.moves == {
        (None, "low"): 3,
        (None, "mid"): 1,
        ("low", "mid"): 2,
        ("mid", "top"): 1,
        ("mid", "low"): 2,
    }


def test_changes_are_counted_by_month_and_trigger(report):
    """In February only labels moved; the month is there all the same."""
    assert report.months == ["2024-01", "2024-02", "2024-03"]
    assert report.triggers == ("first-grade", "crossing", "review")
    assert report.by_trigger == {
        ("2024-01", "first-grade"): 3,
        ("2024-01", "crossing"): 1,
        ("2024-03", "first-grade"): 1,
        ("2024-03", "crossing"): 2,
        ("2024-03", "review"): 2,
    }
    assert report.by_label == {
        ("2024-01", "size"): 1,
        ("2024-02", "size"): 2,
        ("2024-03", "size"): 1,
    }


def test_labels_are_counted_by_value(report):
    """Every value of the policy is there, and who is not graded is not counted."""
    assert report.labels == {"size": {"big": 1, "small": 3}, "mood": {"fine": 4}}


def test_the_timeline_holds_each_day_from_the_first_grade(report):
    """Days between changes repeat the last count; the last day is that of the tiers."""
    daily = timeline(report.steps, report.tiers, report.as_of)
    assert (daily.days[0], daily.days[-1]) == (date(2024, 1, 4), date(2024, 3, 11))
    counts = [tuple(of[at] for of in daily.counts.values()) for at in range(len(daily.days))]
    two, all_three = [(1, 1, 0)] * 2, [(0, 2, 0)] * 5
    assert counts == [*two, *all_three, *[(1, 2, 0)] * 50, *[(3, 0, 1)] * 11]


def test_a_long_timeline_is_drawn_by_month(report):
    """Each month's last day, and the last day of all."""
    monthly = by_month(timeline(report.steps, report.tiers, report.as_of))
    assert monthly.days == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 11)]
    assert monthly.counts == {"low": [1, 1, 3], "mid": [2, 2, 0], "top": [0, 0, 1]}


def test_nobody_is_a_report_too():
    """No customer, no share, no month, and no day of a timeline."""
    empty = report_of(graded(P, []), P, {})
    assert (empty.graded, empty.as_of, empty.months) == (0, None, [])
    assert empty.as_json()["shares"] == {"low": None, "mid": None, "top": None}
    assert timeline(empty.steps, empty.tiers, "").days == []
