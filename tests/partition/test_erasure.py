"""A customer is erased: what is told, what is kept, and what becomes of later facts (R43)."""

import json

import pytest
from builders import Event, erasure, iso, log, order, override, policy, recalculate, record
from runs import ERASURE_KEY, Run, drive, run

from streams.bootstrap import policy_tag, rules_of
from streams.intake.record import LogRecord
from streams.outbox.answers import COMMAND_RESULTS
from streams.outbox.audit import AUDIT
from streams.outbox.scribe import CURRENT_TIER, TIER_CHANGES
from streams.partition.cache import CustomerCache
from streams.partition.erasures import ErasureKeyUnfit, Pseudonyms
from streams.partition.processor import PartitionProcessor
from streams.storage.memory_store import MemoryStore

LABELLED = """
labels:
  size: [{value: big, when: "spend(30) >= 100"}, {value: small}]
"""
FORGETFUL = "erased: forget" + LABELLED
HASH = Pseudonyms(ERASURE_KEY).customer("ann")


def told(done: Run, topic: str) -> list[dict]:
    """The bodies on a topic, in order."""
    return [json.loads(row.value) for _, row in done.rows if row.topic == topic and row.value]


def outcomes(done: Run) -> list[str]:
    """What the answers to commands say, in order."""
    return [body["outcome"] for body in told(done, COMMAND_RESULTS)]


def placed(event: Event, offset: int, topic: str) -> LogRecord:
    """An event wherever it may be."""
    return record({"event_id": f"p{offset}"} | event, offset, topic=topic)


def test_nothing_is_said_but_the_tier_that_ends():
    """The change has the next version and no reading, label or score; the tier's row goes."""
    done = run(policy(LABELLED), log(order(0, 150), erasure(1)))
    _, last = told(done, TIER_CHANGES)
    assert last == {
        "id": "ann:2",
        "type": "customer.erased",
        "customer_id": "ann",
        "version": 2,
        "from": "silver",
        "to": None,
        "tier": None,
        "trigger": None,
        "cause": {"topic": "grading-commands", "partition": 0, "offset": 1, "event_id": "e1"},
        "effective_on": iso(1),
        "occurred_at": "2024-01-02T12:00:00.000Z",
        "policy": {"id": "test", "version": 1},
        "mode": "replay",
        "rank_from": 1,
        "rank_to": None,
    }
    *_, change = [row for _, row in done.rows if row.topic == TIER_CHANGES]
    assert dict(change.headers)["ce_type"] == b"regrade.customer.erased.v1"
    *_, tomb = [row for _, row in done.rows if row.topic == CURRENT_TIER]
    assert (tomb.key, tomb.value) == (b"ann", None)
    assert told(done, COMMAND_RESULTS) == [
        {
            "command": "e1",
            "type": "customer.erase",
            "customer_id": "ann",
            "outcome": "done",
            "grade": None,
        }
    ]


def test_nothing_is_left_in_the_store():
    """No state, no due day, no counter of a tier or label; a hash, and that one has gone."""
    done = run(policy(LABELLED), log(order(0, 150), erasure(1)))
    assert done.blobs == {}
    assert done.due == {}
    assert done.counts == {"in:folded": 1, "in:erased": 1}
    assert done.batches[0].moves[done.meta.day] == {"silver>:erased": 1}


def test_the_audit_names_nobody():
    """Hash, author, reason and place; of who is erased nothing else."""
    done = run(policy(), log(order(0, 150), erasure(1)))
    (row,) = [row for _, row in done.rows if row.topic == AUDIT]
    assert b"ann" not in row.value
    assert row.key == HASH.encode()
    assert json.loads(row.value) == {
        "type": "customer.erase",
        "customer": HASH,
        "author": "kim",
        "reason": "asked",
        "occurred_at": "2024-01-02T12:00:00.000Z",
        "command": "grading-commands/0/1",
        "before": None,
        "after": None,
    }


def test_the_audit_of_an_override_shows_before_and_after():
    """The effective tier and the override; a repeat is not written down again."""
    events = [order(0, 150), override(1, "pin", "gold"), recalculate(1), recalculate(1)]
    events[3]["event_id"] = "e2"
    first, second = told(run(policy(), log(*events)), AUDIT)
    assert first["before"] == {"tier": "silver", "override": None, "review": None}
    assert first["after"]["tier"] == "gold"
    assert first["after"]["override"]["author"] == "kim"
    assert second["before"] == second["after"]
    assert (second["type"], second["author"]) == ("grade.recalculate", None)


