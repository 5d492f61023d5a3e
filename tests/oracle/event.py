"""What goes into a replay and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import date


class Event(NamedTuple):
    """One record of one partition, in the order of the merged log."""

    topic: str
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True)
class Result:
    """The outcome of every record, every published change, and the final state."""

    outcomes: list[str]
    changes: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    customers: dict[str, dict[str, Any]]
    day: date | None
    states: dict[str, dict[str, Any]]
