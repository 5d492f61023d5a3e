"""How records are cut, cached, handed over or repeated leaves no trace."""

from dataclasses import replace

import pytest
from builders import policy_from
from histories import CENTS, histories
from hypothesis import given
from hypothesis import strategies as st
from programmes import programmes
from runs import Run, run

from scoring.policy import Policy
from streams.intake.record import LogRecord
from streams.partition import processor
from streams.policies.load import load_policy, presets

POLICIES = {name: load_policy(name) for name in presets()}
CHUNKS = st.lists(st.sampled_from([1, 2, 3, 7, 50]), min_size=1, max_size=5)
RECLAIMS = st.lists(st.booleans(), min_size=1, max_size=3)


def kept(run_: Run) -> tuple[object, ...]:
    """Everything a partition keeps but the names of its owner and last commit."""
    meta = replace(run_.meta, owner="", commit="", epoch=0)
    return meta, run_.blobs, run_.rows, run_.counts, run_.due


@pytest.mark.parametrize("preset", presets())
@given(
    records=histories(CENTS),
    chunks=CHUNKS,
    cache=st.sampled_from([0, 1, 2, 100]),
    reclaims=RECLAIMS,
)
def test_cuts_caches_and_claims_do_not_matter(preset, records, chunks, cache, reclaims):
    """Chunk sizes, cache sizes and claims in between change not one stored byte."""
    policy = POLICIES[preset]
    varied = run(policy, records, chunks=chunks, cache=cache, reclaims=reclaims)
    assert kept(varied) == kept(run(policy, records, chunks=[1]))


@given(drawn=programmes(), chunks=CHUNKS)
def test_cuts_do_not_matter_to_any_policy(drawn, chunks):
    """Whatever the policy: one record at a time is as good as all at once."""
    document, records = drawn
    policy = policy_from(document)
    small = run(policy, records, chunks=chunks, cache=1, reclaims=[True])
    assert kept(small) == kept(run(policy, records))


def folded(policy: Policy, records: list[LogRecord]) -> set[int]:
    """The offsets of the records that became part of a customer."""
    batches = run(policy, records, chunks=[1]).batches
    outcomes = zip(records, (next(iter(b.outcomes)) for b in batches), strict=True)
    return {r.offset for r, (_, outcome) in outcomes if outcome == "folded"}


@pytest.mark.parametrize("preset", presets())
@given(records=histories(CENTS), again=st.sampled_from([1, 5, 40]))
def test_facts_that_come_again_change_nothing(preset, records, again):
    """What was folded within the last 64 facts may be repeated under new offsets.

    Not what was a duplicate itself: its event id is not kept, and when the order it
    repeats is past remembering, it is an order like any other.
    """
    policy = POLICIES[preset]
    once = [r._replace(offset=1000 * r.offset) for r in records]
    known = folded(policy, once)
    twice = []
    for at in range(0, len(once), again):
        stretch = once[at : at + again]
        last = stretch[-1].offset
        repeats = [r for r in stretch if r.offset in known]
        twice += stretch
        twice += [r._replace(offset=last + n) for n, r in enumerate(repeats, 1)]
    first, second = run(policy, once), run(policy, twice)
    assert second.blobs == first.blobs
    assert second.rows == first.rows
    assert (second.outcomes - first.outcomes)["duplicate"] == len(known)


@pytest.mark.parametrize("at_once", [1, 2, 3])
@given(records=histories(CENTS), chunks=CHUNKS, reclaims=RECLAIMS)
def test_many_due_customers_are_ticked_in_slices(at_once, records, chunks, reclaims):
    """However few may be due in one commit, each customer's story is the same."""
    policy = POLICIES["grocery-usd"]
    whole = run(policy, records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processor, "DUE_AT_ONCE", at_once)
        sliced = run(policy, records, chunks=chunks, cache=0, reclaims=reclaims)
    assert sliced.blobs == whole.blobs
    assert sliced.stories == whole.stories
    assert sliced.counts == whole.counts
    assert sliced.meta.day == whole.meta.day
    assert sliced.meta.next == whole.meta.next
