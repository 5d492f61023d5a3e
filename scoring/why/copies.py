"""Copies of a customer, which may be folded into and ticked at will."""

import msgspec

from scoring.advance import Judge, advance
from scoring.customer import CustomerState
from scoring.facts import Tick
from scoring.units import Day


def copy_of(state: CustomerState) -> CustomerState:
    """A state that shares nothing with the first.

    >>> state = CustomerState(days=[Day(1)])
    >>> copy_of(state).days.append(Day(2)); state.days
    [1]
    """
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=CustomerState)


def as_of(state: CustomerState, judge: Judge, day: Day) -> CustomerState:
    """A copy ticked on every due day through `day`, as the engine would if nothing happened.

    `day` must not be before the partition day of the state.
    """
    copy = copy_of(state)
    while copy.due is not None and copy.due <= day:
        due = copy.due
        advance(copy, Tick(due), judge, due)
    return copy
