"""Answers to commands: what became of each, and the grade after it."""

from typing import Any

import orjson

from scoring.calendar import iso
from scoring.changes import Snapshot
from scoring.customer import UNGRADED, CustomerState
from scoring.policy import Policy
from scoring.units import EpochMs
from streams.instants import rfc3339
from streams.intake.commands import Merge
from streams.intake.outcomes import Ordered, Rejected
from streams.intake.record import RawRecord, is_redriven
from streams.intake.wire import TYPES
from streams.outbox.cases import CaseScribe
from streams.outbox.scribe import CONTENT_TYPE, SPEC, EventScribe
from streams.partition.ports import OutboxRow

COMMAND_RESULTS = "command-results"


class AnswerScribe:
    """Writes the answers of one policy. Pure: the same arguments give the same bytes."""

    def __init__(self, policy: Policy, scribe: EventScribe, desk: CaseScribe) -> None:
        self._scribe = scribe
        self._desk = desk
        self._tiers = [tier.name for tier in policy.tiers]
        self._source = ("ce_source", f"/regrade/{policy.policy_id}".encode())

    def answer(
        self,
        record: RawRecord,
        ordered: Ordered,
        outcome: str,
        after: tuple[CustomerState, Snapshot],
    ) -> OutboxRow:
        """What became of a command, with the customer and the grade after it."""
        command = ordered.fact
        told = "duplicate" if outcome == "duplicate" else "done"
        names = (command.event_id, command.TYPE, ordered.customer)
        grade = self._grade(ordered.customer, *after)
        return self._row(record, names, {"outcome": told, "grade": grade})

    def erased(self, record: RawRecord, ordered: Ordered) -> OutboxRow:
        """That nothing is left of the customer: the same, however often it is ordered."""
        command = ordered.fact
        names = (command.event_id, command.TYPE, ordered.customer)
        return self._row(record, names, {"outcome": "done", "grade": None})

    def refusal(self, record: RawRecord, rejected: Rejected) -> OutboxRow | None:
        """Why a command was refused; None where the record does not say which it was."""
        try:
            loose = orjson.loads(record.value or b"")
        except orjson.JSONDecodeError:
            return None
        if not isinstance(loose, dict):
            return None
        names = tuple(loose.get(key) for key in ("event_id", "type", "customer_id"))
        if not all(isinstance(name, str) for name in names):
            return None
        if loose["type"] in TYPES and is_redriven(record):
            return None  # nobody ordered anything
        refused = {"outcome": "rejected", "reason": rejected.reason, "detail": rejected.detail}
        return self._row(record, names, refused)

    def merged(
        self,
        record: RawRecord,
        merge: tuple[str, str, str],
        outcome: str,
        host: tuple[CustomerState, Snapshot] | None,
    ) -> OutboxRow:
        """What became of a merge (event id, customer, into), with the host after it."""
        event_id, customer, into = merge
        grade = None if host is None else self._grade(into, *host)
        told = {"outcome": outcome, "into": into, "grade": grade}
        return self._row(record, (event_id, Merge.TYPE, customer), told)

    def unmergeable(
        self, record: RawRecord, merge: tuple[str, str], rejected: Rejected
    ) -> OutboxRow:
        """Why a merge (event id, customer) was refused where the host is."""
        event_id, customer = merge
        refused = {"outcome": "rejected", "reason": rejected.reason, "detail": rejected.detail}
        return self._row(record, (event_id, Merge.TYPE, customer), refused)

    def _grade(self, customer: str, state: CustomerState, grade: Snapshot) -> dict[str, Any]:
        graded = state.tier != UNGRADED
        return {
            "tier": self._tiers[state.tier] if graded else None,
            "score": grade.score,
            "since": iso(state.tier_since) if graded else None,
            "version": state.version,
            "labels": self._scribe.labels(grade.labels),
            "override": self._scribe.override(grade.override),
            "review": self._desk.open_case(customer, state),
            "due_on": None if grade.due is None else iso(grade.due),
        }

    def _row(self, record: RawRecord, names: tuple[Any, ...], told: dict[str, Any]) -> OutboxRow:
        event_id, kind, customer = names
        place = f"{record.topic}/{record.partition}/{record.offset}"
        body = {"command": event_id, "type": kind, "customer_id": customer, **told}
        key = customer.encode(errors="replace")
        headers = (
            SPEC,
            ("ce_id", place.encode()),
            self._source,
            ("ce_type", b"regrade.command.result.v1"),
            ("ce_subject", key),
            ("ce_time", rfc3339(EpochMs(record.timestamp)).encode()),
            CONTENT_TYPE,
        )
        return OutboxRow(COMMAND_RESULTS, key, orjson.dumps(body), headers)
