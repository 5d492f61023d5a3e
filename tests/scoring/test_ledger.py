"""The day ledger against a plain dictionary."""

from hypothesis import given
from hypothesis import strategies as st

from scoring.ledger import (
    add,
    drop_before,
    falls_below,
    next_edge,
    total,
    total_between,
    total_of_all,
)
from scoring.units import NEVER

DAYS = st.integers(0, 40)
ROWS = st.lists(st.tuples(DAYS, st.integers(-5, 5)), max_size=15)


def filled(rows: list[tuple[int, int]]) -> tuple[tuple[list, list], dict[int, int]]:
    """A column, and the same rows as a dictionary."""
    column: tuple[list, list] = ([], [])
    plain: dict[int, int] = {}
    for day, amount in rows:
        add(column, day, amount)
        plain[day] = plain.get(day, 0) + amount
    return column, plain


@given(ROWS, DAYS, DAYS)
def test_sums_are_those_of_the_rows(rows, first, last):
    """Totals over any days equal the sum over the dictionary, in any order of adding."""
    column, plain = filled(rows)
    assert column == (sorted(plain), [plain[day] for day in sorted(plain)])
    assert total(column, first) == sum(v for day, v in plain.items() if day >= first)
    between = sum(v for day, v in plain.items() if first <= day <= last)
    assert total_between(column, first, last) == between


@given(ROWS, DAYS)
def test_forgetting_drops_what_is_before_a_day(rows, first):
    """Only rows before the day go."""
    column, plain = filled(rows)
    drop_before(column, first)
    assert dict(zip(*column, strict=True)) == {d: v for d, v in plain.items() if d >= first}


@given(st.sets(DAYS), st.integers(40, 60), st.sets(st.integers(1, 30), max_size=6))
def test_the_next_edge_is_the_first_day_a_row_comes_to_an_age(days, today, edges):
    """Going on day by day finds the same day, whichever of the two lists is the longer."""
    later = (day for day in range(today + 1, 100) if {day - d for d in days} & edges)
    assert next_edge(sorted(days), today, sorted(edges)) == next(later, NEVER)


@given(ROWS, st.integers(1, 30), st.integers(1, 40))
def test_a_sum_falls_below_a_level_when_the_rows_that_hold_it_up_are_gone(rows, level, window):
    """Going on day by day finds the same day."""
    column, _ = filled([(day, abs(amount)) for day, amount in rows])
    today = max(column[0], default=0)
    sums = ((day, total(column, day - window + 1)) for day in range(today, today + window + 1))
    held = total(column, today - window + 1) >= level
    expected = next((day for day, whole in sums if whole < level), NEVER)
    if held:
        assert falls_below(column, level, window) == expected


@given(st.lists(ROWS, max_size=3), DAYS)
def test_all_columns_sum_up_to_the_sums_of_each(many, first):
    """From a day on, whatever each of them holds."""
    columns = [filled(rows)[0] for rows in many]
    assert total_of_all(columns, first) == sum(total(column, first) for column in columns)
