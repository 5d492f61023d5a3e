"""The invariants, held against dumped topics and keys by the oracle. Nothing of the pipeline."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import oracle
from dumps import DUE, LABELS, TIER, VERSION, Keys, Record

EPOCH = date(1970, 1, 1).toordinal()
TOLD = ("type", "label", "from", "to", "trigger", "score", "effective_on")
CHANGES = ("tier-changes", "label-changes")


def check_state(document: dict[str, Any], log: Sequence[Any], keys: Keys) -> oracle.Result:
    """I1 to I4: offsets, states, counters and due days are those of the log taken so far."""
    taken = [record for record in log if record.offset < keys.next.get(record.topic, 0)]
    expected = oracle.replay(
        document, [oracle.Event(r.topic, r.offset, r.key, r.value) for r in taken]
    )
    tiers = [tier["name"] for tier in document["tiers"]]
    labels = document.get("labels", {})
    assert {
        name: (
            state[VERSION],
            None if state[TIER] < 0 else tiers[state[TIER]],
            _label_values(labels, state) if state[TIER] >= 0 else {},
        )
        for name, state in keys.customers.items()
    } == {
        name: (one["version"], one["tier"], one["labels"])
        for name, one in expected.customers.items()
    }
    if expected.day is not None:
        assert int(keys.meta["day"]) == expected.day.toordinal() - EPOCH
        assert all(day > int(keys.meta["day"]) for day in keys.due.values())
    assert keys.due == {
        name: state[DUE] for name, state in keys.customers.items() if state[DUE] is not None
    }
    taken_in = sum(n for name, n in keys.counts.items() if name.startswith("in:"))
    assert taken_in == len(taken) == sum(keys.next.values())
    held = Counter(one["tier"] for one in expected.customers.values() if one["tier"])
    counted = {name[5:]: n for name, n in keys.counts.items() if name.startswith("tier:")}
    assert counted == dict(held)
    return expected


def _label_values(labels: dict[str, Any], state: list[Any]) -> dict[str, str | None]:
    pairs = zip(labels.items(), state[LABELS], strict=True)
    return {name: rules[at]["value"] if at >= 0 else None for (name, rules), at in pairs}


def check_topics(
    document: dict[str, Any], log: Sequence[Any], records: Sequence[Record], overlaps: int
) -> dict[str, set[int]]:
    """I5: what is published is true, in order, and once but for counted overlaps.

    The versions published of each customer.
    """
    truth = oracle.replay(document, [oracle.Event(r.topic, r.offset, r.key, r.value) for r in log])
    known = {(c["customer_id"], c["version"]): c for c in truth.changes}
    seen: dict[str, set[int]] = defaultdict(set)
    latest: dict[tuple[str, str, bytes], int] = defaultdict(int)
    texts: dict[tuple[str, int], bytes | None] = {}
    repeats = 0
    stamps: Counter[tuple[bytes, bytes]] = Counter()
    for record in records:
        if record.topic not in CHANGES:
            continue
        body = json.loads(record.value or b"")
        customer, version = body["customer_id"], body["version"]
        expected = known[customer, version]
        assert [body.get(name) for name in TOLD] == [expected.get(name) for name in TOLD]
        assert texts.setdefault((customer, version), record.value) == record.value
        incarnation = record.headers["ce_incarnation"]
        stamps[incarnation, record.headers["ce_sequence"]] += 1
        at = record.topic, customer, incarnation
        if stamps[incarnation, record.headers["ce_sequence"]] > 1:
            repeats += 1
        else:
            assert version > latest[at], "out of order"
            latest[at] = version
        seen[customer].add(version)
    assert repeats <= overlaps, f"{repeats} changes stand twice, {overlaps} rows overlapped"
    return seen


def check_all_told(expected: oracle.Result, seen: dict[str, set[int]], keys: Keys) -> None:
    """I5 and I6, once all is quiet: nothing is missing on the topics, nothing is left over."""
    versions: dict[str, set[int]] = defaultdict(set)
    for change in expected.changes:
        versions[change["customer_id"]].add(change["version"])
    assert seen == versions
    assert keys.outbox == 0
    assert keys.meta.get("head", "0") == keys.meta.get("tail", "0")


def check_letters(expected: oracle.Result, records: Sequence[Record]) -> None:
    """I6: every refused record has one dead letter, and no other record has any."""
    letters = Counter(
        record.headers["regrade_id"] for record in records if record.topic == "dead-letters"
    )
    refused = [o for o in expected.outcomes if o.startswith(("rejected", "conflict"))]
    assert len(letters) == len(refused)
