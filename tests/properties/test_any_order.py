"""Facts, commands, answers, erasures and nights in slices, in any order, are what the oracle says.

The oracle knows neither chunks nor slices nor deaths: it looks at everybody on every day.
"""

import asyncio

from agreement import Said, check_agreement, grades, recomputed, said
from builders import policy_from
from erasing import erasing
from hypothesis import given
from hypothesis import strategies as st
from properties.test_midnight_slices import STEPS, sliced


@given(drawn=erasing())
def test_erasures_among_everything_else_are_those_of_the_oracle(drawn):
    """Record by record: who is gone, who comes back, what is refused for it."""
    document, records = drawn
    check_agreement(policy_from(document), document, records)


def stories(changes: Said) -> dict[str, Said]:
    """The changes of each customer, in order; between customers slices have one of their own."""
    found: dict[str, Said] = {}
    for change in changes:
        found.setdefault(change[0], []).append(change)
    return found


@given(drawn=erasing(), steps=STEPS, at_once=st.sampled_from([1, 2, 3]), seed=st.integers(0, 99))
def test_slices_and_deaths_among_them_change_nothing(drawn, steps, at_once, seed):
    """Whatever comes between the ticks of a night, and whenever the worker dies in it."""
    document, records = drawn
    mine = asyncio.run(sliced(policy_from(document), records, steps, at_once, seed))
    truth = recomputed(document, records)
    assert stories(said(mine.changes)) == stories(said(truth.changes))
    expected = {name: {**one} for name, one in truth.customers.items()}
    for one in expected.values():
        del one["readings"]
    assert grades(mine) == expected