def test_without_a_key_the_audit_knows_a_customer_by_the_place_alone():
    """No id stands in it that an erasure would have to find."""
    events = [order(0, 150), override(1, "pin", "gold")]
    (entry,) = told(run(policy(), log(*events), erasure_key=""), AUDIT)
    assert (entry["customer"], entry["command"]) == (None, "grading-commands/0/1")


def test_later_facts_are_refused_and_leave_no_byte():
    """Orders and commands alike; the dead letter says where, why and who by hash."""
    events = [order(0, 150), erasure(1), order(9, 150), override(9, "pin", "gold")]
    done = run(policy(), log(*events), chunks=[1])
    assert done.reasons == {"erased": 2}
    assert done.blobs == {}
    assert done.meta.day == run(policy(), log(order(1))).meta.day
    assert outcomes(done) == ["done", "rejected"]
    for letter in done.dead_letters:
        assert (letter.key, letter.value) == (None, None)
        headers = dict(letter.headers)
        assert headers["regrade_reason"] == b"erased"
        assert headers["regrade_customer"] == HASH.encode()
        assert b"ann" not in b"".join(headers.values())
    assert dict(done.dead_letters[0].headers)["regrade_id"] == b"orders/0/2"


@pytest.mark.parametrize("size", [1, 100])
def test_a_broken_record_of_an_erased_customer_leaves_no_byte(size):
    """Whatever is wrong with it, and whether the key or the value says whom it is about."""
    broken = [
        record(order(2, -5), 2),
        record({"event_id": "x", "order_id": "x"} | order(2, customer_id="ann"), 3, key=b"bob"),
        record(b"{", 4),
        record({"event_id": "y", "order_id": "y"} | order(999), 5),
        record({"event_id": "z"} | order(2, currency="XXX", order_id="z"), 6),
    ]
    done = run(policy(), [*log(order(0, 150), erasure(1)), *broken], chunks=[size])
    assert done.reasons == {"erased": 5}
    assert all(letter.value is None is letter.key for letter in done.dead_letters)


def test_letters_of_others_are_as_they_came():
    """Also what was refused of the customer before the erasure: it was no one's secret then."""
    done = run(policy(), log(order(0, -5), erasure(1), order(1, -5, customer_id="bob")))
    assert done.reasons == {"bad_field": 2}
    assert [letter.key for letter in done.dead_letters] == [b"ann", b"bob"]


async def test_a_record_in_the_wrong_partition_is_looked_for_in_the_right_one():
    """The hash lies where the customer was; a letter from elsewhere keeps no byte either."""
    given = policy()
    rules = rules_of(given, 2, mode="live", erasure_key=ERASURE_KEY)
    store = MemoryStore(policy_tag(given))
    right = rules.partitioner(b"ann", 2)
    for partition, events in ((right, [order(0), erasure(0)]), (1 - right, [order(0)])):
        meta = await store.claim(partition, "a", 2)
        processor = PartitionProcessor(partition, rules, store, meta, CustomerCache(9))
        await processor.process(log(*events))
    (_, letter), *_ = await store.outbox(1 - right)
    assert (letter.topic, letter.key, letter.value) == ("dead-letters", None, None)


@pytest.mark.parametrize("size", [1, 100])
def test_who_may_come_back_begins_anew_under_the_next_version(size):
    """Consumers drop versions they have seen: no id of a change comes twice."""
    events = [order(0, 150), erasure(1), order(2, 40), erasure(3), order(4, 250)]
    done = run(policy(FORGETFUL), log(*events), chunks=[size])
    assert [(c["version"], c["type"], c["from"], c["to"]) for c in done.changes] == [
        (1, "tier.assigned", None, "silver"),
        (2, "customer.erased", "silver", None),
        (3, "tier.assigned", None, "bronze"),
        (4, "customer.erased", "bronze", None),
        (5, "tier.assigned", None, "gold"),
    ]
    assert done.states["ann"].lifetime_orders == 1
    assert done.counts["tier:gold"] == done.counts["label:size:big"] == 1
    assert done.due["ann"] == done.states["ann"].due


