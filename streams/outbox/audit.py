"""Audit entries: what operators did to whom. They outlive the customers, so they name nobody."""

from typing import Any

import orjson

from scoring.calendar import iso
from scoring.customer import UNGRADED, Case
from scoring.policy import Policy
from streams.instants import rfc3339
from streams.intake.outcomes import Ordered
from streams.intake.record import RawRecord
from streams.outbox.scribe import CONTENT_TYPE, SPEC, EventScribe
from streams.partition.erasures import Pseudonyms
from streams.partition.ports import OutboxRow, Standing
from streams.partition.reign import NextVersion, Reign

AUDIT = "audit"


class AuditScribe:
    """Writes the audit of one policy. Pure: the same arguments give the same bytes."""

    def __init__(self, policy: Policy, scribe: EventScribe, pseudonyms: Pseudonyms | None) -> None:
        self._scribe = scribe
        self._pseudonyms = pseudonyms
        self._tiers = [tier.name for tier in policy.tiers]
        self._source = ("ce_source", f"/regrade/{policy.policy_id}".encode())

    def entry(
        self,
        record: RawRecord,
        ordered: Ordered,
        before: Standing | None,
        after: Standing | None,
    ) -> OutboxRow:
        """Who did what, when and why; None for a customer of whom nothing is known."""
        command = ordered.fact
        names = self._pseudonyms
        customer = None if names is None else names.customer(ordered.customer)
        said = orjson.loads(record.value or b"{}")
        place = f"{record.topic}/{record.partition}/{record.offset}"
        at = rfc3339(command.occurred_ms)
        body = {
            "type": command.TYPE,
            "customer": customer,
            "author": said.get("author"),
            "reason": said.get("reason"),
            "occurred_at": at,
            "command": place,
            "before": self._shown(before),
            "after": self._shown(after),
        }
        into = said.get("into")
        if into is not None:
            body["into"] = None if names is None else names.customer(into)
        headers = (
            SPEC,
            ("ce_id", f"{place}/audit".encode()),
            self._source,
            ("ce_type", b"regrade.audit.v1"),
            ("ce_time", at.encode()),
            CONTENT_TYPE,
        )
        key = None if customer is None else customer.encode()
        return OutboxRow(AUDIT, key, orjson.dumps(body), headers)

    def taken(self, partition: int, reign: Reign, version: NextVersion) -> OutboxRow:
        """That a partition took a version of the policy, who published it and why."""
        at = rfc3339(version.since)
        body = {
            "type": "policy.rolled-back" if version.rollback else "policy.taken",
            "author": version.author,
            "reason": version.reason,
            "occurred_at": at,
            "partition": partition,
            "before": reign.previous,
            "after": reign.policy,
            "customers": reign.total,
        }
        headers = (
            SPEC,
            ("ce_id", f"policy/{partition}/{reign.generation}/audit".encode()),
            self._source,
            ("ce_type", b"regrade.audit.policy.v1"),
            ("ce_time", at.encode()),
            CONTENT_TYPE,
        )
        return OutboxRow(AUDIT, None, orjson.dumps(body), headers)

    def _shown(self, standing: Standing | None) -> dict[str, Any] | None:
        if standing is None:
            return None
        graded = standing.tier != UNGRADED
        return {
            "tier": self._tiers[standing.tier] if graded else None,
            "override": self._scribe.override(standing.override),
            "review": self._case(standing.case),
        }

    def _case(self, case: Case | None) -> dict[str, Any] | None:
        """Not the event that led to it: its id may be made of the customer's."""
        if case is None:
            return None
        told = {"to": self._tiers[case.to], "rule": case.rule, "opened_on": iso(case.opened)}
        return told | {"refused": case.refused is not None}
