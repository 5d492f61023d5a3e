"""Reminders and warnings: each told once, on its day, and nothing else is moved by them."""

from collections import Counter
from typing import Any

from agreement import recomputed
from builders import policy_from
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from programmes import programmes
from random_conditions import conditions
from random_policies import Document
from runs import Run, run

TOLD = ("type", "customer_id", "reminder", "step", "since", "effective_on")
NOTICES = ("reminders", "warnings")
FORETOLD = ("before_days", "downgrade_on", "from", "to", "trigger")


@st.composite
def ladders(draw: st.DrawFn, at: int) -> Document:
    """One reminder."""
    days = draw(st.sets(st.sampled_from([1, 2, 3, 7, 15, 30, 90, 365, 399]), min_size=1))
    reminder: Document = {
        "name": f"r{at}",
        "since": draw(st.sampled_from(["last_purchase", "last_active"])),
        "after_days": sorted(days),
    }
    when = draw(st.none() | st.none() | conditions())
    return reminder if when is None else reminder | {"when": when}


@st.composite
def reminding(draw: st.DrawFn) -> tuple[Document, list[Any]]:
    """A programme with reminders."""
    document, records = draw(programmes())
    count = draw(st.integers(0, 2))
    before = draw(st.sampled_from([[30, 7, 1], [1], [7], [40, 3, 2, 1]]))
    warnings = draw(st.sampled_from([{}, *[{"warnings": {"before_days": before}}] * 3]))
    reminders = [draw(ladders(at)) for at in range(count)]
    return document | {"reminders": reminders} | warnings, records


def told(notices: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    """What engine and oracle share; within a day each has its own order."""
    return Counter(tuple(notice.get(name) for name in TOLD + FORETOLD) for notice in notices)


@given(drawn=reminding())
def test_notices_are_those_of_looking_at_every_customer_every_day(drawn):
    """No step is late, early, lost, or told twice."""
    document, records = drawn
    mine = run(policy_from(document), records)
    assert told(mine.notices) == told(recomputed(document, records).notices)
    ids = [notice["id"] for notice in mine.notices]
    assert len(ids) == len(set(ids))


@given(drawn=reminding())
def test_notices_move_nothing_else(drawn):
    """With and without them every change and state is the same, the due day aside."""
    document, records = drawn
    with_them = run(policy_from(document), records)
    without = run(policy_from({k: v for k, v in document.items() if k not in NOTICES}), records)
    assert with_them.changes == without.changes
    assert undated(with_them) == undated(without)


@given(drawn=reminding(), sizes=st.lists(st.integers(1, 9), min_size=1), cache=st.integers(0, 2))
def test_chunks_and_restarts_move_no_notice(drawn, sizes, cache):
    """The same notices, to the byte, however the log is cut."""
    document, records = drawn
    given_ = policy_from(document)
    cut = run(given_, records, chunks=sizes, cache=cache, reclaims=(True, False))
    whole = run(given_, records)
    assert Counter(map(str, cut.notices)) == Counter(map(str, whole.notices))


def undated(run_: Run) -> dict[str, Any]:
    """States without the due day."""
    return {name: replace(state, due=None) for name, state in run_.states.items()}
