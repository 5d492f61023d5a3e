"""Whoever is erased, and whenever: what is left adds up (R43)."""

import json

from builders import policy_from
from erasing import erasing
from hypothesis import given
from hypothesis import strategies as st
from properties.test_accounts import check_counters
from runs import Run, run

from streams.outbox.audit import AUDIT
from streams.outbox.scribe import CURRENT_TIER

ERASED = "customer.erased"


@given(drawn=erasing())
def test_counters_stay_a_group_by_over_the_states(drawn):
    """Tiers, labels and the due index know exactly who is left; no record is lost."""
    document, records = drawn
    done = run(policy_from(document), records, chunks=[7])
    check_counters(done, records)
    due = {name: state.due for name, state in done.states.items()}
    assert done.due == {name: day for name, day in due.items() if day is not None}


@given(drawn=erasing())
def test_versions_have_no_holes_across_lives(drawn):
    """Every id of a change is new; a life ends with an erasure and begins with a grade."""
    document, records = drawn
    done = run(policy_from(document), records, chunks=[3])
    for name, story in done.stories.items():
        assert [c["version"] for c in story] == list(range(1, len(story) + 1))
        tiers = [c for c in story if "label" not in c]
        previous = None
        for change in tiers:
            assert change["from"] == previous != change["to"]
            assert (change["type"] == "tier.assigned") == (previous is None)
            assert (change["type"] == ERASED) == (change["to"] is None)
            previous = change["to"]
        state = done.states.get(name)
        assert (previous is None) == (state is None or state.tier < 0)
        assert state is None or state.version == len(story)


def last_rows(done: Run) -> dict[bytes | None, str | None]:
    """What compaction keeps of `current-tier`: the tier, or None after the end."""
    rows = [row for _, row in done.rows if row.topic == CURRENT_TIER]
    return {row.key: json.loads(row.value)["tier"] if row.value else None for row in rows}


@given(drawn=erasing())
def test_the_compacted_topic_holds_who_is_left(drawn):
    """Whoever was erased and has not come back has a tombstone last."""
    document, records = drawn
    done = run(policy_from(document), records)
    names = [tier["name"] for tier in document["tiers"]]
    graded = {k.encode(): names[s.tier] for k, s in done.states.items() if s.tier >= 0}
    assert {key: tier for key, tier in last_rows(done).items() if tier is not None} == graded


@given(
    drawn=erasing(),
    chunks=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    reclaims=st.lists(st.booleans(), min_size=1, max_size=3),
)
def test_how_the_log_is_cut_changes_nothing(drawn, chunks, reclaims):
    """Not one byte of what is published or kept, with little memory and other owners."""
    document, records = drawn
    whole = run(policy_from(document), records)
    cut = run(policy_from(document), records, chunks=chunks, cache=2, reclaims=reclaims)
    assert cut.rows == whole.rows
    assert cut.blobs == whole.blobs
    assert cut.counts == whole.counts
    assert cut.due == whole.due


@given(drawn=erasing())
def test_a_refused_customer_never_comes_back(drawn):
    """After the erasure nothing is published about them but answers to who asks by name."""
    document, records = drawn
    done = run(policy_from(document | {"erased": "refuse"}), records)
    gone = {c["customer_id"] for c in done.changes if c["type"] == ERASED}
    assert not gone & done.states.keys()
    for name in gone:
        assert done.stories[name][-1]["type"] == ERASED
    for letter in done.dead_letters:
        if dict(letter.headers)["regrade_reason"] == b"erased":
            assert (letter.key, letter.value) == (None, None)
    assert not any(
        row.key in {b"ann", b"bob", b"cyd"} for _, row in done.rows if row.topic == AUDIT
    )
