"""Reminders and warnings: each told once, on its day, and nothing else is moved by them."""

import asyncio
from collections import Counter
from typing import Any

import oracle
from agreement import recomputed
from builders import policy_from
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from programmes import programmes
from properties.test_sweeps import STEPS, World, dynasties
from properties.test_sweeps import told as swept
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
def notifying(draw: st.DrawFn) -> Document:
    """What a policy says of reminders and warnings."""
    count = draw(st.integers(0, 2))
    before = draw(st.sampled_from([[30, 7, 1], [1], [7], [40, 3, 2, 1]]))
    warnings = draw(st.sampled_from([{}, *[{"warnings": {"before_days": before}}] * 3]))
    return {"reminders": [draw(ladders(at)) for at in range(count)]} | warnings


@st.composite
def reminding(draw: st.DrawFn) -> tuple[Document, list[Any]]:
    """A programme with reminders."""
    document, records = draw(programmes())
    return document | draw(notifying()), records


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


@given(drawn=dynasties(), data=st.data(), steps=STEPS, seed=st.integers(0, 99))
def test_another_version_goes_on_with_notices_of_its_own(drawn, data, steps, seed):
    """Amid a sweep in slices, live records and deaths: those of everybody taking it at once."""
    first, later, records = drawn
    first |= data.draw(notifying())
    later = {at: document | data.draw(notifying()) for at, document in later.items()}
    events = [oracle.Event(r.topic, r.offset, r.key, r.value) for r in records]
    expected = oracle.replay(first, events, later)
    made = asyncio.run(World((first, later, records), seed).run(steps))
    assert told(made.notices) == told(expected.notices)
    assert swept(made.changes) == swept(expected.changes)
