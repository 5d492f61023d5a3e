"""What a record turns out to be."""

from typing import Literal, NamedTuple

from scoring.facts import Fact
from scoring.units import Day
from streams.intake.transfers import Transfer

Reason = Literal[
    "null_value",
    "too_large",
    "bad_json",
    "unknown_type",
    "missing_customer",
    "bad_field",
    "key_mismatch",
    "wrong_partition",
    "unknown_currency",
    "future",
    "conflict",
    "erased",
    "not_set_up",
    "no_case",
    "merged",
    "not_merged",
]


class Accepted(NamedTuple):
    """A valid event."""

    customer: str
    fact: Fact


class Ordered(Accepted):
    """A valid command."""

    __slots__ = ()


class Arrived(NamedTuple):
    """A record from the owner of another partition."""

    customer: str
    fact: Transfer


class Repeated(NamedTuple):
    """A record from another partition that was taken before."""


class Rejected(NamedTuple):
    """An invalid record; it goes to dead letters as it came."""

    reason: Reason
    detail: str


class Excluded(NamedTuple):
    """A test event or a customer the policy leaves out."""

    customer: str


class DayReached(NamedTuple):
    """Time written into the log."""

    day: Day


Intake = Accepted | Arrived | Rejected | Excluded | DayReached | Repeated
