"""The day ledger, column by column: ascending days beside the day's values.

The window rule: `x(N)` as of day D covers D-N+1 .. D. A row of day d is therefore in the
window while d >= D-N+1, and leaves it at the midnight that starts day d+N.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from scoring.units import NEVER, Day

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


def total_of_all(columns: Iterable[Column], first: Day) -> int:
    """Sum of the rows of all columns from day `first` on.

    >>> total_of_all([([Day(1), Day(5)], [10, 20]), ([Day(2)], [7]), ([], [])], Day(2))
    27
    """
    whole = 0
    for days, values in columns:
        # Most have nothing that new: asked before anything is searched.
        if days and days[-1] >= first:
            at = bisect_left(days, first)
            whole += sum(values[at:]) if at else sum(values)
    return whole


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


def next_edge(days: list[Day], today: Day, edges: list[int]) -> Day:
    """The first day after `today` on which a row comes to one of the ages `edges`, or NEVER.

    Both lists ascend. A row of day d is a days old on day d + a.

    >>> next_edge([Day(100)], Day(100), [30, 90])
    130
    >>> next_edge([Day(100)], Day(130), [30, 90])
    190
    >>> next_edge([Day(100)], Day(190), [30, 90]) == NEVER
    True
    """
    nearest = NEVER
    if len(days) < len(edges):
        for day in days:
            at = bisect_right(edges, today - day)
            if at < len(edges) and day + edges[at] < nearest:
                nearest = Day(day + edges[at])
        return nearest
    for edge in edges:
        at = bisect_right(days, today - edge)
        if at < len(days) and days[at] + edge < nearest:
            nearest = Day(days[at] + edge)
    return nearest


def falls_below(column: Column, level: float, window: int) -> Day:
    """The day on which the sum of the last `window` days falls below a level it has reached.

    No row is below zero.

    >>> falls_below(([Day(1), Day(5), Day(9)], [10, 20, 30]), 31, 90)
    95
    """
    days, values = column
    for at in range(len(days) - 1, -1, -1):
        level -= values[at]
        if level <= 0:
            return Day(days[at] + window)
    return NEVER
