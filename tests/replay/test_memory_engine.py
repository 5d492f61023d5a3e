"""The memory engine tells what it refused by the lines of the file."""

from builders import order
from small_backtest import P, graded


def test_a_last_row_too_far_ahead_is_refused_and_ends_nothing():
    """It is refused as any row is; the end of the replay goes with it."""
    results = graded(P, [order(3), order(9), order(1700)])
    assert [(row.line, row.reason) for row in results.rejected] == [(3, "future")]
    assert [row["as_of"] for row in results.customers] == ["2024-01-10"]
