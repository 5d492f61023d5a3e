"""Change events and dead letters as Kafka records: CloudEvents 1.0, binary mode, JSON body."""

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
import orjson

from scoring.calendar import iso
from scoring.changes import Change, Farewell, FarewellType, Snapshot
from scoring.compile import Grader
from scoring.customer import Override
from scoring.explain import Explainer
from streams.instants import rfc3339
from streams.intake.outcomes import Rejected
from streams.intake.record import RawRecord
from streams.outbox.cases import approved
from streams.outbox.kept import DETAIL, kept
from streams.outbox.members import MemberWriter, cause_of
from streams.partition.ports import Cause, OutboxRow

TIER_CHANGES = "tier-changes"
LABEL_CHANGES = "label-changes"
CURRENT_TIER = "current-tier"
CHANGES = (TIER_CHANGES, LABEL_CHANGES)
"""The topics on which each change is told once."""
DEAD_LETTERS = "dead-letters"

CONTENT_TYPE = ("content-type", b"application/json")
SPEC = ("ce_specversion", b"1.0")


class _Regrade(msgspec.Struct, frozen=True, gc=False):
    """What the label changes of one re-grade have in common."""

    snapshot: Snapshot | None = None
    cause: Cause | None = None
    key: bytes = b""
    opening: bytes = b""
    """The members before the version."""
    customer: bytes = b""
    """The members between the version of the id and the version."""
    rest: bytes = b""
    """The members after those that tell the label's change."""
    subject: tuple[str, bytes] = ("", b"")
    time: tuple[str, bytes] = ("", b"")


