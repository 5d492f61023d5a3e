"""The day ledger, column by column: ascending days beside the day's values.

The window rule: `x(N)` as of day D covers D-N+1 .. D. A row of day d is therefore in the
window while d >= D-N+1, and leaves it at the midnight that starts day d+N.
"""

from bisect import bisect_left, bisect_right

from scoring.units import Day

Column = tuple[list[Day], list[int]]
"""Ascending days, and the value of each."""


def add(column: Column, day: Day, amount: int) -> None:
    """Add `amount` to the row of `day`, in place.

    >>> column = ([Day(1), Day(5)], [10, 20])
    >>> add(column, Day(5), 1); add(column, Day(3), 7); column
    ([1, 3, 5], [10, 7, 21])
    """
    days, values = column
    if not days or day > days[-1]:
        days.append(day)
        values.append(amount)
        return
    at = bisect_left(days, day)
    if days[at] == day:
        values[at] += amount
    else:
        days.insert(at, day)
        values.insert(at, amount)


def total(column: Column, first: Day) -> int:
    """Sum of the rows from day `first` on.

    >>> total(([Day(1), Day(5)], [10, 20]), Day(2))
    20
    """
    days, values = column
    at = bisect_left(days, first)
    return sum(values[at:]) if at else sum(values)


def total_between(column: Column, first: Day, last: Day) -> int:
    """Sum of the rows from day `first` to day `last`, both included.

    >>> total_between(([Day(1), Day(5), Day(9)], [10, 20, 30]), Day(1), Day(5))
    30
    """
    days, values = column
    return sum(values[bisect_left(days, first) : bisect_right(days, last)])


def drop_before(column: Column, first: Day) -> None:
    """Forget the rows before day `first`, in place.

    >>> column = ([Day(1), Day(5)], [10, 20])
    >>> drop_before(column, Day(2)); column
    ([5], [20])
    """
    days, values = column
    at = bisect_left(days, first)
    if at:
        del days[:at]
        del values[:at]


def next_change(days: list[Day], today: Day, window: int, ending: int = 0) -> Day | None:
    """The first day after `today` on which a row enters or leaves the window.

    >>> next_change([Day(100)], Day(100), window=30)
    130
    >>> next_change([Day(100)], Day(100), window=30, ending=30)
    130
    >>> next_change([Day(100)], Day(130), window=30) is None
    True
    """
    at = bisect_left(days, today - ending - window + 1)
    if at == len(days):
        return None
    leaves = Day(days[at] + ending + window)
    if not ending:
        return leaves
    entering = bisect_left(days, today - ending + 1)
    if entering == len(days):
        return leaves
    return min(leaves, Day(days[entering] + ending))
