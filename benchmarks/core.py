"""The parts of the path alone, in this process, in microseconds."""

import asyncio
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

from histories import grade, log_records
from measure import emit, progress

from scoring.advance import Decision, Judge, advance
from scoring.changes import Change
from scoring.customer import CustomerState
from scoring.facts import Fact, Tick
from scoring.policy import Policy
from streams.bootstrap import policy_tag, rules_of
from streams.intake.outcomes import Accepted
from streams.intake.record import LogRecord
from streams.partition.ports import Cause
from streams.policies.load import load_policy
from streams.replay.event import WireEvent
from streams.replay.generator import generate_orders
from streams.storage.memory_store import MemoryStore


class Material(NamedTuple):
    """What the parts are fed with: all orders of some customers over 18 months."""

    policy: Policy
    events: list[WireEvent]
    records: list[LogRecord]
    accepted: list[Accepted]


def main() -> None:
    """Measure and print one JSON line."""
    options = arguments()
    policy = load_policy(options.policy)
    events = list(generate_orders(options.customers, options.orders))
    records = list(log_records(events))
    decode = rules_of(policy, 1, mode="replay").intaker.decode
    accepted = [one for one in map(decode, records) if isinstance(one, Accepted)]
    material = Material(policy, events, records, accepted)
    emit(
        "core",
        {
            "orders": options.orders,
            "customers": options.customers,
            "repeats": options.repeats,
            "us": {
                name: _median_us(name, part, material, options.repeats)
                for name, part in PARTS.items()
            },
        },
    )


def arguments() -> Namespace:
    """What to measure."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--orders", type=int, default=20_000)
    add("--customers", type=int, default=2_000)
    add("--policy", default="b2b-fresh")
    add("--repeats", type=int, default=7)
    return parser.parse_args()


def _median_us(name: str, part: "Part", material: Material, repeats: int) -> float | None:
    """Median over the repeats of the mean time of one call; None: nothing to call."""
    progress(name)
    found = [part(material) for _ in range(repeats)]
    times = [seconds / calls * 1e6 for seconds, calls in found if calls]
    return round(median(times), 2) if times else None


Timed = tuple[float, int]
"""Seconds of CPU, and how many calls they were."""

Part = Callable[[Material], Timed]


def decode(material: Material) -> Timed:
    """Raw record to fact."""
    decode_one = rules_of(material.policy, 1, mode="replay").intaker.decode
    began = time.process_time()
    for record in material.records:
        decode_one(record)
    return time.process_time() - began, len(material.records)


def advance_orders(material: Material) -> Timed:
    """A fact into a customer: fold, grade, due day; time stands still between orders."""
    judge = _judge(material)
    states: dict[str, CustomerState] = {}
    began = time.process_time()
    for customer, fact in material.accepted:
        state = states.get(customer)
        if state is None:
            state = states[customer] = CustomerState()
        advance(state, fact, judge, fact.day)
    return time.process_time() - began, len(material.accepted)


def advance_ticks(material: Material) -> Timed:
    """A customer due: graded again because a day has come."""
    judge = _judge(material)
    states = list(_graded(material).values())
    due = [(state, state.due) for state in states if state.due is not None]
    began = time.process_time()
    for state, day in due:
        advance(state, Tick(day), judge, day)
    return time.process_time() - began, len(due)


def encode_blob(material: Material) -> Timed:
    """A customer as stored."""
    encode = rules_of(material.policy, 1, mode="replay").codec.encode
    states = list(_graded(material).values())
    began = time.process_time()
    for state in states:
        encode(state)
    return time.process_time() - began, len(states)


def decode_blob(material: Material) -> Timed:
    """A customer back from the store."""
    codec = rules_of(material.policy, 1, mode="replay").codec
    blobs = [codec.encode(state) for state in _graded(material).values()]
    began = time.process_time()
    for blob in blobs:
        codec.decode(blob)
    return time.process_time() - began, len(blobs)


def scribe_tier_change(material: Material) -> Timed:
    """The public event of a tier change."""
    return _scribe(material, of_label=False)


def scribe_label_change(material: Material) -> Timed:
    """The public event of a label change."""
    return _scribe(material, of_label=True)


def _scribe(material: Material, *, of_label: bool) -> Timed:
    scribe = rules_of(material.policy, 1, mode="replay").scribe
    changes = [
        (customer, change, Cause("orders", 0, 1, fact.event_id))
        for customer, fact, change in _changes(material)
        if (change.label is not None) == of_label
    ]
    began = time.process_time()
    for customer, change, cause in changes:
        scribe.change(customer, change, cause)
    return time.process_time() - began, len(changes)


def whole_path(material: Material) -> Timed:
    """All of it on the memory store, ticks and changes too; per order."""
    store = MemoryStore(policy_tag(material.policy))
    began = time.process_time()
    asyncio.run(grade(material.events, material.policy, store))
    return time.process_time() - began, len(material.events)


def _judge(material: Material) -> Judge:
    return rules_of(material.policy, 1, mode="replay").judge


def _graded(material: Material) -> dict[str, CustomerState]:
    """The customers after all their orders."""
    return {customer: state for customer, state, _, _ in _replayed(material)}


def _changes(material: Material) -> Iterator[tuple[str, Fact, Change]]:
    """What the orders, and the days between them, changed."""
    for customer, _, fact, decision in _replayed(material):
        for change in decision.changes:
            yield customer, fact, change


def _replayed(
    material: Material,
) -> Iterator[tuple[str, CustomerState, Fact, Decision]]:
    """Take in all orders; each customer's own due days come before its next order."""
    judge = _judge(material)
    states: dict[str, CustomerState] = {}
    for customer, fact in material.accepted:
        state = states.setdefault(customer, CustomerState())
        while state.due is not None and state.due <= fact.day:
            ticked = advance(state, Tick(state.due), judge, state.due)
            yield customer, state, fact, ticked
        yield customer, state, fact, advance(state, fact, judge, fact.day)


PARTS: dict[str, Part] = {
    "decode": decode,
    "advance": advance_orders,
    "advance_tick": advance_ticks,
    "encode_blob": encode_blob,
    "decode_blob": decode_blob,
    "scribe_tier_change": scribe_tier_change,
    "scribe_label_change": scribe_label_change,
    "whole_path_per_order": whole_path,
}

if __name__ == "__main__":
    main()