@pytest.mark.parametrize("size", [1, 100])
def test_erasing_again_is_done_without_a_second_change(size):
    """By the same command or another: there is nothing left to do."""
    events = [order(0, 150), erasure(1), erasure(1, event_id="e1"), erasure(2)]
    done = run(policy(), log(*events), chunks=[size])
    assert outcomes(done) == ["done"] * 3
    assert len(told(done, TIER_CHANGES)) == 2
    assert len(told(done, AUDIT)) == 1


@pytest.mark.parametrize("size", [1, 100])
def test_the_same_command_again_spares_the_life_begun_since(size):
    """A repeat on the wire is no second wish; another command is."""
    again = erasure(3, event_id="e1")
    events = [order(0, 150), erasure(1), order(2, 40), again]
    spared = run(policy(FORGETFUL), log(*events), chunks=[size])
    assert outcomes(spared) == ["done", "duplicate"]
    assert spared.states["ann"].version == 3
    gone = run(policy(FORGETFUL), log(*events, erasure(4)), chunks=[size])
    assert outcomes(gone) == ["done", "duplicate", "done"]
    assert gone.blobs == {}


async def test_who_came_back_under_an_earlier_policy_lives_on():
    """Stricter rules refuse who is erased from now on, also beside a repeat on the wire."""
    events = [order(0, 150), erasure(1), order(2, 40)]
    before = await drive(policy(FORGETFUL), log(*events))
    strict = rules_of(policy(LABELLED), 1, mode="replay", erasure_key=ERASURE_KEY)
    processor = PartitionProcessor(0, strict, before.store, before.meta, CustomerCache(9))
    later = log(*events, erasure(3, event_id="e1"), order(3, 40), erasure(4), order(5, 40))[3:]
    await processor.process(later[:2])
    assert await before.store.customers(0) == ["ann"]
    await processor.process(later[2:])
    assert await before.store.customers(0) == []
    assert (await before.store.counts(0))["in:rejected"] == 1


def test_a_stranger_is_erased_before_the_first_fact():
    """The wish counts for what comes later, and nothing is published about nobody."""
    done = run(policy(), log(erasure(0), order(1, 150)))
    assert outcomes(done) == ["done"]
    assert done.changes == []
    assert done.reasons == {"erased": 1}
    assert len(told(done, AUDIT)) == 1


def test_who_never_had_a_tier_goes_without_a_change():
    """Nobody was told of them, so nobody has anything to forget."""
    done = run(policy(), log(override(0, "pin", "gold", until=5), erasure(1)))
    assert done.changes == []
    assert (done.blobs, done.due) == ({}, {})


def test_without_a_key_nobody_is_erased():
    """The command is refused with what to do; the customer stays, and the day too."""
    done = run(policy(), log(order(0, 150), erasure(5)), erasure_key="")
    assert done.reasons == {"not_set_up": 1}
    (answer,) = told(done, COMMAND_RESULTS)
    assert "set it for all workers" in answer["detail"]
    assert list(done.blobs) == ["ann"]
    assert done.meta.day == done.states["ann"].first_day


@pytest.mark.parametrize(("key", "said"), [("", "none"), ("another secret of it", "another")])
def test_a_worker_without_the_key_of_the_erasures_does_not_run(key, said):
    """It would take erased customers for new ones."""
    done = run(policy(), log(erasure(0)))
    rules = rules_of(policy(), 1, mode="live", erasure_key=key)
    with pytest.raises(ErasureKeyUnfit, match=f"this worker has {said}"):
        PartitionProcessor(0, rules, done.store, done.meta, CustomerCache(1))


def test_who_is_left_out_today_may_go_as_well():
    """A pattern added later hides a customer's facts, not the customer's right."""
    done = run(policy("exclude: ['^ann']"), log(erasure(0)))
    assert outcomes(done) == ["done"]


def test_an_erasure_dated_too_far_ahead_erases_nobody():
    """It is refused as any record is, and later facts are not."""
    done = run(policy(), log(order(0, 150), erasure(999), order(1, 40)))
    assert done.reasons == {"future": 1}
    assert done.states["ann"].lifetime_orders == 2
