"""The members that all changes of one re-grade have in common, as JSON text.

Changes are many and differ little: what recurs is encoded once and only put together here.
"""

from operator import getitem
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import orjson

from scoring.calendar import LocalDays, iso
from scoring.changes import Change
from scoring.policy import Policy
from scoring.units import Day
from streams.instants import rfc3339
from streams.partition.ports import Cause

_RUN = 20
"""Labels whose text is kept together: of more, the same values meet less often."""
_KNOWN = 2000
"""Texts kept of each run."""


class Members(msgspec.Struct, frozen=True, gc=False):
    """What the changes of one re-grade have in common."""

    text: bytes
    """`"tier":...` to `"mode":...`, without brackets."""
    occurred: bytes
    """The instant, as it stands in them."""


class MemberWriter:
    """Writes the members for one policy. Pure: the same arguments give the same bytes."""

    def __init__(self, policy: Policy, mode: str) -> None:
        self._days = LocalDays(ZoneInfo(policy.time_zone))
        self._midnights: dict[Day, bytes] = {}
        self._tiers = [orjson.dumps(tier.name) for tier in policy.tiers]
        self._policy = orjson.dumps({"id": policy.policy_id, "version": policy.version})
        self._mode = orjson.dumps(mode)
        self._topics: dict[str | None, bytes] = {}
        # None comes last, so that -1 finds it.
        members = [
            [_member(label.name, value) for value in (*(r.value for r in label.rules), None)]
            for label in policy.labels
        ]
        self._runs = [
            _Run(slice(at, at + _RUN), members[at : at + _RUN], {})
            for at in range(0, len(members), _RUN)
        ]

    def of(self, change: Change, cause: Cause) -> Members:
        """The members of a change and of all others of its re-grade."""
        snapshot = change.snapshot
        occurred = self.occurred_at(change)
        due = snapshot.due
        parts = (
            b'"tier":',
            self._tiers[snapshot.tier],
            b',"score":',
            orjson.dumps(snapshot.score),
            b',"trigger":',
            b"null" if change.trigger is None else orjson.dumps(change.trigger),
            b',"cause":',
            self._cause(cause),
            b',"effective_on":"',
            iso(change.effective_on).encode(),
            b'","occurred_at":"',
            occurred,
            b'","policy":',
            self._policy,
            b',"labels":{',
            b",".join([run.text(snapshot.labels) for run in self._runs]),
            b'},"due_on":',
            b"null" if due is None else b'"%b"' % iso(due).encode(),
            b',"mode":',
            self._mode,
        )
        return Members(b"".join(parts), occurred)

    def occurred_at(self, change: Change) -> bytes:
        """The instant of the fact; of a tick the midnight that begins its day."""
        ms = change.occurred_ms
        if ms is not None:
            return rfc3339(ms).encode()
        day = change.effective_on
        midnight = self._midnights.get(day)
        if midnight is None:
            midnight = self._midnights[day] = rfc3339(self._days.midnight(day)).encode()
        return midnight

    def _cause(self, cause: Cause) -> bytes:
        if cause.tick is not None:
            return b'{"tick":"%b"}' % iso(cause.tick).encode()
        if cause.partition is None or cause.offset is None:
            return orjson.dumps(cause_of(cause))
        topic = self._topics.get(cause.topic)
        if topic is None:
            topic = self._topics[cause.topic] = orjson.dumps(cause.topic)
        return b'{"topic":%b,"partition":%d,"offset":%d,"event_id":%b}' % (
            topic,
            cause.partition,
            cause.offset,
            orjson.dumps(cause.event_id),
        )


class _Run(NamedTuple):
    """Some labels that follow each other, and how those of most customers are written."""

    places: slice
    members: list[list[bytes]]
    """Per label the member of each value."""
    known: dict[tuple[int, ...], bytes]

    def text(self, values: list[int]) -> bytes:
        """The members of these labels."""
        key = tuple(values[self.places])
        text = self.known.get(key)
        if text is None:
            if len(self.known) >= _KNOWN:
                self.known.clear()
            text = self.known[key] = b",".join(map(getitem, self.members, key))
        return text


def _member(name: str, value: str | None) -> bytes:
    return orjson.dumps(name) + b":" + orjson.dumps(value)


def cause_of(cause: Cause) -> dict[str, Any]:
    """What made a change, as it is told."""
    if cause.tick is not None:
        return {"tick": iso(cause.tick)}
    if cause.policy is not None:
        return {"policy": cause.policy}
    return {
        "topic": cause.topic,
        "partition": cause.partition,
        "offset": cause.offset,
        "event_id": cause.event_id,
    }
