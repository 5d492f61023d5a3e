"""Tables of a report on a terminal and elsewhere."""

import io

import pytest
from builders import day_reached, order
from rich.console import Console
from small_backtest import P, Q, graded

from streams.replay import report_comparison_view, report_view
from streams.replay.report import report_of
from streams.replay.report_comparison import compare
from streams.screen import show

ODD = "[bold]x[/bold] :smile:"


@pytest.fixture
def tables():
    """All tables of a comparison in which a customer with an odd name goes up."""
    events = [order(3, 10, customer_id=ODD), order(4, 10, customer_id=ODD), day_reached(9)]
    runs = [(policy, graded(policy, events)) for policy in (P, Q)]
    reports = [report_of(results, policy, {"top": 0.2}) for policy, results in runs]
    found = compare(*runs)
    return [*report_view.tables(reports[0]), *report_comparison_view.tables(found, *reports)]


def shown(tables, *, terminal: bool) -> str:
    """What stands on the screen, or in the file."""
    file = io.StringIO()
    width = 100 if terminal else 10_000
    show(Console(file=file, force_terminal=terminal, width=width, highlight=False), *tables)
    return file.getvalue()


def test_a_terminal_gets_frames(tables):
    """And titles in one line, even where they are wider than their table."""
    text = shown(tables, terminal=True)
    assert "┃" in text
    assert "Customers by tier at the first grade (rows) and at the end (columns)" in text


def test_a_file_gets_plain_lines(tables):
    """Only letters, digits and blanks between; no blank at the end of a line."""
    text = shown(tables, terminal=False)
    assert text.isascii()
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "top           .    0.0%  20.0%" in text.splitlines()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_customer_s_name_is_shown_as_it_is(tables, terminal):
    """Brackets and colons of an id are no markup."""
    assert ODD in shown(tables, terminal=terminal)