class EventScribe:
    """Writes the events of one policy. Pure: the same arguments give the same bytes."""

    def __init__(self, grader: Grader, mode: str) -> None:
        policy = grader.policy
        self._explainer = Explainer(grader)
        self._tiers = [tier.name for tier in policy.tiers]
        self._mode = mode
        self._source = ("ce_source", f"/regrade/{policy.policy_id}".encode())
        self._policy = {"id": policy.policy_id, "version": policy.version}
        # None comes last, so that -1 finds it.
        self._labels = [
            (label.name, [*(rule.value for rule in label.rules), None]) for label in policy.labels
        ]
        self._members = MemberWriter(policy, mode)
        self._moves: dict[tuple[str | None, ...], bytes] = {}
        self._last = _Regrade()
        self._types = {
            name: ("ce_type", f"regrade.{name}.v1".encode())
            for name in (
                "tier.assigned",
                "tier.upgraded",
                "tier.downgraded",
                *get_args(FarewellType),
            )
        }
        self._label_type = ("ce_type", b"regrade.label.changed.v1")
        self._current = ("ce_type", b"regrade.tier.current.v1")

    def change(self, customer: str, change: Change, cause: Cause) -> OutboxRow:
        """The public event of a change."""
        if change.label is not None:
            return self._label_changed(customer, change, cause)
        key = customer.encode()
        shared = self._members.of(change, cause)
        opening = {
            "id": f"{customer}:{change.version}",
            "type": change.type,
            "customer_id": customer,
            "version": change.version,
            "from": change.from_,
            "to": change.to,
        }
        body = b"{%b,%b,%b}" % (_inside(opening), shared.text, _inside(self._closing(change)))
        headers = (
            SPEC,
            ("ce_id", b"%b:%d" % (key, change.version)),
            self._source,
            self._types[change.type],
            ("ce_subject", key),
            ("ce_time", shared.occurred),
            CONTENT_TYPE,
        )
        return OutboxRow(TIER_CHANGES, key, body, headers)

    def _closing(self, change: Change) -> dict[str, Any]:
        """The members that only a tier's change has."""
        snapshot = change.snapshot
        members = {
            "rank_from": change.rank_from,
            "rank_to": change.rank_to,
            "dimensions": self._explainer.dimensions(snapshot),
            "next_tier": self._explainer.next_tier(snapshot),
            "keep": self._explainer.keep(snapshot),
            "override": self.override(snapshot.override),
        }
        if change.approval is not None:
            members["review"] = approved(change.approval)
        return members

    def _label_changed(self, customer: str, change: Change, cause: Cause) -> OutboxRow:
        """The public event of a label's change.

        There are many of them, and those of one re-grade differ in a few members alone: these
        are put between the parts that are written once.
        """
        last = self._last
        if last.snapshot is not change.snapshot or last.cause is not cause:
            last = self._last = self._regrade(customer, change, cause)
        version = b"%d" % change.version
        move = (change.label, change.from_, change.to)
        members = self._moves.get(move)
        if members is None:
            members = self._moves[move] = b",%b," % _inside(
                {"label": change.label, "from": change.from_, "to": change.to}
            )
        headers = (
            SPEC,
            ("ce_id", b"%b:%b" % (last.key, version)),
            self._source,
            self._label_type,
            last.subject,
            last.time,
            CONTENT_TYPE,
        )
        body = b"".join((last.opening, version, last.customer, version, members, last.rest))
        return OutboxRow(LABEL_CHANGES, last.key, body, headers)

    def _regrade(self, customer: str, change: Change, cause: Cause) -> _Regrade:
        shared = self._members.of(change, cause)
        key = customer.encode()
        quoted = orjson.dumps(customer)[1:-1]
        return _Regrade(
            change.snapshot,
            cause,
            key,
            b'{"id":"%b:' % quoted,
            b'","type":"label.changed","customer_id":"%b","version":' % quoted,
            shared.text + b"}",
            ("ce_subject", key),
            ("ce_time", shared.occurred),
        )

    def current(self, customer: str, change: Change) -> OutboxRow:
        """The tier a customer holds after a change of it: the one row kept per customer."""
        snapshot = change.snapshot
        key = customer.encode()
        occurred = self._members.occurred_at(change)
        body = {
            "customer_id": customer,
            "version": change.version,
            "tier": change.to,
            "rank": change.rank_to,
            "score": snapshot.score,
            "since": iso(change.effective_on),
            "trigger": change.trigger,
            "occurred_at": occurred.decode(),
            "policy": self._policy,
            "override": self.override(snapshot.override),
            "mode": self._mode,
        }
        headers = (
            SPEC,
            ("ce_id", b"%b:%d:current" % (key, change.version)),
            self._source,
            self._current,
            ("ce_subject", key),
            ("ce_time", occurred),
            CONTENT_TYPE,
        )
        return OutboxRow(CURRENT_TIER, key, orjson.dumps(body), headers)

    def labels(self, values: list[int]) -> dict[str, str | None]:
        """Label values by name."""
        return {name: texts[at] for (name, texts), at in zip(self._labels, values, strict=True)}

    def override(self, override: Override | None) -> dict[str, Any] | None:
        """The override in force, with the tier there would be without it.

        Before the first grade that is told as the lowest tier: readers rely on its being one.
        """
        if override is None:
            return None
        return {
            "kind": override.kind,
            "tier": self._tiers[override.rank],
            "computed_tier": self._tiers[max(override.computed, 0)],
            "reason": override.reason,
            "author": override.author,
            "set_on": iso(override.set_on),
            "until": None if override.until is None else iso(override.until),
        }

    def farewell(self, customer: str, farewell: Farewell, cause: Cause) -> list[OutboxRow]:
        """The public event of a tier's end, and the tombstone of the customer's current tier."""
        key = customer.encode()
        occurred = rfc3339(farewell.occurred_ms)
        body = {
            "id": f"{customer}:{farewell.version}",
            "type": farewell.type,
            "customer_id": customer,
            "version": farewell.version,
            "from": farewell.tier,
            "to": None,
            "tier": None,
            "trigger": None,
            "cause": cause_of(cause),
            "effective_on": iso(farewell.effective_on),
            "occurred_at": occurred,
            "policy": self._policy,
            "mode": self._mode,
            "rank_from": farewell.rank,
            "rank_to": None,
        }
        if farewell.into is not None:
            body["into"] = farewell.into

        def headers(suffix: bytes, kind: tuple[str, bytes]) -> tuple[tuple[str, bytes], ...]:
            named = ("ce_id", b"%b:%d%b" % (key, farewell.version, suffix))
            about = (("ce_subject", key), ("ce_time", occurred.encode()))
            return (SPEC, named, self._source, kind, *about)

        told = (*headers(b"", self._types[farewell.type]), CONTENT_TYPE)
        return [
            OutboxRow(TIER_CHANGES, key, orjson.dumps(body), told),
            OutboxRow(CURRENT_TIER, key, None, headers(b":current", self._current)),
        ]

    def dead_letter(self, record: RawRecord, rejected: Rejected) -> OutboxRow:
        """A refused record with its reason in headers, its own bytes as far as they fit."""
        place = f"{record.topic}/{record.partition}/{record.offset}"
        whole = kept(record)
        headers = (
            *whole.headers,
            ("regrade_id", place.encode()),
            ("regrade_reason", rejected.reason.encode()),
            ("regrade_detail", rejected.detail[:DETAIL].encode(errors="replace")),
            ("regrade_topic", record.topic.encode()),
            ("regrade_partition", str(record.partition).encode()),
            ("regrade_offset", str(record.offset).encode()),
            ("regrade_timestamp", str(record.timestamp).encode()),
            *whole.cut,
        )
        return OutboxRow(DEAD_LETTERS, whole.key, whole.value, headers)

    def empty_letter(
        self, record: RawRecord, rejected: Rejected, hashes: Iterable[str]
    ) -> OutboxRow:
        """That a record about erased customers was refused: where, why and who, by hash alone."""
        headers = (
            ("regrade_id", f"{record.topic}/{record.partition}/{record.offset}".encode()),
            ("regrade_reason", rejected.reason.encode()),
            ("regrade_detail", rejected.detail.encode()),
            ("regrade_topic", record.topic.encode()),
            ("regrade_partition", str(record.partition).encode()),
            ("regrade_offset", str(record.offset).encode()),
            ("regrade_customer", " ".join(hashes).encode()),
        )
        return OutboxRow(DEAD_LETTERS, None, None, headers)


def _inside(members: dict[str, Any]) -> bytes:
    """An object's members as JSON, without its brackets."""
    return orjson.dumps(members)[1:-1]
