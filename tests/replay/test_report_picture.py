"""The picture of a backtest says what the report says, and is drawn for any report."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders import order
from matplotlib.axes import Axes
from small_backtest import QUARTER, THREE_WEEKS, P, Q, graded

from streams.replay.report import report_of
from streams.replay.report_comparison import compare
from streams.replay.report_picture import draw, picture_of
from streams.replay.report_time_picture import tier_colours

YEARS = [order(3 + 300 * year) for year in range(6)]
PNG = b"\x89PNG\r\n\x1a\n"


def told(figure) -> list[str]:
    """Every text of a picture that is not empty, those of its parts too."""
    texts = [text.get_text() for text in figure.findobj(lambda part: hasattr(part, "get_text"))]
    return [text for text in texts if text]


def test_the_picture_names_the_policy_the_axes_and_every_count():
    """Policy and version on top, each tier with its last count, each kind of move."""
    texts = told(picture_of(report_of(graded(P, QUARTER), P, {})))
    assert "test version 1, up to 2024-03-11" in texts
    assert {"customers", "end of day", "from", "to", "up", "down", "first grade"} <= set(texts)
    assert {"\u25a0 low 3", "\u25a0 mid 0", "\u25a0 top 1"} <= set(texts)
    assert sorted(text for text in texts if text in set("123")) == ["1", "1", "2", "2", "3"]


def test_the_picture_of_a_comparison_names_both_policies():
    """Both over time, and who ends where; who is not graded has a row and a column."""
    runs = [(policy, graded(policy, THREE_WEEKS)) for policy in (P, Q)]
    reports = [report_of(results, policy, {}) for policy, results in runs]
    figure = picture_of(reports[0], (reports[1], compare(*runs)))
    texts = told(figure)
    assert "test v1 against test v2, up to 2024-01-21" in texts
    assert {"under test v1", "under test v2"} <= set(texts)
    matrix = figure.findobj(Axes)[-1]
    for names in (matrix.get_xticklabels(), matrix.get_yticklabels()):
        assert [name.get_text() for name in names] == ["top", "mid", "low", "not graded"]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
@pytest.mark.parametrize(
    "events",
    [[], [order(3)], YEARS, QUARTER],
    ids=["nobody", "one-day", "years", "quarter"],
)
def test_any_history_can_be_drawn(tmp_path, events, suffix):
    """No warning, no error, a file of the kind its name says."""
    path = tmp_path / f"picture.{suffix}"
    draw(path, report_of(graded(P, events), P, {}))
    assert path.read_bytes().startswith({"png": PNG, "svg": b"<?xml", "pdf": b"%PDF"}[suffix])


def test_many_tiers_of_long_names_are_drawn_slanted_and_few_small_ones_twice(tmp_path):
    """Twelve tiers of long names fit; tiers that would be slivers get their own part."""
    tiers = tuple(f"tier-of-a-long-name-{at}" for at in range(12))
    start = date(2024, 1, 1)
    steps = {(tiers[at // 90], (start + timedelta(at)).isoformat()): 1 for at in range(100)}
    report = replace(report_of(graded(P, []), P, {}), tiers=tiers, steps=steps, as_of="2024-06-01")
    figure = picture_of(report)
    assert f"Customers per tier: only those above {tiers[0]}" in told(figure)
    turned = [
        text.get_rotation()
        for text in figure.findobj(lambda part: hasattr(part, "get_text"))
        if text.get_text() == tiers[3]
    ]
    assert 35 in turned
    draw(tmp_path / "many.png", report)


def test_a_policy_may_be_named_by_any_path(tmp_path):
    """Dollars in it are no formula, not even a wrong one."""
    one = replace(report_of(graded(P, QUARTER), P, {}), name="test v1 (a$^$b.yaml)")
    same = compare(*[(P, graded(P, QUARTER))] * 2)
    draw(tmp_path / "odd.png", one, (one, same))


def test_the_colours_of_tiers_stay_apart_without_colour():
    """From light to dark: in grey, too, each tier is darker than the one below."""
    for count in range(1, 8):
        shades = [
            sum(w * int(c[at : at + 2], 16) for w, at in ((0.299, 1), (0.587, 3), (0.114, 5)))
            for c in tier_colours(count)
        ]
        assert all(a - b > 15 for a, b in itertools.pairwise(shades))
